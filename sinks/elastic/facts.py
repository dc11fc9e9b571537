"""What is taken out of a mention for the questions that are asked of its document."""

from typing import Any

from schemas.mention import Mention
from schemas.post import Author
from schemas.query.fields import field_values
from schemas.query.subject import Subject
from schemas.wire import ms
from sinks.elastic.mapping import LONGEST
from sinks.selection import size_of


def facts_of(mention: Mention) -> dict[str, Any]:
    """Return the values for the fields `facts.*` of the mention's document.

    `time` is its event time, `live` whether answers may hold it, `counted` whether trends do; `author` tells one author
    from another, `name` is what people call them, `size` that of the account; `entities` are `label:value`; `words` and
    `written` are the words of each text without and with their sigils, at the same positions; `is` holds each field of
    queries that the post has; `seen_ms` is how long after its publication it was observed, `stored_ms` how long after
    that it was indexed.
    What no answer may hold has no words, and no fields to be found by.
    """
    if not mention.is_live:
        return {"time": mention.published_ms, "live": False, "counted": False}
    subject = Subject.of(mention)
    facts: dict[str, Any] = {
        "time": mention.published_ms,
        "live": True,
        "counted": mention.is_counted,
        "size": size_of(mention.author.followers if mention.author else None),
        "entities": [f"{entity.label}:{entity.name or entity.text}" for entity in mention.entities],
        "words": [text.strip() for text in subject.bare.split("\n")],
        "written": [text.strip() for text in subject.written.split("\n")],
        # Cut: a field that is too long to be a term would seem to be absent.
        "is": {name: [value[:LONGEST] for value in values] for name, values in field_values(mention).items()},
    }
    if mention.published_at is not None:
        facts["seen_ms"] = ms(mention.observed_at) - ms(mention.published_at)
    if mention.indexed_at is not None:
        facts["stored_ms"] = ms(mention.indexed_at) - ms(mention.observed_at)
    author = mention.author or Author()
    name = author.handle or author.name or author.id
    if name:
        facts |= {"author": f"{mention.source}:{author.id or name}", "name": name}
    return facts
