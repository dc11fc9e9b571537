"""Relays of Nostr as they are listened to: what is asked for after a break, and who wrote what is to be deleted."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NoReturn

import orjson

from ingest.live import Gap
from ingest.nostr_events import Event, checked, event_id, is_true, named, tags_of
from schemas.errors import HearkenError, Poison, Refused, Transient
from schemas.json_value import json_value
from schemas.wire import from_ms

if TYPE_CHECKING:
    from ingest.web import Web

OVERLAP_S = 900
"""Times are the authors' own, and posts reach a relay late: so much of what was heard before is asked for again."""

_LARGEST = 2**20
_WINDOW_S, _MOST_WINDOWS = 600, 9  # relays take ten filters at once, and give five hundred events of each
_GIVEN = 500
_REMEMBERED = 50_000
_LOOK_UP_S = 10.0
_NO_USE = ("auth-required", "restricted", "blocked", "unsupported")  # what a relay closes a subscription with (NIP-01)


def message_of(payload: bytes) -> list[Any]:
    """Return a relay's message as the list that it is; an empty one for what is none."""
    try:
        value = json_value(payload, _LARGEST)
    except Poison:
        return []
    return value if isinstance(value, list) else []


def event_of(message: Sequence[Any]) -> Event | None:
    """Return the event in a message; None for a message without one, or with a broken one."""
    try:
        return checked(message[2]) if len(message) > 2 and message[0] == "EVENT" else None
    except Poison:
        return None


@dataclass(slots=True)
class Windows:
    """The stretches of time that are asked for when listening begins again, each by itself, for a relay gives no more
    than some hundred events of one. `counts` are the events that came of each."""

    edges: list[int]
    counts: list[int] = field(default_factory=list)

    @classmethod
    def between(cls, since_s: int, now_s: int) -> "Windows":
        """Cut a stretch into windows of ten minutes, or fewer and longer ones."""
        length = max(now_s - since_s, 1)
        number = min(max(1, -(-length // _WINDOW_S)), _MOST_WINDOWS)
        edges = [since_s + length * place // number for place in range(number + 1)]
        return cls(edges, [0] * number)

    def filters(self, kinds: Sequence[int]) -> list[dict[str, Any]]:
        """Return one filter for each window, and one for what comes from now on."""
        pairs = zip(self.edges, self.edges[1:], strict=False)
        asked = [{"kinds": kinds, "since": begin, "until": end, "limit": _GIVEN} for begin, end in pairs]
        return [*asked, {"kinds": kinds, "since": self.edges[-1]}]

    def count(self, event: Event) -> None:
        """Count an event that was stored."""
        made = event["created_at"]
        if isinstance(made, int):
            for place, (begin, end) in enumerate(zip(self.edges, self.edges[1:], strict=False)):
                if begin <= made <= end:
                    self.counts[place] += 1
                    return

    def gaps(self) -> list[Gap]:
        """Return the windows of which a relay may not have given all."""
        return [
            Gap("a relay gives no more at once", from_ms(begin * 1000), from_ms(end * 1000))
            for count, begin, end in zip(self.counts, self.edges, self.edges[1:], strict=False)
            if count >= _GIVEN
        ]


class Authors:
    """Who wrote the events heard last; of others, relays are asked."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, str] = OrderedDict()

    def note(self, event: Event) -> None:
        """Remember who wrote an event, if it is what its id says."""
        number = event_id(event["id"])
        if number is not None and is_true(event):
            self._known[number] = event["pubkey"]
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)

    async def others(self, deletion: Event, web: "Web", source: str, relays: Iterable[str]) -> list[str]:
        """Return which posts that a deletion names were written by somebody else.

        A relay that keeps to the rules has none of the author's own any more; that somebody else's still stands
        somewhere shows whose it is. Raises Transient when not one relay could be asked.
        """
        wanted = named(tags_of(deletion), "e")
        unknown = [number for number in wanted if number not in self._known]
        if unknown:
            failed: HearkenError | None = None
            answered = False
            for relay in relays:
                try:
                    async for event in _stored(web, source, relay, unknown):
                        self.note(event)
                    answered = True
                except HearkenError as error:
                    failed = error
            if not answered and failed is not None:
                raise Transient(f"nobody says whose the posts are that are to be deleted: {failed}")
        author = deletion["pubkey"]
        return [number for number in wanted if self._known.get(number, author) != author]


async def _stored(web: "Web", source: str, relay: str, numbers: Sequence[str]) -> AsyncIterator[Event]:
    asked = orjson.dumps(["REQ", "whose", {"ids": list(numbers)}]).decode()
    async with web.socket(relay, source=source, opening=[asked], silence_s=_LOOK_UP_S) as messages:
        async for payload in messages:
            message = message_of(payload)
            if message and message[0] in ("EOSE", "CLOSED"):
                return
            event = event_of(message)
            if event is not None:
                yield event


def ended(source: str, relay: str, reason: str) -> NoReturn:
    """Raise what it means that a relay ends a subscription: Refused where it always will, else Transient."""
    if reason.startswith(_NO_USE):
        raise Refused(f"{relay} does not let everybody listen: take it out of [sources.{source}] relays", 403)
    raise Transient(f"{relay} has ended the subscription")


def seconds(moment: datetime) -> int:
    """Return a moment as Nostr writes it."""
    return int(moment.timestamp())
