"""Clicks in Elasticsearch."""

from collections.abc import Iterator, Mapping, Sequence

from schemas.click import LinkClicks
from sinks.clicks import summed
from sinks.elastic.indices import Names
from sinks.elastic.reader import Clause, Reader, within

_AT_ONCE = 5_000  # links in one search
_BY: dict[str, Clause] = {
    "link": {"terms": {"field": "link"}},
    "kind": {"terms": {"field": "kind"}},
    "currency": {"terms": {"field": "currency", "missing_bucket": True}},
}
_WORTH: dict[str, Clause] = {"worth": {"sum": {"field": "value"}}}


class Clicks:
    """What came of links."""

    def __init__(self, reader: Reader, names: Names) -> None:
        self._reader, self._names = reader, names

    def of(self, links: Sequence[str], start_ms: int, end_ms: int) -> Mapping[str, LinkClicks]:
        """Return what came of these links in a stretch of time; of those alone that something came of."""
        return summed(self._groups(links, start_ms, end_ms))

    def _groups(self, links: Sequence[str], start_ms: int, end_ms: int) -> Iterator[tuple[str, str, str, int, float]]:
        for first in range(0, len(links), _AT_ONCE):
            chosen: list[Clause] = [{"terms": {"link": list(links[first : first + _AT_ONCE])}}]
            chosen += within("at", start_ms, end_ms)
            for group in self._reader.groups(self._names.alias("clicks"), chosen, _BY, _WORTH):
                key = group["key"]
                yield (
                    key["link"],
                    key["kind"],
                    key["currency"] or "",
                    group["doc_count"],
                    group["worth"]["value"] or 0.0,
                )
