"""The index templates, generated from the models: strict, so that no post can add a field."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from schemas.alert import Alert
from schemas.brand import Brand
from schemas.click import Click
from schemas.dead_letter import DeadLetter
from schemas.engagement import Engagement
from schemas.mention import Mention
from schemas.trend import TrendBucket
from sinks.elastic.indices import KINDS, Kind, Names
from sinks.elastic.mapping import KEYWORD, Field, properties

GAP = 10_000
"""Positions between two texts of a post: no phrase reaches across, and `~9999` is the farthest that words are near."""

MAX_FIELDS = 200

_BOOLEAN: Field = {"type": "boolean"}
_DURATION: Field = {"type": "long"}
_WORDS: Field = {"type": "text", "analyzer": "whitespace", "norms": False, "position_increment_gap": GAP}

FACTS: dict[str, Field] = {
    "time": {"type": "date", "format": "epoch_millis"},
    "first": {"type": "date", "format": "epoch_millis"},
    "live": _BOOLEAN,
    "counted": _BOOLEAN,
    "author": KEYWORD,
    "name": KEYWORD,
    "size": KEYWORD,
    "entities": KEYWORD,
    "seen_ms": _DURATION,
    "stored_ms": _DURATION,
    "words": _WORDS,
    "written": _WORDS,
    "is": {"properties": dict.fromkeys(("lang", "author", "site", "source", "country"), KEYWORD)},
}
"""What a mention's document holds besides the mention (see facts.py)."""

_MENTION_SHOWN = frozenset(
    {"text", "title", "quoted_text", "raw_ref", "signature", "media.alt", "media.url"}
    | {f"native_refs.{name}" for name in ("parent", "root", "repost_of", "quote_of")}
)
# Trends and alerts call it so too: one filter of a dashboard then holds for all three.
_BRAND: dict[str, Field] = {"brand": {"type": "alias", "path": "brands.id"}}
# A document with fields that we do not know is kept whole here, unread by the server, so that nothing of it is lost.
_WHOLE: dict[str, Field] = {"whole": {"type": "object", "enabled": False}}

_KINDS: dict[Kind, dict[str, Field]] = {
    "mentions": properties(Mention, _MENTION_SHOWN) | {"facts": {"properties": FACTS}},
    "engagement": properties(Engagement),
    "trends": properties(TrendBucket),
    "alerts": properties(Alert, frozenset({"summary"})),
    "clicks": properties(Click, frozenset({"url", "referrer"})),
}
_DEAD_LETTERS = properties(DeadLetter, frozenset({"detail", "payload_base64"}))

PROPERTIES: dict[type[BaseModel], Mapping[str, Field]] = {
    Mention: _KINDS["mentions"],
    Engagement: _KINDS["engagement"],
    TrendBucket: _KINDS["trends"],
    Alert: _KINDS["alerts"],
    Click: _KINDS["clicks"],
    DeadLetter: _DEAD_LETTERS,
}
"""The mapped fields of each model that is written in bulk."""

LIVE: dict[str, Any] = {"term": {"facts.live": True}}
"""What the alias of the mentions lets through: no stub, and nothing that no query matches any more."""


def mapping(fields: Mapping[str, Field], without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return the mappings of an index with these fields; `without` names those that are searched but not kept."""
    source = {"_source": {"excludes": list(without)}} if without else {}
    return {"dynamic": "strict", **source, "properties": {**fields, **_WHOLE}}


def templates(names: Names, replicas: int) -> dict[str, dict[str, Any]]:
    """Return every index template by its name: indices made from them need nothing else.

    `replicas` is how many copies of an index are kept besides the first.
    """
    made = {}
    for kind in KINDS:
        kept, alias = mapping(_KINDS[kind]), {}
        if kind == "mentions":
            kept, alias = mapping(_KINDS[kind] | _BRAND, ("facts.words", "facts.written")), {"filter": LIVE}
        made[f"{names.prefix}{kind}"] = _template(names.every(kind), kept, replicas, {names.alias(kind): alias})
    brand = mapping(properties(Brand, frozenset({"query"})))
    made[names.brands] = _template(names.brands, brand, replicas, {})
    made[names.dead_letters] = _template(names.dead_letters, mapping(_DEAD_LETTERS), replicas, {})
    return made


def _template(pattern: str, mappings: dict[str, Any], replicas: int, aliases: dict[str, Any]) -> dict[str, Any]:
    settings = {
        "number_of_shards": 1,
        "number_of_replicas": replicas,
        # Said aloud: an index that nobody has searched for half a minute would otherwise not refresh by itself.
        "refresh_interval": "1s",
        "mapping": {"total_fields": {"limit": MAX_FIELDS}},
    }
    return {
        "index_patterns": [pattern],
        "priority": 200,
        "template": {"settings": {"index": settings}, "mappings": mappings, "aliases": aliases},
    }
