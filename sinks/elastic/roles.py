"""The rights that each kind of process needs in a secured cluster, and no more: bodies for Elasticsearch's role API."""

from collections.abc import Sequence
from typing import Any

from sinks.elastic.indices import KINDS, Names


def roles(names: Names) -> dict[str, dict[str, Any]]:
    """Return each role by its name.

    A `sink` writes and asks: it makes the month's index when it is first needed, and can neither delete one nor change
    a mapping. A `reader` only asks. A `keeper` puts the templates (`ElasticStore.prepare`) and drops old months. All
    may see the version of the nodes, so that a server that loses writes is refused.
    """
    return {
        f"{names.prefix}hearken-sink": _role(names, ["create_index", "index", "maintenance", "read"]),
        f"{names.prefix}hearken-reader": _role(names, ["read"]),
        f"{names.prefix}hearken-keeper": _role(names, ["manage", "read"], ["manage_index_templates"]),
    }


def _role(names: Names, rights: list[str], cluster: Sequence[str] = ()) -> dict[str, Any]:
    ours = [name for kind in KINDS for name in (names.alias(kind), names.every(kind))]
    return {
        "cluster": ["monitor", *cluster],
        "indices": [{"names": [*ours, names.brands, names.dead_letters], "privileges": rights}],
    }
