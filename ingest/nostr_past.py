"""What a relay of Nostr holds of a stretch of time."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING

import orjson

from ingest.history import Stretch
from ingest.live import Gap, Heard
from ingest.nostr_events import Event
from ingest.nostr_relays import ended, event_of, message_of, seconds
from ingest.time_search import Found, searched_back
from schemas.errors import Poison, Transient
from schemas.times import read_time

if TYPE_CHECKING:
    from ingest.web import Web

_SUBSCRIPTION = "past"
_PAGE = 200  # a relay may give fewer; an event has up to some tens of KiB
_QUIET_S = 30.0


async def relay_past(
    web: "Web", source: str, relay: str, kinds: Sequence[int], stretch: Stretch, cursor: str | None
) -> AsyncGenerator[Heard | Gap]:
    """Yield lists of events, newest first by their authors' clocks. Raises as `ended` does."""

    async def ask(until: datetime, following: str | None) -> Found:
        wanted = {
            "kinds": kinds, "since": seconds(stretch.since), "until": ceil(until.timestamp()) - 1, "limit": _PAGE,
        }  # fmt: skip
        asked = orjson.dumps(["REQ", _SUBSCRIPTION, wanted]).decode()
        events: list[Event] = []
        moments: list[datetime] = []
        async with web.socket(relay, source=source, opening=[asked], silence_s=_QUIET_S) as messages:
            async for payload in messages:
                message = message_of(payload)
                kind = message[0] if message else None
                if kind == "EOSE":
                    return Found(orjson.dumps(events), len(events), moments)
                if kind == "CLOSED":
                    ended(source, relay, str(message[-1]))
                if (event := event_of(message)) is not None:
                    events.append(event)
                    if (moment := _made(event["created_at"])) is not None:
                        moments.append(moment)
        raise Transient(f"{relay} broke off")

    async for thing in searched_back(ask, stretch, cursor):
        yield thing


def _made(created_at: object) -> datetime | None:
    try:
        return read_time(created_at)
    except Poison:
        return None
