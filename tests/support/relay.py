"""A relay of Nostr on this machine: it keeps events, gives those that are asked for, and breaks as it is told to."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

import orjson
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

Event = dict[str, Any]


def event(at_s: int, content: str, kind: int = 1, author: str = "a", tags: list[list[str]] | None = None) -> Event:
    """An event with the id that its content gives it; nobody has signed it."""
    pubkey = (author * 64)[:64]
    said = [0, pubkey, at_s, kind, tags or [], content]
    number = sha256(orjson.dumps(said)).hexdigest()
    return {
        "id": number, "pubkey": pubkey, "created_at": at_s, "kind": kind, "tags": tags or [], "content": content,
        "sig": "0" * 128,
    }  # fmt: skip


@dataclass(frozen=True)
class Break:
    """How a connection ends, after so many messages: cut off, closed in good order, or with a CLOSED that says why."""

    kind: Literal["cut", "close", "closed"]
    after: int = 0
    reason: str = "error: shutting down"


class Relay:
    """The relay; `asked` are the requests that came."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.breaks: deque[Break] = deque()
        self.asked: list[list[Any]] = []
        self.most = 500
        self._news = threading.Condition()
        self._closing = False
        self._server = serve(self._listen, "127.0.0.1", 0)
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def publish(self, *events: Event) -> None:
        """Keep events, and tell them to whoever listens; an author's own are dropped by a deletion."""
        with self._news:
            for made in events:
                self.events.append(made)
                if made["kind"] == 5:
                    named = {tag[1] for tag in made["tags"] if tag[0] == "e"}
                    self.events = [
                        one for one in self.events if one["id"] not in named or one["pubkey"] != made["pubkey"]
                    ]
            self._news.notify_all()

    def await_asked(self, count: int) -> None:
        """Return when so many requests have come."""
        with self._news:
            if not self._news.wait_for(lambda: len(self.asked) >= count, 10):
                raise TimeoutError(f"{len(self.asked)} of {count} requests")

    def stop(self) -> None:
        """End."""
        with self._news:
            self._closing = True
            self._news.notify_all()
        self._server.shutdown()
        self._thread.join(10)

    def _listen(self, listener: ServerConnection) -> None:
        with suppress(ConnectionClosed, OSError):
            asked = orjson.loads(listener.recv())
            _, name, *filters = asked
            fault = self.breaks.popleft() if self.breaks and name != "whose" else None
            with self._news:
                stored = [one for each in filters for one in self._found(each)]
                known = {one["id"] for one in self.events}
                self.asked.append(asked)
                self._news.notify_all()
            told = 0
            for one in stored:
                if fault and told == fault.after:
                    self._end(listener, fault, name)
                    return
                listener.send(orjson.dumps(["EVENT", name, one]).decode())
                told += 1
            listener.send(orjson.dumps(["EOSE", name]).decode())
            while not self._closing and listener.close_code is None:
                with self._news:
                    self._news.wait_for(
                        lambda: self._closing or any(one["id"] not in known for one in self.events), 0.1
                    )
                    fresh = [one for one in self.events if one["id"] not in known]
                for one in fresh:
                    known.add(one["id"])
                    if fault and told == fault.after:
                        self._end(listener, fault, name)
                        return
                    if any(_meets(one, each) for each in filters):
                        listener.send(orjson.dumps(["EVENT", name, one]).decode())
                        told += 1

    def _found(self, each: dict[str, Any]) -> list[Event]:
        found = sorted((one for one in self.events if _meets(one, each)), key=lambda one: -one["created_at"])
        return found[: min(each.get("limit", self.most), self.most)]

    def _end(self, listener: ServerConnection, fault: Break, name: str) -> None:
        if fault.kind == "closed":
            listener.send(orjson.dumps(["CLOSED", name, fault.reason]).decode())
        if fault.kind == "cut":
            listener.socket.shutdown(2)
        else:
            listener.close()


def _meets(one: Event, each: dict[str, Any]) -> bool:
    return (
        one["kind"] in each.get("kinds", [one["kind"]])
        and one["id"] in each.get("ids", [one["id"]])
        and each.get("since", 0) <= one["created_at"] <= each.get("until", 2**40)
    )


@contextmanager
def relay() -> Iterator[Relay]:
    """Run a relay until the end of the block."""
    made = Relay()
    try:
        yield made
    finally:
        made.stop()
