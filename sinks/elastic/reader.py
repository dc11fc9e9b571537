"""Asking Elasticsearch: hits page by page, groups page by page, sums over time. Whole answers or none."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from schemas.errors import TooManyGroupsError, Transient
from sinks.elastic.connection import causes, place, spoken

Clause = Mapping[str, Any]
"""A query, a sort or an aggregation as JSON."""

_PAGE = 1_000
_GROUPS = 10_000  # in one answer; a server refuses more than 65,536
_VALUES = 60_000


def within(field: str, start_ms: int | None, end_ms: int | None) -> list[Clause]:
    """Return the conditions that a time (ms) is not before `start_ms` and before `end_ms`; None is no bound."""
    bounds = {name: value for name, value in (("gte", start_ms), ("lt", end_ms)) if value is not None}
    return [{"range": {field: {**bounds, "format": "epoch_millis"}}}] if bounds else []


def terms(**values: str | None) -> list[Clause]:
    """Return the conditions that fields have these values; None is no condition."""
    return [{"term": {field: value}} for field, value in values.items() if value is not None]


def time_buckets(field: str, interval_ms: int, offset_ms: int) -> Clause:
    """Return a histogram over buckets that begin at multiples of the interval after the offset."""
    return {"date_histogram": {"field": field, "fixed_interval": f"{interval_ms}ms", "offset": f"{offset_ms}ms"}}


class Reader:
    """Questions to the server. Each raises Transient, UsageError or Fatal; an index that is not there yet is empty."""

    def __init__(self, client: Elasticsearch) -> None:
        """Ask through `client`."""
        self._client = client

    def hits(
        self,
        index: str,
        conditions: Sequence[Clause],
        sort: Sequence[Clause],
        limit: int | None = None,
        after: list[Any] | None = None,
        fields: Sequence[str] | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Yield the sources of documents that meet all conditions, in the order of `sort`, which must leave no ties;
        those behind the values `after`, one for each of `sort`. Of each source only `fields`, where they are named.

        They are read as they are asked for, page by page: what changes meanwhile may be seen or not.
        """
        while limit is None or limit > 0:
            size = _PAGE if limit is None else min(limit, _PAGE)
            answer = self._search(
                index, query={"bool": {"filter": list(conditions)}}, sort=list(sort), size=size, search_after=after,
                source_includes=fields,
            )  # fmt: skip
            found = answer["hits"]["hits"]
            yield from (hit["_source"] for hit in found)
            if len(found) < size:
                return
            after = found[-1]["sort"]
            limit = None if limit is None else limit - size

    def groups(
        self,
        index: str,
        conditions: Sequence[Clause],
        by: Mapping[str, Clause],
        values: Mapping[str, Clause],
        told: Sequence[str] = (),
    ) -> Iterator[dict[str, Any]]:
        """Yield every group of documents by the sources `by`, each with its `key`, `doc_count` and `values`; only what
        is `told` of them, by its place in the answer, where that is said.

        Nothing is estimated: all groups are read, page by page. Raises TooManyGroupsError as well.
        """
        path = ["timed_out", "aggregations.groups.after_key", *told] if told else None
        after: dict[str, Any] = {}
        while True:
            composite = {"size": _GROUPS, "sources": [{name: source} for name, source in by.items()]} | after
            aggregation = {"composite": composite, "aggs": dict(values)}
            answer = self._search(
                index, query={"bool": {"filter": list(conditions)}}, size=0, aggs={"groups": aggregation},
                filter_path=path,
            )  # fmt: skip
            found = answer.get("aggregations", {}).get("groups", {})
            buckets = found.get("buckets", [])
            yield from buckets
            if len(buckets) < _GROUPS:
                return
            after = {"after": found["after_key"]}

    def counts(self, index: str, conditions: Sequence[Clause], field: str) -> dict[str, int]:
        """Return how many documents have each value of a field. Nothing is estimated: where the server leaves any value
        out, they are read page by page, which takes it three times as long."""
        asked = {"values": {"terms": {"field": field, "size": _VALUES}}}
        told = ["timed_out", "aggregations.values.sum_other_doc_count"]
        told += [f"aggregations.values.buckets.{name}" for name in ("key", "doc_count")]
        found = self._added(index, conditions, asked, told).get("values", {})
        if found.get("sum_other_doc_count", 0) == 0:
            return {bucket["key"]: bucket["doc_count"] for bucket in found.get("buckets", [])}
        groups = self.groups(index, conditions, {"value": {"terms": {"field": field}}}, {})
        return {group["key"]["value"]: group["doc_count"] for group in groups}

    def sums(
        self, index: str, conditions: Sequence[Clause], time: Clause, fields: Sequence[str]
    ) -> dict[int, tuple[int, ...]]:
        """Return the sums of whole-number fields by start (ms) of time bucket; empty buckets are left out."""
        values: dict[str, Clause] = {field: {"sum": {"field": field}} for field in fields}
        filled: Clause = {"date_histogram": {**time["date_histogram"], "min_doc_count": 1}, "aggs": values}
        try:
            told = ["timed_out", *(f"aggregations.time.buckets.{name}" for name in ("key", *fields))]
            buckets = self._added(index, conditions, {"time": filled}, told).get("time", {}).get("buckets", [])
            return {bucket["key"]: _whole(bucket, fields) for bucket in buckets}
        except TooManyGroupsError:
            groups = self.groups(index, conditions, {"time": time}, values)
            return {group["key"]["time"]: _whole(group, fields) for group in groups}

    def _added(
        self, index: str, conditions: Sequence[Clause], asked: Mapping[str, Clause], told: Sequence[str] | None = None
    ) -> dict[str, Any]:
        """Return aggregations of the documents that meet all conditions."""
        answer = self._search(
            index, query={"bool": {"filter": list(conditions)}}, size=0, aggs=dict(asked), filter_path=told
        )
        found: dict[str, Any] = answer.get("aggregations", {})
        return found

    def _search(self, index: str, **asked: Any) -> dict[str, Any]:
        with spoken(self._client):
            try:
                answer: dict[str, Any] = self._client.search(
                    index=index,
                    track_total_hits=False,
                    allow_partial_search_results=False,
                    ignore_unavailable=True,
                    allow_no_indices=True,
                    **{name: value for name, value in asked.items() if value is not None},
                ).body
            except ApiError as error:
                if "too_many_buckets_exception" in causes(error):
                    raise TooManyGroupsError from None
                raise
        if answer["timed_out"]:
            raise Transient(f"{place(self._client)} did not finish a search in time")
        return answer


def _whole(bucket: Mapping[str, Any], fields: Sequence[str]) -> tuple[int, ...]:
    return tuple([round(bucket[field]["value"]) for field in fields])
