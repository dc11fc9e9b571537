"""Kibana's saved objects: what every one of them carries, and how one names another."""

import json
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

Json = dict[str, Any]
"""A JSON object as Kibana wants it."""

Kind = Literal["dashboard", "index-pattern", "search"]

# The oldest versions with all that we use: a newer Kibana brings an object up to date, an older one refuses it.
_CORE = "8.8.0"
_VERSIONS: dict[Kind, str] = {"dashboard": "10.2.0", "index-pattern": "8.0.0", "search": "10.2.0"}

EVERYTHING: Json = {"query": {"query": "", "language": "kuery"}, "filter": []}
"""A search without a condition."""


class Reference(NamedTuple):
    """That an object needs another one, which it calls `name` inside itself."""

    name: str
    type: Kind
    id: str

    def under(self, panel: str) -> "Reference":
        """Return the same reference as the dashboard with this panel has it."""
        return self._replace(name=f"{panel}:{self.name}")


def saved_object(kind: Kind, id: str, attributes: Json, references: Iterable[Reference] = ()) -> Json:
    """Return a saved object as a line of an import file holds it."""
    return {
        "id": id,
        "type": kind,
        "attributes": attributes,
        "references": [reference._asdict() for reference in references],
        "managed": False,
        "coreMigrationVersion": _CORE,
        "typeMigrationVersion": _VERSIONS[kind],
    }


def text(value: object) -> str:
    """Return a value as the JSON text that some attributes have to be."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def kuery(query: str) -> Json:
    """Return a condition in Kibana's query language; the empty one is always true."""
    return {"query": query, "language": "kuery"}
