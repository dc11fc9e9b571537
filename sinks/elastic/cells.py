"""What is counted of selected mentions by any of their dimensions, and the mentions themselves, page by page."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from typing import Any

import orjson

from schemas.errors import UsageError
from schemas.mention import Mention
from sinks.elastic.documents import read
from sinks.elastic.indices import Names
from sinks.elastic.people import People
from sinks.elastic.reader import Clause, Reader, time_buckets
from sinks.elastic.selecting import FIELDS, Clauses, clauses
from sinks.questions import MOST
from sinks.selection import Cell, Dimension, Intervals, Measure, Page, Place, Selection

_FEELINGS = ("positive", "neutral", "negative", "unknown")
_ENGAGED: dict[str, Clause] = {"engaged": {"sum": {"field": "engagement"}}}
_MOST: dict[str, Clause] = {"most": {"max": {"field": "author.followers"}}}
_CHECKED = 60_000  # ids that a search takes by name: a server refuses more than 65,536
_ORDER: list[Clause] = [{"facts.time": "desc"}, {"id": "asc"}]

_Keys = tuple[str | int | None, ...]


class Cells:
    """Counts and pages of what a selection holds; nothing is estimated."""

    def __init__(self, reader: Reader, names: Names) -> None:
        """Ask `reader`."""
        self._reader = reader
        self._index = names.alias("mentions")
        self._people_by = People(reader, self._index)

    def count(
        self, selection: Selection, by: Sequence[Dimension], measure: Measure, intervals: Intervals
    ) -> list[Cell]:
        """Return a cell for each brand and each combination of keys that occurs, in no particular order."""
        cells = []
        for brand in selection.brands:
            chosen = self._exactly(clauses(selection, brand))
            counted = self._people if measure == "people" else self._sums
            cells += [Cell(brand, keys, values) for keys, values in counted(chosen, by, measure, intervals).items()]
        return cells

    def page(self, selection: Selection, after: Place | None, limit: int) -> Page:
        """Return up to `limit` mentions, the newest first, ties by id; a mention of several brands comes once."""
        ours = _together([clauses(selection, brand) for brand in selection.brands])
        if ours is not None:
            behind = None if after is None else [after.at_ms, after.mention_id]
            sources = self._reader.hits(self._index, ours, _ORDER, limit + 1, behind)
            return _page([read(Mention, source) for source in sources], limit)
        found: list[Mention] = []
        for mention in merge(*(self._newest(selection, brand, after, limit) for brand in selection.brands), key=_order):
            if not found or found[-1].id != mention.id:
                found.append(mention)
            if len(found) > limit:
                break
        return _page(found, limit)

    def _newest(self, selection: Selection, brand: str, after: Place | None, limit: int) -> Iterator[Mention]:
        chosen = clauses(selection, brand)
        least = None if chosen.checks else limit + 1
        behind = None if after is None else [after.at_ms, after.mention_id]
        hits = self._reader.hits(self._index, chosen.all_of, _ORDER, least, behind)
        mentions = (read(Mention, source) for source in hits)
        return (mention for mention in mentions if chosen.passes(mention))

    def _exactly(self, chosen: Clauses) -> list[Clause]:
        """Return clauses that find no more than what is selected. Raises UsageError where that would be too many."""
        if not chosen.checks:
            return chosen.all_of
        proposed = (read(Mention, source) for source in self._reader.hits(self._index, chosen.all_of, _ORDER))
        ids = [mention.id for mention in proposed if chosen.passes(mention)]
        if len(ids) > _CHECKED:
            raise UsageError(f"more than {_CHECKED:,} mentions match this query: ask for a shorter time")
        return [*chosen.all_of, {"terms": {"id": ids}}]

    def _sums(
        self, chosen: list[Clause], by: Sequence[Dimension], measure: Measure, intervals: Intervals
    ) -> Mapping[_Keys, tuple[int, ...]]:
        sums: dict[_Keys, list[int]] = defaultdict(lambda: [0] * (len(_FEELINGS) if measure == "sentiment" else 1))
        felt: dict[str, Clause] = {"felt": _terms("sentiment.label")} if measure == "sentiment" else {}
        asked = _sources(by, intervals) | felt or {"all": _terms("facts.counted")}
        for group in self._reader.groups(self._index, chosen, asked, _ENGAGED if measure == "engagement" else {}):
            cell = sums[_keys(group["key"], by)]
            if measure == "sentiment":
                cell[_FEELINGS.index(group["key"]["felt"] or "unknown")] += group["doc_count"]
            else:
                cell[0] += round(group["engaged"]["value"]) if measure == "engagement" else group["doc_count"]
        return {keys: tuple(values) for keys, values in sums.items()} or _none(by, measure)

    def _people(
        self, chosen: list[Clause], by: Sequence[Dimension], measure: Measure, intervals: Intervals
    ) -> Mapping[_Keys, tuple[int, ...]]:
        if "sentiment" in by:
            return self._feelings(chosen, by, intervals)
        asked = _sources(by, intervals) or {"all": _terms("facts.counted")}
        sums = {_keys(key, by): counted for key, counted in self._people_by.counted(chosen, asked)}
        return sums or _none(by, measure)

    def _feelings(
        self, chosen: list[Clause], by: Sequence[Dimension], intervals: Intervals
    ) -> Mapping[_Keys, tuple[int, ...]]:
        """Count people where two groups may have one key: no feeling is an unknown one."""
        most: dict[tuple[_Keys, str], int | None] = {}
        asked = _sources(by, intervals) | {"person": {"terms": {"field": "facts.author"}}}
        for group in self._reader.groups(self._index, chosen, asked, _MOST):
            one, followers = (_keys(group["key"], by), group["key"]["person"]), group["most"]["value"]
            known = most.get(one)
            most[one] = known if followers is None else max(known or 0, min(round(followers), MOST))
        sums: dict[_Keys, list[int]] = defaultdict(lambda: [0, 0, 0])
        for (keys, _), reach in most.items():
            cell = sums[keys]
            cell[0] += 1
            cell[1] += reach or 0
            cell[2] += reach is None
        return {keys: tuple(values) for keys, values in sums.items()}


def _none(by: Sequence[Dimension], measure: Measure) -> Mapping[_Keys, tuple[int, ...]]:
    """Return the answer about nothing: nothing, or 0 where there is no dimension."""
    return {} if by else {(): (0,) * {"sentiment": 4, "people": 3}.get(measure, 1)}


def _together(brands: Sequence[Clauses]) -> list[Clause] | None:
    """Return clauses that find what is selected of any of these brands; None where only documents say what is."""
    if any(one.checks for one in brands):
        return None
    alike: dict[bytes, tuple[list[str], list[Clause]]] = {}
    for one in brands:
        whose, *rest = one.all_of
        alike.setdefault(orjson.dumps(rest), ([], rest))[0].append(whose["term"]["brands.id"])
    each = [{"bool": {"filter": [{"terms": {"brands.id": ids}}, *rest]}} for ids, rest in alike.values()]
    return [{"bool": {"should": each, "minimum_should_match": 1}}]


def _page(found: Sequence[Mention], limit: int) -> Page:
    """Return a page of what was found, one more than the limit where there are more."""
    shown = list(found[: max(limit, 0)])
    return Page(shown, Place(shown[-1].published_ms, shown[-1].id) if shown and len(found) > limit else None)


def _order(mention: Mention) -> tuple[int, str]:
    return -mention.published_ms, mention.id


def _terms(name: str) -> Clause:
    return {"terms": {"field": name, "missing_bucket": True}}


def _sources(by: Sequence[Dimension], intervals: Intervals) -> dict[str, Clause]:
    """Return what the groups are made by; a name stands for a place, as a dimension may come twice."""
    return {
        f"k{at}": time_buckets("facts.time", intervals.width_ms, intervals.offset_ms)
        if dimension == "time"
        else _terms(FIELDS[dimension])
        for at, dimension in enumerate(by)
    }


def _keys(key: Mapping[str, Any], by: Sequence[Dimension]) -> _Keys:
    found = [key[f"k{at}"] for at in range(len(by))]
    return tuple(
        "unknown" if key is None and dimension in ("sentiment", "size") else key
        for key, dimension in zip(found, by, strict=True)
    )
