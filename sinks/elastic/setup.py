"""What has to stand in a cluster before a sink can write: the index templates, in the version that our models need."""

import json
from hashlib import sha256
from typing import Any

from elasticsearch import Elasticsearch

from sinks.elastic.indices import Names
from sinks.elastic.templates import templates

_MARK = "hearken"  # under which a template says which content it was put with


def put_templates(client: Elasticsearch, names: Names, replicas: int) -> None:
    """Put every template, and its new fields into the indices that are there. Raises what the client raises."""
    for name, body in templates(names, replicas).items():
        client.indices.put_index_template(name=name, **body, meta={_MARK: _digest(body)})
        client.indices.put_mapping(
            index=body["index_patterns"],
            properties=body["template"]["mappings"]["properties"],
            ignore_unavailable=True,
            allow_no_indices=True,
        )


def outdated_templates(client: Elasticsearch, names: Names, replicas: int) -> list[str]:
    """Return the names of the templates that are missing, or were put by another version or with other settings.

    Raises what the client raises. It needs no more than the right to monitor the cluster.
    """
    quiet = client.options(ignore_status=404)  # so it answers where there is no such template yet
    told = "index_templates.name,index_templates.index_template._meta"
    there = quiet.indices.get_index_template(name=f"{names.prefix}*", filter_path=told)
    known = there.body.get("index_templates", ())
    found = {one["name"]: one.get("index_template", {}).get("_meta", {}) for one in known}
    wanted = templates(names, replicas)
    return [name for name, body in wanted.items() if found.get(name, {}).get(_MARK) != _digest(body)]


def _digest(body: dict[str, Any]) -> str:
    return sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]
