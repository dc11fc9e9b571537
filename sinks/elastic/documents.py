"""Models to documents of an index, and back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, get_args

import orjson

from schemas.alert import Alert
from schemas.click import Click
from schemas.codec import encode, model_of, upgraded
from schemas.dead_letter import DeadLetter
from schemas.engagement import Engagement
from schemas.mention import Mention
from schemas.trend import TrendBucket
from schemas.wire import Wire
from sinks.elastic.facts import facts_of
from sinks.elastic.indices import Kind
from sinks.elastic.mapping import only_mapped
from sinks.elastic.templates import PROPERTIES
from sinks.questions import MOST

Indexable = Mention | Engagement | TrendBucket | Alert | Click | DeadLetter
"""What is written in bulk."""

PAYLOAD_BYTES = 3 * 2**18  # 1 MiB of base64
"""How much of a dead letter's payload its index holds; the topic has it whole."""

W = TypeVar("W", bound=Wire)

# What a deleted mention leaves: which one it was, what orders its versions, and nothing that anybody wrote.
_STUB = (
    "schema_version", "id", "source", "native_id", "op", "kind", "version", "content_version", "published_at",
    "observed_at", "deleted_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """A document on its way: where it belongs, what replaces what, and its JSON.

    `kind` None is the index of dead letters. `at` is the moment whose month it belongs to; `settled` says that every
    version of it has the same one.
    """

    kind: Kind | None
    id: str
    version: int
    at: datetime
    settled: bool
    body: bytes


def document(model: Indexable, now: datetime) -> Document:
    """Return a model as a document; `now` is when a mention is indexed."""
    if isinstance(model, Mention):
        return _mention(model, now)
    if isinstance(model, Engagement):  # never changes: the first one stays
        return Document("engagement", model.id, 1, model.at, False, _body(model))
    if isinstance(model, TrendBucket):
        # The server adds up in floating point and holds 64 bits: numbers that no brand has are cut.
        cut = {name: min(value, MOST) for name, value in model if type(value) is int and name != "revision"}
        return Document("trends", model.id, model.revision, model.start, True, _body(model.replace(**cut)))
    if isinstance(model, Alert):
        return Document("alerts", model.id, model.revision, model.opened_at, True, _body(model))
    if isinstance(model, Click):
        return Document("clicks", model.id, 1, model.at, True, _body(model))
    return Document(None, model.id, 1, model.at, True, _body(_shortened(model)))


def first_stored(mention: Document, moment_ms: int) -> Document:
    """Return a mention's document with the moment at which it was first stored among its facts."""
    return replace(mention, body=b'%s,"first":%d}}' % (mention.body[:-2], moment_ms))


def read(kind: type[W], source: dict[str, Any]) -> W:
    """Return the model that a document's `_source` holds. Raises Poison when it holds none."""
    whole = source.get("whole", source)
    return model_of(kind, upgraded(kind, {name: value for name, value in whole.items() if name != "facts"}))


def _shortened(letter: DeadLetter) -> DeadLetter:
    """Return a dead letter with as much of its payload as is looked at: some servers have no room for 8 MiB."""
    most = PAYLOAD_BYTES // 3 * 4
    if len(letter.payload_base64) <= most:
        return letter
    size = len(letter.payload_base64) * 3 // 4 - letter.payload_base64[-2:].count("=")
    detail = f"{letter.detail} (of {size} bytes the beginning)"
    return letter.replace(detail=detail, payload_base64=letter.payload_base64[:most])


def _mention(mention: Mention, now: datetime) -> Document:
    indexed = mention.replace(indexed_at=now)
    facts = facts_of(indexed)
    at = mention.published_at or mention.deleted_at or mention.observed_at
    if mention.deleted_at is not None:
        kept = {name: getattr(mention, name) for name in _STUB}
        indexed = Mention.model_construct(**kept, indexed_at=now)
    return Document("mentions", mention.id, mention.version, at, False, _body(indexed, facts))


def _body(model: Indexable, facts: dict[str, Any] | None = None) -> bytes:
    """Return the JSON of a document; one with fields that the mapping does not know carries itself whole."""
    encoded = encode(model)
    if _has_unknown(model):
        whole = orjson.loads(encoded)
        encoded = orjson.dumps({**only_mapped(whole, PROPERTIES[type(model)]), "whole": whole})
    return encoded if facts is None else b'%s,"facts":%s}' % (encoded[:-1], orjson.dumps(facts))


def _has_unknown(model: Wire) -> bool:
    if model.model_extra:
        return True
    for name in _nesting(type(model)):
        value = model.__dict__.get(name)
        if value and any(map(_has_unknown, value if type(value) is list else (value,))):
            return True
    return False


@cache
def _nesting(kind: type[Wire]) -> tuple[str, ...]:
    """Return the fields that hold other shapes, or lists of them."""
    return tuple(name for name, field in kind.model_fields.items() if any(_shapes(field.annotation)))


def _shapes(annotation: Any) -> Iterator[bool]:
    yield isinstance(annotation, type) and issubclass(annotation, Wire)
    for part in get_args(annotation):
        yield from _shapes(part)
