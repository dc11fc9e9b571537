"""Answers of Meta's Graph API, whichever network they are of: pages, nodes, nodes by their ids, batches, errors."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ingest.foreign import odd_shapes_refused, parsed_page, words
from ingest.records import MAX_RECORD_BYTES, Record
from ingest.source import Parsed, Skipped
from schemas.errors import Poison
from schemas.json_value import json_value

Node = dict[str, Any]
Kinds = tuple[tuple[str, frozenset[str]], ...]

_PAGED = re.compile(r"/v\d+\.\d+/([^/?#]{1,80})/([a-z_]{1,40})(?:\?|$)")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,100}")


@dataclass(frozen=True, slots=True)
class Edge:
    """What a page of nodes is a page of: the id of the node it belongs to and the edge's name, None if it is silent."""

    owner: str | None = None
    name: str | None = None


NO_EDGE = Edge()


def kinds(table: str) -> Kinds:
    """Return a table of kinds, one a line, each by the names that an object of it has."""
    return tuple((line.split()[0], frozenset(line.split()[1:])) for line in table.strip().splitlines())


def kind_of(node: Node, table: Kinds) -> str:
    """Return what a node is: the first kind whose names it all has. Raises Poison unknown_kind."""
    kind = next((kind for kind, names in table if names <= node.keys()), None if node else "empty")
    if kind is None:
        raise Poison("unknown_kind", "no node of the Graph API")
    return kind


def graph_events(answer: Node, record: Record, parse: Callable[[Node, Edge, Record], Iterable[Parsed]]) -> list[Parsed]:
    """Return what the nodes of an answer hold, in order; an error is skipped by the type that it has.

    One node that is unusable does not take the others with it. Raises Poison.
    """
    with odd_shapes_refused():
        if "request" in answer and "reply" in answer:  # a recorded call beside what it was answered
            replies = answer["reply"] if isinstance(answer["reply"], list) else [answer["reply"]]
            return [one for reply in replies for one in graph_events(reply or {}, record, parse)]
        if "code" in answer and isinstance(answer.get("body"), str):  # one of a batch
            return graph_events(json_value(answer["body"].encode(), MAX_RECORD_BYTES), record, parse)
        if "error" in answer:
            error = answer["error"]
            kind = error.get("type") if isinstance(error, dict) else None
            return [Skipped(kind if isinstance(kind, str) and _WORD.fullmatch(kind) else "error")]
        nodes = _nodes(answer)
        edge = _edge(answer)
        return parsed_page(nodes, lambda node: parse(node, edge, record)) if nodes else [Skipped("empty")]


def _nodes(answer: Node) -> list[Node]:
    data = answer.get("data")
    if isinstance(data, list):
        return data
    if isinstance(data, dict) and "id" not in answer:
        return [data]
    if answer and all(isinstance(node, dict) and node.get("id") == key for key, node in answer.items()):
        return list(answer.values())
    return [answer] if answer else []


def _edge(answer: Node) -> Edge:
    """Read from the address of the next page what this one belongs to."""
    paging = answer.get("paging") or {}
    found = _PAGED.search(str(paging.get("next") or paging.get("previous"))) if isinstance(paging, dict) else None
    return Edge(found[1], found[2]) if found else NO_EDGE


def below(nodes: list[Node], parse: Callable[[Node], Iterable[Parsed]]) -> list[Parsed]:
    """Return what the nodes inside another hold; the unusable are skipped under their reason, even all of them."""
    try:
        return parsed_page(nodes, parse)
    except Poison as poison:
        return [Skipped(poison.reason)] * len(nodes)


def inner(node: Node, name: str) -> list[Any]:
    """Return the nodes of an edge that was asked for together with a node, if they are any."""
    edge = node.get(name)
    found = edge.get("data") if isinstance(edge, dict) else None
    return found if isinstance(found, list) else []


def total(node: Node, name: str) -> object:
    """Return how many nodes an edge has in all, if the answer says so."""
    edge = node.get(name)
    summary = edge.get("summary") if isinstance(edge, dict) else None
    return summary.get("total_count") if isinstance(summary, dict) else None


def node_id(value: object) -> str:
    """Return an id, which older versions write as a number. Raises Poison bad_value for what is none."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _ID.fullmatch(text):
        raise Poison("bad_value", "the id of a node is a text or a number")
    return text


def reference(value: object) -> str | None:
    """Return the id that an object refers to: `{"id": ...}` or the id alone; None for nothing."""
    found = value.get("id") if isinstance(value, dict) else value
    return node_id(found) if words(found) or (isinstance(found, int) and not isinstance(found, bool)) else None
