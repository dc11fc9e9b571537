"""What the Elasticsearch store costs: indexing mentions in bulks, and answering over them."""

from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from statistics import median
from time import perf_counter, process_time

import pytest

from schemas.query.parse import parse_query
from sinks.questions import Span
from sinks.store import Write
from tests.bench.test_store import BATCH, MONTH, tweets
from tests.support.elastic import empty_store
from tests.support.mentions import T0, bucket

MENTIONS = 20_000
MOST_CLIENT_MS = 0.4
MOST_MS = 3_000.0
DAY = 86_400_000


@pytest.mark.bench
@pytest.mark.timeout(600)
def test_indexing_and_answering(elasticsearch: str) -> None:
    made = list(islice(tweets(), MENTIONS))
    month = T0 + timedelta(days=31)
    with empty_store(elasticsearch) as store:
        store.write(Write(mentions=made[:BATCH], trends=[bucket(n / 12, brand="brand3") for n in range(20 * 24 * 12)]))
        pattern = f"{store.settings.index_prefix}mentions-*"
        store.client.indices.put_settings(index=pattern, settings={"index": {"refresh_interval": "-1"}})
        started, worked = perf_counter(), process_time()
        for at in range(BATCH, MENTIONS, BATCH):
            assert store.index(made[at : at + BATCH]) == []
        count = MENTIONS - BATCH
        client_ms = (process_time() - worked) / count * 1e3
        print(f"\nindexing: {count / (perf_counter() - started):.0f} mentions/s, client {client_ms:.3f} ms a mention")
        store.refresh()
        questions: dict[str, Callable[[], object]] = {
            "volume by day": lambda: store.volume("brand3", Span(T0, month, DAY)),
            "top authors": lambda: store.top("authors", "brand3", *MONTH, 20),
            "top entities": lambda: store.top("entities", "brand3", *MONTH, 20),
            "newest with a word": lambda: store.mentions("brand3", parse_query("acme"), *MONTH, "new", 20),
            "fastest": lambda: store.mentions("brand3", None, *MONTH, "velocity", 20),
            "totals": store.totals,
        }
        took = {}
        for name, ask in questions.items():
            started = perf_counter()
            ask()
            took[name] = (perf_counter() - started) * 1e3
            print(f"{name}: {took[name]:.0f} ms")
    assert client_ms <= MOST_CLIENT_MS
    assert median(took.values()) <= MOST_MS
