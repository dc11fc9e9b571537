"""What is taken out of a document for the tables around it, in one value that is stored beside the document.

Equal bytes mean that nothing around the document has to change, and the bytes themselves say exactly which rows of
which tables an older state of the document left behind.
"""

from collections.abc import Iterator
from typing import NamedTuple

import orjson

from schemas.mention import Mention
from schemas.post import Author
from schemas.query.subject import Subject
from sinks.questions import MOST

NONE = b""
"""The facts of a document that no answer may hold: a stub, or a mention that no brand's query matches any more."""

Term = tuple[str, str, str]


class Facts(NamedTuple):
    """Rows of other tables to be. `author` tells one author from another, `name` is what people call them; `terms` are
    kind, value and label (empty except for entities); `text` is the words of all texts that queries search; `aspects`
    are source, language, country, kind, sentiment and site, none in facts of an older version."""

    published_ms: int
    counted: bool
    author: str | None
    name: str | None
    followers: int | None
    brands: list[str]
    terms: list[Term]
    text: str
    aspects: list[str | None] = []


def facts_of(mention: Mention) -> bytes:
    """Return the mention's facts as JSON; equal facts give equal bytes."""
    if not mention.is_live:
        return NONE
    counted = mention.is_counted
    author = mention.author or Author()
    name = author.handle or author.name or author.id
    return orjson.dumps(
        (
            mention.published_ms,
            counted,
            f"{mention.source}:{author.id or name}" if name else None,
            name,
            author.followers if author.followers is None else min(author.followers, MOST),
            sorted({brand.id for brand in mention.brands}),
            sorted(set(_terms(mention))) if counted else [],
            Subject.of(mention).bare.strip(),
            (
                mention.source,
                mention.language,
                mention.place.country.upper() if mention.place and mention.place.country else None,
                mention.kind,
                mention.sentiment.label if mention.sentiment else "unknown",
                mention.site,
            ),
        )
    )


def read_facts(stored: bytes) -> Facts:
    """Return stored facts; `stored` is not NONE."""
    return Facts(*orjson.loads(stored))


def _terms(mention: Mention) -> Iterator[Term]:
    for entity in mention.entities:
        yield "entities", entity.name or entity.text, entity.label
    if mention.emotion is not None:
        yield "emotions", mention.emotion, ""
    for kind, values in (("hashtags", mention.hashtags), ("links", mention.links), ("mentions", mention.handles)):
        for value in values:
            yield kind, value, ""
    for intent in mention.intents:
        yield "intents", intent, ""
