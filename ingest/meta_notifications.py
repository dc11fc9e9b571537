"""What Meta's platforms push: notifications, each with several entries of changes or of private messages."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingest.foreign import odd_shapes_refused, parsed_page
from ingest.records import Record
from ingest.source import Parsed, Skipped
from schemas.errors import Poison
from schemas.times import recorded_time

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
_PARTIES = {"sender", "recipient", "timestamp", "prior_message", "hop_context"}


@dataclass(frozen=True, slots=True)
class Change:
    """One change: of which `field` of whose account (`owner`, the id), its `value`, and when it was notified.

    `at` is None where the notification does not say so, as in the examples of the documentation; `seen_at` is when a
    live source took it.
    """

    field: str
    value: Any
    owner: str | None
    at: datetime | None
    seen_at: datetime | None

    def observed(self, *times: datetime | None) -> datetime:
        """Return when the change was observed: live, when it came, else when it was notified, or the latest of `times`.

        Raises Poison bad_time where there is none of them.
        """
        known = [time for time in (self.at, *times) if time is not None]
        if self.seen_at is None and not known:
            raise Poison("bad_time", "a change without any time")
        return self.seen_at or recorded_time(max(known))


def is_notification(message: dict[str, Any]) -> bool:
    """Say whether a message is a notification, and no answer to a request."""
    return bool(message.keys() & {"entry", "changes", "hub.mode", "sample"}) or message.keys() == {"field", "value"}


def change_events(
    message: dict[str, Any], record: Record, kind: str, parse: Callable[[str, Change], Iterable[Parsed]]
) -> list[Parsed]:
    """Return what the entries of a notification hold, in order; private messages are skipped by what they are.

    An entry alone, and a change alone, are read as if they stood in a notification. `parse` takes the object that a
    change is of (`page`, `instagram`, ...; `kind` if it is not named) and the change. One change that is unusable does
    not take the others with it. Raises Poison.
    """
    with odd_shapes_refused():
        if "hub.mode" in message:
            return [Skipped(known_word(message["hub.mode"]))]
        message = message.get("sample") or message
        kind = known_word(message.get("object", kind))
        entries = message.get("entry", message)
        entries = entries if isinstance(entries, list) else [entries]  # some objects have a single one
        found = [(entry, one) for entry in entries for one in _parts(entry)]
        if not found:
            return [Skipped("empty")]
        return parsed_page(
            [{"entry": entry, "part": part} for entry, part in found],
            lambda pair: _parsed(pair["entry"], pair["part"], kind, record, parse),
        )


def known_word(value: object) -> str:
    """Return a word of Meta's for a kind of thing. Raises Poison unknown_kind for what cannot be one."""
    if not isinstance(value, str) or not _WORD.fullmatch(value):
        raise Poison("unknown_kind", "a change of no kind")
    return value


def _parts(entry: dict[str, Any]) -> Iterator[Any]:
    """Yield what an entry holds: changes, or the name of what else there is."""
    changes = entry.get("changes") or []
    yield from changes if isinstance(changes, list) else [changes]
    if "field" in entry:  # Instagram's documentation shows a change without a list around it
        yield entry
    for message in entry.get("messaging") or []:
        yield next((name for name in message if name not in _PARTIES), "messaging")
    yield from ("standby" for _ in entry.get("standby") or [])
    yield from entry.get("changed_fields") or []


def _parsed(
    entry: dict[str, Any], part: Any, kind: str, record: Record, parse: Callable[[str, Change], Iterable[Parsed]]
) -> Iterable[Parsed]:
    if isinstance(part, str):
        return [Skipped(known_word(part))]
    at = entry.get("time")
    owner = entry.get("id")
    change = Change(
        known_word(part["field"]),
        part.get("value"),
        str(owner) if isinstance(owner, (str, int)) else None,
        recorded_time(at) if at else None,
        record.seen_at,
    )
    return parse(kind, change)
