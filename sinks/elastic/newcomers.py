"""Mentions in the order in which they were first stored, asked for from cursor to cursor.

Each mention has the moment of its first storing among its facts. Workers have clocks of their own, and what is sent is
searched a little later, so a mention may be seen after one with a later moment. The cursor therefore holds, beside the
latest moment, the mentions of the last seconds before it, and what is asked for is what came since then but these.
Once nothing has come for as long, nothing can come any more that was stored before the latest, and those are let go.
Where very much comes, the seconds are fewer.
"""

from typing import Any

import orjson

from schemas.clock import Clock
from schemas.mention import Mention
from schemas.wire import ms
from sinks.elastic.documents import read
from sinks.elastic.indices import Names
from sinks.elastic.reader import Clause, Reader, within
from sinks.questions import Arrivals

OVERLAP_MS = 15_000
"""More than a sink needs for a write with all its attempts, and the server until it is searched."""

_ORDER: list[Clause] = [{"facts.first": "asc"}, {"id": "asc"}]
_MOMENT = ("id", "facts.first")
_LATEST: list[Clause] = [{"facts.first": "desc"}, {"id": "asc"}]
_MOST = 20_000  # ids that are left out by name: a server takes 65,536, but not quickly


class Newcomers:
    """Asks for what was stored since."""

    def __init__(self, reader: Reader, names: Names, clock: Clock) -> None:
        """Ask `reader`."""
        self._reader, self._clock = reader, clock
        self._index = names.alias("mentions")

    def behind(self, cursor: str | None, limit: int) -> Arrivals:
        """Return up to `limit` mentions behind the cursor, oldest first; without one, none and where to begin."""
        if cursor is None:
            return Arrivals([], self._now())
        found_ms, first_ms, known = orjson.loads(cursor)
        if ms(self._clock.now()) - found_ms > OVERLAP_MS:
            first_ms = max(known.values(), default=first_ms)
            known = {name: at for name, at in known.items() if at == first_ms}
        since = within("facts.first", first_ms, None)
        others: Clause = {"bool": {"must_not": [{"terms": {"id": list(known)}}]}}
        found = list(self._reader.hits(self._index, [*since, others], _ORDER, limit))
        mentions = [read(Mention, source) for source in found]
        return Arrivals(
            mentions, self._cursor(known | _moments(found)) if found else _written(found_ms, first_ms, known)
        )

    def _now(self) -> str:
        """Return the cursor behind all that is there."""
        last = next(self._reader.hits(self._index, [], _LATEST, 1), None)
        if last is None:
            return self._cursor({})
        since = within("facts.first", _first_ms(max(_moments([last]).values())), None)
        return self._cursor(_moments(list(self._reader.hits(self._index, since, _LATEST, _MOST, fields=_MOMENT))))

    def _cursor(self, known: dict[str, int]) -> str:
        first_ms = _first_ms(max(known.values(), default=0))
        if len(known) >= _MOST:  # what was stored in the same moment as the last that fits may not fit
            first_ms = max(first_ms, sorted(known.values())[-_MOST] + 1)
        recent = {mention_id: at for mention_id, at in known.items() if at >= first_ms}
        return _written(ms(self._clock.now()), first_ms, recent)


def _first_ms(last_ms: int) -> int:
    # 0 has what is there from before the moment was noted, and has changed since.
    return max(last_ms - OVERLAP_MS, 1)


def _moments(sources: list[dict[str, Any]]) -> dict[str, int]:
    return {source["id"]: source["facts"].get("first", 0) for source in sources}


def _written(found_ms: int, first_ms: int, known: dict[str, int]) -> str:
    return orjson.dumps((found_ms, first_ms, known)).decode()
