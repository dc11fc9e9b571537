"""An Elasticsearch that is none: it keeps documents by the rules of external versions, and fails as it is told."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson
from elastic_transport import ApiResponseMeta, BaseNode, ConnectionTimeout, HttpHeaders, NodeConfig, TransportError
from elastic_transport import ConnectionError as Unreachable


@dataclass(frozen=True)
class Items:
    """A bulk whose documents with these ids fail with these statuses; the others are stored."""

    failing: dict[str, int]
    kind: str = "made_up_exception"


@dataclass(frozen=True)
class Whole:
    """A request that is refused as a whole."""

    status: int


@dataclass(frozen=True)
class Away:
    """A server that does not answer; `applied` says whether it did the work all the same."""

    applied: bool = False


Told = Items | Whole | Away


class Reply(NamedTuple):
    """What a transport gets back."""

    meta: ApiResponseMeta
    body: bytes


@dataclass
class FakeElastic:
    """What it holds, what it was asked, and how the next bulk requests end (in order; then all is well)."""

    script: deque[Told] = field(default_factory=deque)
    always: Told | None = None
    max_bytes: int = 2**40
    room: int = 2**40  # bytes of a bulk's documents, above which each is turned away with 429
    version: str = "8.19.3"
    stored: dict[tuple[str, str], tuple[int, dict[str, Any]]] = field(default_factory=dict)
    bulks: list[list[str]] = field(default_factory=list)

    def node_class(self) -> type[BaseNode]:
        """Return the transport of a client that talks to this server."""
        fake = self

        class Node(BaseNode):
            def perform_request(self, method: str, target: str, body: bytes | None = None, *_: Any, **__: Any) -> Any:
                return fake._answer(self.config, target, body or b"")

            def close(self) -> None:
                pass

        return Node

    def _answer(self, config: NodeConfig, target: str, body: bytes) -> Reply:
        told = self.always
        path = target.partition("?")[0]
        status, answer = 200, {}
        if path == "/_bulk":
            lines = body.splitlines()
            actions = [orjson.loads(action)["index"] for action in lines[::2]]
            self.bulks.append([action["_id"] for action in actions])
            if len(body) > self.max_bytes:
                told = Whole(413)
            elif self.script:
                told = self.script.popleft()
            answer = self._bulk(actions, lines[1::2], told)
        elif path == "/_nodes":
            answer = {"nodes": {"n": {"version": self.version}}}
        elif path.endswith("/_search"):
            ids = orjson.loads(body)["query"]["ids"]["values"]
            found = [{"_index": index, "_id": one} for index, one in self.stored if one in ids]
            answer = {"hits": {"hits": found}}
        if isinstance(told, Away):
            raise _lost(path)
        if isinstance(told, Whole):
            status, answer = told.status, {"error": {"type": "made_up_exception", "reason": "with words of the post"}}
        headers = {"x-elastic-product": "Elasticsearch", "content-type": "application/json"}
        return Reply(ApiResponseMeta(status, "1.1", HttpHeaders(headers), 0.0, config), orjson.dumps(answer))

    def _bulk(self, actions: list[dict[str, Any]], bodies: list[bytes], told: Told | None) -> dict[str, Any]:
        if isinstance(told, Whole) or (isinstance(told, Away) and not told.applied):
            return {}
        items = []
        is_full = sum(map(len, bodies)) > self.room
        for action, body in zip(actions, bodies, strict=True):
            status = told.failing.get(action["_id"]) if isinstance(told, Items) else 429 if is_full else None
            status = status if body.endswith(b"}") else 400
            entry: dict[str, Any] = {"status": status or self._store(action, orjson.loads(body))}
            if status is not None and isinstance(told, Items):
                entry["error"] = {"type": told.kind}
            items.append({"index": entry})
        return {"items": items}

    def _store(self, action: dict[str, Any], body: dict[str, Any]) -> int:
        assert action["version_type"] == "external"
        key = action["_index"], action["_id"]
        if key in self.stored and action["version"] <= self.stored[key][0]:
            return 409
        self.stored[key] = action["version"], body
        return 201


def _lost(path: str) -> TransportError:
    return ConnectionTimeout("no answer") if path == "/_bulk" else Unreachable("no connection")
