"""The data views: which indices Kibana reads, by which time, and how it shows their fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from deploy.kibana.saved import Json, Reference, saved_object, text
from schemas.kibana import DASHBOARD
from sinks.elastic.indices import Names

_NAMES = Names()

_POST: Json = {"id": "url", "params": {"type": "a", "urlTemplate": "{{rawValue}}", "labelTemplate": "open the post"}}
_ADDRESS: Json = {"id": "url", "params": {"type": "a", "urlTemplate": "{{rawValue}}"}}
_DURATION: Json = {
    "id": "duration",
    "params": {
        "inputFormat": "milliseconds",
        "outputFormat": "humanizePrecise",
        "outputPrecision": 1,
        "useShortSuffix": True,
    },
}
_COUNT: Json = {"id": "number", "params": {"pattern": "0,0"}}
_RATE: Json = {"id": "number", "params": {"pattern": "0,0.[0]"}}
_SHARE: Json = {"id": "percent", "params": {"pattern": "0%"}}


def _page(dashboard: str, path: str) -> Json:
    return {"id": "url", "params": {"type": "a", "urlTemplate": f"{dashboard}{path}", "labelTemplate": "in hearken"}}


@dataclass(frozen=True, slots=True)
class View:
    """A data view: `indices` is a name or a pattern, `time` the field that the time range of a dashboard is about.

    `labels` say what a field is called on screen, `formats` how its values look; `pages` are the pages of our dashboard
    that the value of a field leads to, with `{{value}}` for it.
    """

    id: str
    name: str
    indices: str
    time: str
    labels: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, Json] = field(default_factory=dict)
    pages: Mapping[str, str] = field(default_factory=dict)

    def reference(self, name: str) -> Reference:
        """Return a reference to this view."""
        return Reference(name, "index-pattern", self.id)

    def saved(self, prefix: str = "", dashboard: str = DASHBOARD) -> Json:
        """Return the saved object, for indices whose names begin with `prefix` and a dashboard at this address."""
        attributes = {
            "title": prefix + self.indices,
            "name": self.name,
            "timeFieldName": self.time,
            "fields": "[]",
            "fieldAttrs": text({name: {"customLabel": label} for name, label in self.labels.items()}),
            "fieldFormatMap": text({**self.formats, **{name: _page(dashboard, at) for name, at in self.pages.items()}}),
            "runtimeFieldMap": "{}",
            "sourceFilters": "[]",
            "typeMeta": "{}",
            "allowNoIndex": True,  # Alerts and dead letters may never have come yet
        }
        return saved_object("index-pattern", self.id, attributes)


_MENTION_LABELS = {
    "id": "open",
    "facts.time": "time",
    "facts.name": "author",
    "facts.entities": "entity",
    "author.followers": "followers",
    "sentiment.label": "sentiment",
    "velocity.rank": "velocity rank",
    "velocity.v1h": "engagements/h",
    "virality.r": "R",
    "virality.forecast": "reshares forecast",
    "virality.low": "at least",
    "virality.high": "at most",
    "virality.organic": "organic",
    "facts.seen_ms": "delay until observed",
    "facts.stored_ms": "delay until indexed",
}
_MENTION_FORMATS = {
    "url": _POST,
    "links": _ADDRESS,
    "author.followers": _COUNT,
    "engagement": _COUNT,
    "velocity.v1h": _RATE,
    "velocity.v5m": _RATE,
    "velocity.rank": _RATE,
    "virality.r": _RATE,
    "virality.forecast": _COUNT,
    "virality.low": _COUNT,
    "virality.high": _COUNT,
    "virality.organic": _SHARE,
    "facts.seen_ms": _DURATION,
    "facts.stored_ms": _DURATION,
}
_MENTION_PAGES = {"id": "/mention/{{value}}"}

MENTIONS = View(
    "hearken-mentions", "hearken: mentions", _NAMES.alias("mentions"), "facts.time", _MENTION_LABELS, _MENTION_FORMATS,
    _MENTION_PAGES,
)  # fmt: skip
"""Mentions by event time, without what was deleted or withdrawn."""

INDEXED = View(
    "hearken-indexed", "hearken: documents by time of indexing", _NAMES.every("mentions"), "indexed_at",
    _MENTION_LABELS, _MENTION_FORMATS, _MENTION_PAGES,
)  # fmt: skip
"""The same documents by when they were written, and what deletions left."""

TRENDS = View("hearken-trends", "hearken: trends, five minutes each", _NAMES.alias("trends"), "start")
ENGAGEMENT = View(
    "hearken-engagement", "hearken: engagement", _NAMES.alias("engagement"), "at",
    pages={"mention_id": "/mention/{{value}}"},
)  # fmt: skip
ALERTS = View(
    "hearken-alerts", "hearken: alerts", _NAMES.alias("alerts"), "opened_at", {"id": "open"},
    {"observed": _RATE, "expected": _RATE, "novelty": _RATE}, {"id": "/alert/{{value}}"},
)  # fmt: skip
DEAD_LETTERS = View("hearken-dead-letters", "hearken: dead letters", _NAMES.dead_letters, "at")

VIEWS = (MENTIONS, INDEXED, TRENDS, ENGAGEMENT, ALERTS, DEAD_LETTERS)
