"""Mentions in the order in which they were first stored, asked for from cursor to cursor.

Each mention has the moment of its first storing among its facts. Workers have clocks of their own, and what is sent is
searched a little later, so a mention may be seen after one with a later moment. The cursor therefore holds, beside the
latest moment, the mentions of the last seconds before it, and what is asked for is what came since then but these.
"""

from typing import Any

import orjson

from schemas.mention import Mention
from sinks.elastic.documents import read
from sinks.elastic.indices import Names
from sinks.elastic.reader import Clause, Reader, within
from sinks.questions import Arrivals

OVERLAP_MS = 15_000
"""More than a sink needs for a write with all its attempts, and the server until it is searched."""

_ORDER: list[Clause] = [{"facts.first": "asc"}, {"id": "asc"}]
_MOMENT = ("id", "facts.first")
_MOST = 60_000  # ids that are left out by name: a server takes 65,536


class Newcomers:
    """Asks for what was stored since."""

    def __init__(self, reader: Reader, names: Names) -> None:
        """Ask `reader`."""
        self._reader = reader
        self._index = names.alias("mentions")

    def behind(self, cursor: str | None, limit: int) -> Arrivals:
        """Return up to `limit` mentions behind the cursor, oldest first; without one, none and where to begin."""
        if cursor is None:
            return Arrivals([], self._now())
        known: dict[str, int] = orjson.loads(cursor)
        since = _since(max(known.values(), default=0))
        others: Clause = {"bool": {"must_not": [{"terms": {"id": list(known)}}]}}
        found = list(self._reader.hits(self._index, [*since, others], _ORDER, limit))
        mentions = [read(Mention, source) for source in found]
        return Arrivals(mentions, _cursor(known | _moments(found)) if found else cursor)

    def _now(self) -> str:
        """Return the cursor behind all that is there."""
        last = next(self._reader.hits(self._index, [], [{"facts.first": "desc"}, {"id": "asc"}], 1), None)
        if last is None:
            return "{}"
        since = _since(max(_moments([last]).values()))
        return _cursor(_moments(list(self._reader.hits(self._index, since, _ORDER, _MOST, fields=_MOMENT))))


def _since(last_ms: int) -> list[Clause]:
    # 0 has what is there from before the moment was noted, and has changed since.
    return within("facts.first", max(last_ms - OVERLAP_MS, 1), None)


def _moments(sources: list[dict[str, Any]]) -> dict[str, int]:
    return {source["id"]: source["facts"].get("first", 0) for source in sources}


def _cursor(known: dict[str, int]) -> str:
    since = max(known.values(), default=0) - OVERLAP_MS
    recent = [(mention_id, at) for mention_id, at in known.items() if at >= since][-_MOST:]
    return orjson.dumps(dict(recent)).decode()
