"""Kibana's own alert rules about the pipeline: dead letters that rise, documents that stop coming or come late."""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from deploy.kibana.saved import Json
from deploy.kibana.views import DEAD_LETTERS, INDEXED, View

_LATE_MS = 5 * 60_000
_ONCE: Json = {"bool": {"must_not": [{"exists": {"field": "velocity.as_of"}}]}}


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that looks every `every` at the documents of the last `minutes` and calls when their number, or the mean
    of the field `mean`, is on the wrong side of a limit."""

    name: str
    view: View
    minutes: int
    comparator: str
    limit: int
    every: str = "5m"
    query: Json = field(default_factory=lambda: {"match_all": {}})
    mean: str = ""

    def id(self, space: str, prefix: str) -> str:
        """Return its id, always the same for a space and a deployment: Kibana takes UUIDs of version 4 alone, and an
        id is there once in all its spaces."""
        return str(UUID(bytes=sha256(f"{space}\n{prefix}\n{self.name}".encode()).digest()[:16], version=4))

    def body(self, prefix: str) -> Json:
        """Return the rule as Kibana's alerting API wants it, for indices whose names begin with `prefix`."""
        counted: Json = {"aggType": "avg", "aggField": self.mean} if self.mean else {"aggType": "count"}
        return {
            "name": f"hearken: {self.name}",
            "tags": ["hearken"],
            "schedule": {"interval": self.every},
            "params": {
                "searchType": "esQuery",
                "index": [prefix + self.view.indices],
                "timeField": self.view.time,
                "esQuery": json.dumps({"query": self.query}),
                "size": 0,
                "timeWindowSize": self.minutes,
                "timeWindowUnit": "m",
                "thresholdComparator": self.comparator,
                "threshold": [self.limit],
                "groupBy": "all",
                "excludeHitsFromPreviousRun": False,
                **counted,
            },
        }


RULES = (
    Rule("dead letters rise", DEAD_LETTERS, 15, ">", 20),
    Rule("no document for an hour", INDEXED, 60, "<", 1),
    # Of mentions with engagement, which are indexed again and again, the delay says nothing.
    Rule("documents come late", INDEXED, 15, ">", _LATE_MS, query=_ONCE, mean="facts.stored_ms"),
)

NEW: Json = {"rule_type_id": ".es-query", "consumer": "stackAlerts", "enabled": True, "actions": []}
"""What only a new rule is told."""
