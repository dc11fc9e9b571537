"""Where one is in a Jetstream: moments by the clock of one server, in microseconds since 1970."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import orjson

from ingest.live import Gap
from schemas.errors import Poison
from schemas.json_value import json_value

_HEAD = re.compile(rb'\{"did":"[^"\\]*","time_us":(\d{16}),')  # how servers begin an event
_FIRST_US, _LAST_US = 10**15, 10**16  # the years 2001 to 2286; smaller numbers are another kind of cursor
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MARGIN_US = 30_000_000  # how far the clocks of two servers, and what they have seen by then, may be apart
_JITTER_US = 1_000_000  # how far events of one server may stand out of order
_LARGEST = 2**23


class Position(NamedTuple):
    """Behind the events of one server up to a moment."""

    server: str
    time_us: int

    @property
    def moment(self) -> datetime:
        """The moment, as everybody else writes it."""
        return _EPOCH + timedelta(microseconds=self.time_us)


def read_position(cursor: str | None) -> Position | None:
    """Return the position that a cursor names; None for none, and for one that is not ours."""
    try:
        saved = orjson.loads(cursor or "null")
        server, time_us = saved["server"], saved["time_us"]
        return Position(server, time_us) if isinstance(server, str) and _is_moment(time_us) else None
    except (ValueError, LookupError, TypeError):
        return None


class Course:
    """The positions along one connection. `asked_us` is where to begin, None for now; `new` says that an event came
    that is not one of those that were there before."""

    def __init__(self, server: str, saved: Position | None) -> None:
        """Go on with `server` behind a saved position; if that is another server's, from a little before it."""
        self._prefix = orjson.dumps({"server": server}).decode()[:-1] + ',"time_us":'
        self._saved = saved
        self._behind_us = 0 if saved is None or saved.server == server else _MARGIN_US
        self._latest_us = saved.time_us if saved else 0
        self.asked_us = saved.time_us - self._behind_us if saved else None
        self.new = False

    def take(self, payload: bytes) -> tuple[str | None, Gap | None]:
        """Return the cursor behind an event, and the gap that there is before it.

        There is no cursor behind one without a time, and none behind one that is older than another before it.
        """
        time_us = _time_us(payload)
        if time_us is None:
            return None, None
        saved, self._saved = self._saved, None
        gap = self._gap(saved, time_us) if saved is not None else None
        # Far behind the latest is no straggler: the latest was wrong.
        if gap is None and self._latest_us - 2 * _MARGIN_US <= time_us < self._latest_us:
            return None, None
        self.new = self.new or time_us != self._latest_us
        self._latest_us = time_us
        return f"{self._prefix}{time_us}}}", gap

    def _gap(self, saved: Position, first_us: int) -> Gap | None:
        """Return what is missing if the first event of a resumed stream is not the one that was asked for.

        A server says nothing of a position that it no longer has, and begins later; one that lies in its future it
        leaves aside, and begins now.
        """
        first = Position("", first_us).moment
        if first_us > saved.time_us + (self._behind_us or _JITTER_US):
            return Gap("the server no longer has what came before", saved.moment, first)
        if first_us < saved.time_us - self._behind_us - _MARGIN_US:
            return Gap("the saved position lies in the server's future: listening from now on", None, first)
        return None


def _time_us(payload: bytes) -> int | None:
    """Return when a server says that it saw an event; None when it does not say, or cannot be believed."""
    if found := _HEAD.match(payload):
        return int(found[1])
    try:
        event = json_value(payload, _LARGEST)
        if isinstance(event, dict) and event.get("$type") == "message":
            said = event["payload"]
            moment = datetime.fromisoformat(said.get("witnessedAt") or said["time"])
            time_us = (moment - _EPOCH) // timedelta(microseconds=1)
        else:
            time_us = event["time_us"]
    except (Poison, LookupError, TypeError, ValueError, AttributeError):
        return None
    return time_us if _is_moment(time_us) else None


def _is_moment(time_us: object) -> bool:
    return isinstance(time_us, int) and _FIRST_US <= time_us < _LAST_US
