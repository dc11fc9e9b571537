"""Where a text names the user's brands: by the words of their names and aliases, as a brand query would find them, and
by hashtags, in which the words of a name are written as one."""

from collections.abc import Iterator
from typing import NamedTuple

from schemas.brand import Brand
from schemas.text import Folded, Token, is_spaceless, tokens

_LEAST = 4  # letters and digits of a name that is written as one: "#hm" may be anything


class NamedBrand(NamedTuple):
    """A brand's name in a text, which stands at `start:end` in code points."""

    start: int
    end: int
    name: str


class BrandNames:
    """The names and aliases of all brands; where two brands share one, the first brand has it."""

    def __init__(self, brands: tuple[Brand, ...]) -> None:
        names: dict[tuple[str, ...], str] = {}
        self._tags: dict[str, str] = {}
        for brand in brands:
            for written in (brand.name, *brand.aliases):
                words = tuple(token.written for token in tokens(Folded(written).text))
                if words:
                    names.setdefault(words, brand.name)
                self._add_tag(Folded(written).text, words, brand.name)
        # By first word, the longest first.
        self._names: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for words, name in sorted(names.items(), key=lambda item: -len(item[0])):
            self._names.setdefault(words[0], []).append((words, name))

    def _add_tag(self, folded: str, words: tuple[str, ...], name: str) -> None:
        tag = "".join(filter(str.isalnum, folded))
        is_own = words[:1] not in ((), (tag,)) and words[0][0] not in "$#@"
        if is_own and len(tag) >= _LEAST and not any(map(is_spaceless, tag)):
            self._tags.setdefault(tag, name)

    def find(self, text: str) -> Iterator[NamedBrand]:
        """Yield the brands named in the text in order, without overlap, the longest name where several begin.

        A sigil before the name (`$ # @`) belongs to it only if it was written so.
        """
        if not self._names:
            return
        folded = Folded(text)
        words = list(tokens(folded.text))
        behind = 0
        for at, first in enumerate(words):
            if at < behind or not (first.word in self._names or first.written in self._names or self._is_tag(first)):
                continue
            for pattern, name in (*self._names.get(first.written, ()), *self._names.get(first.word, ())):
                if _matches(pattern, words, at):
                    behind = at + len(pattern)
                    start = first.start if pattern[0] == first.written else first.end - len(first.word)
                    yield NamedBrand(*folded.span(start, words[behind - 1].end), name)
                    break
            else:
                if self._is_tag(first):
                    yield NamedBrand(*folded.span(first.end - len(first.word), first.end), self._tags[first.word])

    def _is_tag(self, token: Token) -> bool:
        return token.word in self._tags and token.written[0] == "#"


def _matches(pattern: tuple[str, ...], words: list[Token], at: int) -> bool:
    if len(pattern) == 1:
        return True
    following = words[at + 1 : at + len(pattern)]
    return len(following) == len(pattern) - 1 and all(
        wanted in (token.word, token.written) for wanted, token in zip(pattern[1:], following, strict=True)
    )
