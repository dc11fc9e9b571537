"""A store in Elasticsearch made of one in SQLite: `python -m tests.bench.elastic_copy STORE URL`.

All that questions are asked about is copied, so that both answer them from the same: brands, mentions, trend buckets
and alerts. Indices are searched again when all of it is there.
"""

import sqlite3
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from random import Random

from schemas.alert import Alert
from schemas.clock import SystemClock
from schemas.codec import decode
from schemas.mention import Mention
from schemas.settings import ElasticsearchSettings
from schemas.trend import TrendBucket
from schemas.wire import from_ms, ms
from sinks.elastic.bulk import Bulk, Item, item
from sinks.elastic.documents import Indexable, document, first_stored
from sinks.elastic.indices import Kind, Names
from sinks.elastic.patience import Patience
from sinks.elastic.store import ElasticStore
from sinks.sqlite.store import SqliteStore

_AT_ONCE = 1_000
_AHEAD = 3  # requests that wait or are on their way
_TIMES: dict[Kind, str] = {"mentions": "published_ms", "trends": "start_ms", "alerts": "opened_ms"}
_MENTIONS = "SELECT body FROM documents WHERE facts <> x'' ORDER BY mention"
_ALERTS = "SELECT body FROM alerts"
_TRENDS = """
    SELECT brand, start_ms, revision, count, distinct_count, positive, neutral, negative, unknown, engagement
    FROM trends ORDER BY start_ms"""


def _mention(row: tuple[bytes]) -> Mention:
    return decode(Mention, row[0])


def _alert(row: tuple[bytes]) -> Alert:
    return decode(Alert, row[0])


def _bucket(row: tuple[str, int, int, int, int, int, int, int, int, int]) -> TrendBucket:
    brand, start_ms, revision, count, distinct, positive, neutral, negative, unknown, engagement = row
    return TrendBucket(
        brand=brand, start=from_ms(start_ms), revision=revision, count=count, distinct_count=distinct,
        positive=positive, neutral=neutral, negative=negative, unknown=unknown, engagement=engagement,
        authors=0, reach=0, reach_unknown=0,  # which no question reads
    )  # fmt: skip


def main(source: str, url: str) -> None:
    """Copy; the server must hold nothing of ours that is to stay."""
    with SqliteStore(source, read_only=True) as small, ElasticStore(ElasticsearchSettings(url=url)) as large:
        large.prepare()
        large.save_brands(small.brands())
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as rows:
            _make_indices(large, rows)
            _copy(large, (_mention(row) for row in rows.execute(_MENTIONS)), "mentions")
            _copy(large, (_bucket(row) for row in rows.execute(_TRENDS)), "trend buckets")
            _copy(large, (_alert(row) for row in rows.execute(_ALERTS)), "alerts")
        full = ",".join(Names().every(kind) for kind in _TIMES)
        large.client.indices.put_settings(index=full, settings={"index.refresh_interval": "1s"})
        large.refresh()


def _make_indices(store: ElasticStore, rows: sqlite3.Connection) -> None:
    """Make the index of each month, searched by nobody until it is full."""
    for kind, column in _TIMES.items():
        months = f"SELECT DISTINCT {column} - {column} % 86400000 FROM {kind}"  # noqa: S608
        for index in sorted({Names().month(kind, from_ms(day)) for (day,) in rows.execute(months)}):
            store.client.indices.create(index=index, settings={"index.refresh_interval": "-1"})


def _copy(store: ElasticStore, models: Iterator[Indexable], what: str) -> None:
    clock, names = SystemClock(), Names()
    bulk = Bulk(store.client.options(request_timeout=120))

    def ready(at: int, model: Indexable) -> Item:
        now = clock.now()  # of each: what is new is asked for by when it was stored
        made = document(model, now)
        kind = made.kind
        assert kind is not None, "dead letters are not copied"
        return item(at, first_stored(made, ms(now)) if kind == "mentions" else made, names.month(kind, made.at))

    def send(items: Sequence[Item]) -> int:
        refused = bulk.send(items, Patience(clock, Random(1), 600))
        assert not refused, f"{len(refused)} refused, the first is {refused[0].kind}"
        return len(items)

    count = 0
    with ThreadPoolExecutor(1) as pool:
        waiting: deque[Future[int]] = deque()
        for items in _in_parts(models, ready):
            waiting.append(pool.submit(send, items))
            if len(waiting) > _AHEAD:
                count += waiting.popleft().result()
                if count % 20_000 == 0:
                    print(f"{count:,} {what}", file=sys.stderr)
        count += sum(one.result() for one in waiting)
    print(f"{count:,} {what}", file=sys.stderr)


def _in_parts(models: Iterator[Indexable], ready: Callable[[int, Indexable], Item]) -> Iterator[list[Item]]:
    items: list[Item] = []
    for model in models:
        items.append(ready(len(items), model))
        if len(items) == _AT_ONCE:
            yield items
            items = []
    yield items


if __name__ == "__main__":
    main(*sys.argv[1:3])
