"""Pipeline health: whether documents arrive, how late, from where, and what could not be processed."""

from deploy.kibana.charts import plot, table, tile
from deploy.kibana.columns import Columns, count, distinct, latest, over_time, percentile, top
from deploy.kibana.dashboard import Dashboard, Panel, Row
from deploy.kibana.notes import HEALTH, definitions, heading, title
from deploy.kibana.searches import BURIED
from deploy.kibana.views import DEAD_LETTERS, INDEXED

_NOTES = (
    "Everything here goes by **when a document was indexed**, not by when its post was published. A mention is one "
    "document; it is indexed again when it is edited or gathers engagement, and stands at its last time.",
    "**Delay until observed** is from the publication that the source claims until we saw the post; **delay until "
    "indexed** from then until the document was written, of mentions without engagement, because others are indexed "
    "again later. Both mean something for live sources only: a replay shows the age of its recording.",
    "**Dead letters** are inputs that could not be processed, by event time where a recording left them. Consumer lag, "
    "retries and writes that fail for now leave no document: see the workers' own metrics (`hearken_*` in Prometheus) "
    "and the runbook.",
)
_ONCE = "not velocity.as_of: *"


def _delays(field: str) -> Columns:
    percents = {f"p{percent}": percentile(field, percent, f"{percent} % within") for percent in (50, 95, 99)}
    return {"x": over_time("indexed_at"), **percents}


_DELAY_COLOURS = {"p50": "#54B399", "p95": "#D6BF57", "p99": "#CC5642"}

_TILES = [
    Panel("documents", "", 12, tile(INDEXED, {"value": count("Documents indexed")})),
    Panel("last", "", 12, tile(INDEXED, {"value": latest("indexed_at", "Last document indexed at")})),
    Panel("sources", "", 12, tile(INDEXED, {"value": distinct("source", "Sources")})),
    Panel("dead", "", 12, tile(DEAD_LETTERS, {"value": count("Dead letters")}, "#CC5642", unfiltered=True)),
]

_ARRIVAL = [
    Panel(
        "rate", "Documents per minute by source, by time of indexing", 32,
        plot(
            INDEXED, {"source": top("source", "source", by="rate"), "x": over_time("indexed_at"),
                      "rate": count("documents/min", per="m")},
            "area_stacked", ["rate"], split="source", unit="documents/min",
        ),
    ),
    Panel(
        "silence", "Sources of the last 30 days, the longest silent first", 16,
        table(
            INDEXED, {"source": top("source", "source", by="last", descending=False),
                      "last": latest("indexed_at", "last indexed"), "posted": latest("facts.time", "last published"),
                      "count": count("documents")},
        ),
        since="30d",
    ),
]  # fmt: skip

_DELAYS = [
    Panel(
        "seen", "Delay from published to observed", 24,
        plot(INDEXED, _delays("facts.seen_ms"), "line", list(_DELAY_COLOURS), colours=_DELAY_COLOURS),
    ),
    Panel(
        "stored", "Delay from observed to indexed (mentions without engagement)", 24,
        plot(INDEXED, _delays("facts.stored_ms"), "line", list(_DELAY_COLOURS), colours=_DELAY_COLOURS, where=_ONCE),
    ),
]  # fmt: skip

_KINDS = [
    Panel(
        "kinds", "Documents by last operation and kind", 20,
        table(
            INDEXED, {"op": top("op", "operation", by="count"), "kind": top("kind", "kind", by="count"),
                      "count": count("documents")},
        ),
    ),
    Panel(
        "versions", "Documents by schema version", 12,
        table(
            INDEXED, {"version": {**top("schema_version", "schema version", by="count"), "dataType": "number"},
                      "count": count("documents")},
        ),
    ),
    Panel(
        "flags", "Flags set at ingest (documents)", 16,
        table(INDEXED, {"flag": top("flags", "flag", by="count"), "count": count("documents")}),
    ),
]  # fmt: skip

_DEAD = [
    Panel(
        "reasons", "Dead letters by reason (the source does not apply)", 24,
        plot(
            DEAD_LETTERS, {"reason": top("reason", "reason", by="count"), "x": over_time("at"),
                           "count": count("dead letters")},
            "bar_stacked", ["count"], split="reason", unfiltered=True, unit="dead letters",
        ),
    ),
    Panel(
        "origins", "Dead letters by stage and origin (the source does not apply)", 24,
        table(
            DEAD_LETTERS, {"stage": top("stage", "stage", by="count"), "origin": top("origin", "origin", by="count"),
                           "count": count("dead letters"), "last": latest("at", "last")},
            unfiltered=True,
        ),
    ),
]  # fmt: skip

PIPELINE_HEALTH = Dashboard(
    HEALTH, title(HEALTH), "Whether documents arrive, how late, from where, and what could not be processed.",
    INDEXED, {"source": "Source"}, "24h",
    [
        heading(HEALTH),
        Row(5, _TILES),
        Row(14, _ARRIVAL),
        Row(13, _DELAYS),
        Row(11, _KINDS),
        Row(12, _DEAD),
        Row(16, [Panel("letters", "Dead letters, the latest first (empty while a source is chosen)", 48, BURIED)]),
        definitions(*_NOTES),
    ],
)  # fmt: skip
