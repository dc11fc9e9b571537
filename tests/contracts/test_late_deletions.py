"""A post that is deleted long after the talk about it has ended is taken back, whichever runner it was read by."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from deploy.embedded import Embedded
from enrich.runner.text import TextWorker
from enrich.runner.trends import TrendsWorker
from ingest.records import Record
from schemas.codec import decode
from schemas.mention import Mention
from schemas.post import Author, Counts, PostEvent, post_id
from schemas.settings import Settings
from schemas.trend import TrendBucket
from sinks.sqlite.store import SqliteStore
from tests.support.contents import contents
from tests.support.mentions import T0
from tests.support.one_partition import Bench
from tests.support.traffic import BRANDS, published

SETTINGS = Settings(brands=BRANDS)


class Found(NamedTuple):
    """The document of the deleted post, and how many mentions its five minutes hold by brand."""

    document: Mention
    counts: dict[str, int]


def event(name: str, days: float, **fields: Any) -> PostEvent:
    at = T0 + timedelta(days=days)
    given: dict[str, Any] = {
        "id": post_id("test", name), "source": "test", "native_id": name, "version": round(at.timestamp() * 1000),
        "published_at": at, "observed_at": at, "author": Author(id="a", followers=3),
    }  # fmt: skip
    return PostEvent.model_validate(given | fields)


def told(days: float, *between: PostEvent) -> list[list[PostEvent]]:
    """One post about two brands beside another, what is said until it is deleted after so many days, its deletion."""
    first = event("1", 0, text="acme and borealis", lang="en", counts=Counts(likes=4))
    other = event("2", 0, text="acme", lang="en")
    later = [event(f"later {n}", days * n / 10, text="borealis again", lang="en") for n in range(1, 11)]
    return [[first, other], *([one] for one in later), list(between), [event("1", days, op="delete")]]


def embedded(batches: list[list[PostEvent]], folder: Path) -> Found:
    with SqliteStore(str(folder / "hearken.db")) as store:
        pipeline = Embedded(SETTINGS, store)
        for number, batch in enumerate(batches):
            pipeline.process([(Record(number, b"{}"), [one]) for one in batch], "traffic", lambda _: None)
        document = store.document(post_id("test", "1"))
    assert document is not None
    rows = contents(folder / "hearken.db")["trends"]
    return Found(document, {row[0]: row[3] for row in rows if row[1] == round(T0.timestamp() * 1000)})


def on_kafka(batches: list[list[PostEvent]], _: Path) -> Found:
    text, trends = Bench(TextWorker(SETTINGS)), Bench(TrendsWorker(SETTINGS))
    document: Mention | None = None
    buckets: dict[str, TrendBucket] = {}
    for message in published([one for batch in batches for one in batch]):
        sends = text.feed((message.topic, message.value or b""))
        text.restart()
        for send in sends:
            if send.topic == "mentions.enriched.v1" and send.key == post_id("test", "1"):
                document = decode(Mention, send.value)
        for send in trends.feed(*((send.topic, send.value) for send in sends if send.topic == "brand.deltas.v1")):
            bucket = decode(TrendBucket, send.value)
            if bucket.start == T0 and (bucket.brand not in buckets or buckets[bucket.brand].revision < bucket.revision):
                buckets[bucket.brand] = bucket
    assert document is not None
    return Found(document, {brand: bucket.count for brand, bucket in buckets.items()})


REPOST = event("3", 29.9, kind="repost", repost_of=post_id("test", "1"))


@pytest.mark.parametrize("runner", [embedded, on_kafka])
@pytest.mark.parametrize(("days", "between"), [(30, []), (30, [REPOST]), (300, [])])
def test_a_late_deletion_takes_the_text_and_the_contribution_back(
    runner: Callable[[list[list[PostEvent]], Path], Found], days: float, between: list[PostEvent], tmp_path: Path
) -> None:
    batches = told(days, *between)
    before = runner(batches[:-1], tmp_path)
    assert before.document.text == "acme and borealis"
    assert before.counts == {"acme": 2, "borealis": 1}
    (tmp_path / "again").mkdir()
    found = runner(batches, tmp_path / "again")
    assert found.document.deleted_at == T0 + timedelta(days=days)
    assert (found.document.text, found.document.author) == (None, None)
    assert found.document.version > before.document.version
    if days <= 63:  # five minutes longer ago are not counted again on Kafka
        assert found.counts == {"acme": 1, "borealis": 0}


def test_both_runners_leave_the_same_stub(tmp_path: Path) -> None:
    one, other = embedded(told(30), tmp_path).document, on_kafka(told(30), tmp_path).document
    assert one.replace(indexed_at=None) == other
