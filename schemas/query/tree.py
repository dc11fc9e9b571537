"""The tree that a brand query becomes: what every store compiles, and what the matcher evaluates.

Text nodes hold words exactly as `schemas.text.index_text` writes them. A word that begins with `$`, `#` or `@` is
looked for in the stream with sigils (`index_text(text, sigils=True)`), every other word in the stream without; both
streams have the same positions. No text node ever matches across two texts of a post (text, title, quoted text,
alternative text): all of its words stand in one of them.

Field tests are three-valued: a field that the post lacks is unknown. Text is never unknown: a post without any text
has no words, so every text node is false for it.
"""

from dataclasses import dataclass, field
from typing import Literal

SIGILS = "$#@"
FieldName = Literal["lang", "author", "site", "source", "country"]


def has_sigil(word: str) -> bool:
    """Return whether the word is to be looked for in the stream with sigils."""
    return word[0] in SIGILS


@dataclass(frozen=True, slots=True)
class Leaf:
    """A node without children; `start` and `end` say in code points where in the query's text it was written."""

    start: int = field(default=0, compare=False, kw_only=True)
    end: int = field(default=0, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Phrase(Leaf):
    """The words side by side and in this order; a single word is a phrase of one.

    `愛客美手機` is a phrase of five single characters, `coca-cola` one of two words.
    """

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prefix(Leaf):
    """The words side by side and in this order, the last one being the start of a word (or all of it): `job*`."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Near(Leaf):
    """All phrases, in any order, within a stretch that holds at most `distance` words besides them: `"a b"~3`.

    The stretch runs from the first word of the first phrase to the last word of the last one; its length less the
    lengths of all phrases is at most `distance`. Each phrase is given once, there are at least two, and two of them
    may share a word of the text.
    """

    phrases: tuple[tuple[str, ...], ...]
    distance: int


@dataclass(frozen=True, slots=True)
class FieldIs(Leaf):
    """A field has this value (folded, or as the field writes it).

    `lang` zh: the language or a variant of it (zh-Hant). `author`: the handle, the name or the id. `site`: the host
    of the url, or a host under it. `source`: the network. `country`: ISO 3166-1 alpha-2, upper case.
    """

    name: FieldName
    value: str


@dataclass(frozen=True, slots=True)
class Followers(Leaf):
    """The author has from `low` to `high` followers, both included; None is no bound."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class Meant(Leaf):
    """One of the brands that the text names, and whose name means other things too, is meant with a probability from
    `low` to `high`, in percent, both included; None is no bound."""

    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class And:
    """All of them; there are at least two."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one of them; there are at least two."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite; the opposite of unknown is unknown."""

    node: "Node"


TextNode = Phrase | Prefix | Near
FieldTest = FieldIs | Followers | Meant
Node = TextNode | FieldTest | And | Or | Not


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it was written, and as it was understood.

    A store that finds candidates for `root` in its own way asks `schemas.query.evaluate.evaluate(query, mention)`
    where it cannot be exact itself: the document is an answer when that returns True.
    """

    text: str
    root: Node

    def written(self, leaf: Leaf) -> str:
        """Return the leaf as it stands in the text."""
        return self.text[leaf.start : leaf.end]
