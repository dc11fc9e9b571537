"""Statuses as a Mastodon server writes them: invented ones, and any post events told in its words."""

from collections.abc import Iterable, Iterator
from html import escape
from typing import Any

import orjson

from schemas.post import PostEvent
from schemas.wire import from_ms, ms

NOON_MS = 1_709_294_400_000  # 2024-03-01T12:00Z
HOST = "social.example"

Status = dict[str, Any]


def status_id(at_ms: int, number: int = 0) -> str:
    """An id as Mastodon gives it: the time in ms, 16 bits up, and a number."""
    return str((at_ms << 16) + number)


def written(at_ms: int) -> str:
    """A time as Mastodon writes it."""
    return from_ms(at_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def status(at_ms: int = NOON_MS, text: str = "A kettle", number: int = 0, **fields: Any) -> Status:
    """A public status of Mia, who is at home on the server, with its counts at nothing."""
    native_id = status_id(at_ms, number)
    return {
        "id": native_id,
        "created_at": written(at_ms),
        "in_reply_to_id": None,
        "in_reply_to_account_id": None,
        "sensitive": False,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": f"https://{HOST}/users/mia/statuses/{native_id}",
        "url": f"https://{HOST}/@mia/{native_id}",
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "edited_at": None,
        "content": f"<p>{escape(text)}</p>",
        "reblog": None,
        "account": account(),
        "media_attachments": [],
        "mentions": [],
        "tags": [],
        "emojis": [],
        "card": None,
        "poll": None,
        **fields,
    }


def account(name: str = "mia", account_id: str = "7", host: str = HOST, **fields: Any) -> dict[str, Any]:
    """An account; of another server when `host` is another."""
    return {
        "id": account_id,
        "username": name,
        "acct": name if host == HOST else f"{name}@{host}",
        "display_name": name.title(),
        "bot": False,
        "created_at": "2022-11-01T00:00:00.000Z",
        "url": f"https://{host}/@{name}",
        "uri": f"https://{host}/users/{name}",
        "followers_count": 120,
        "emojis": [],
        **fields,
    }


class Teller:
    """Tells post events (the demonstration's, for one) as a server streams them, one after the other.

    What a stream does not tell of is left out: that a post was only counted again.
    """

    def __init__(self) -> None:
        self._known: dict[str, Status] = {}
        self._number = 0

    def told(self, events: Iterable[PostEvent]) -> Iterator[tuple[str, Status]]:
        """Yield the name of each event and the status that it is about: "update", "status.update", "delete"."""
        for event in events:
            before = self._known.get(event.id)
            if event.op == "delete":
                if before is not None:
                    yield "delete", before
            elif before is None:
                self._known[event.id] = self._status(event)
                yield "update", self._known[event.id]
            elif event.op == "update":
                change = {"content": _content(event), "edited_at": written(event.version)}
                self._known[event.id] = {**before, **change}
                yield "status.update", self._known[event.id]

    def recording(self, events: Iterable[PostEvent]) -> Iterator[bytes]:
        """Yield the same as an event stream of bytes."""
        yield b":)\n\n"
        for name, about in self.told(events):
            yield stream_event(name, about)

    def _status(self, event: PostEvent) -> Status:
        author = event.author
        host = HOST if author is None or author.handle is None else author.handle.partition("@")[2] or HOST
        name = ((author and author.handle) or "nobody").partition("@")[0]
        self._number = (self._number + 1) % 2**16
        return status(
            ms(event.published_at or event.observed_at), number=self._number,
            content=_content(event), language=event.lang, sensitive="sensitive" in event.flags,
            account=account(
                name, (author and author.id) or name, host,
                display_name=(author and author.name) or "", followers_count=(author and author.followers) or 0,
            ),
            in_reply_to_id=self._id(event.parent_id),
            reblog=self._known.get(event.repost_of or ""),
            quote=self._quote(event.quote_of),
        )  # fmt: skip

    def _id(self, post_id: str | None) -> str | None:
        known = self._known.get(post_id or "")
        return known["id"] if known else None

    def _quote(self, post_id: str | None) -> dict[str, Any] | None:
        known = self._known.get(post_id or "")
        return {"state": "accepted", "quoted_status": known} if known else None


def stream_event(name: str, about: Status) -> bytes:
    """One event of a stream: the whole status, or of a deletion its id."""
    data = about["id"].encode() if name == "delete" else orjson.dumps(about)
    return b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"


def _content(event: PostEvent) -> str:
    paragraphs = (event.text or "").split("\n\n")
    return "".join(f"<p>{escape(paragraph, quote=False)}</p>" for paragraph in paragraphs if paragraph)
