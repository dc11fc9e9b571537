"""A story of posts through either runner, in batches and with restarts, and the alerts that come of it."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from deploy.embedded import Embedded, Read
from enrich.runner.text import TextWorker
from enrich.runner.trends import TrendsWorker
from ingest.records import Record
from schemas.alert import Alert
from schemas.codec import decode
from schemas.post import Author, PostEvent, post_id
from schemas.settings import Settings
from schemas.trend import BrandDelta
from sinks.sqlite.store import SqliteStore
from tests.support.mentions import T0
from tests.support.one_partition import Bench
from tests.support.traffic import published

Steps = dict[tuple[str, int], Alert]
"""Alerts by id and revision."""


def told_post(name: str, at: datetime, text: str, followers: int, lang: str, source: str = "test") -> PostEvent:
    """Return a post of an author of its own, seen when it was published."""
    given: dict[str, Any] = {
        "id": post_id(source, name), "source": source, "native_id": name, "version": round(at.timestamp() * 1000),
        "published_at": at, "observed_at": at, "author": Author(id=name, followers=followers),
        "text": text, "lang": lang,
    }  # fmt: skip
    return PostEvent.model_validate(given)


def embedded(settings: Settings, told: list[PostEvent], batch: int, folder: Path, restarts: int) -> Iterator[Alert]:
    """Yield the alerts that stand in the store `<batch>.db` after each batch; one in so many begins with a restart."""
    with SqliteStore(folder / f"{batch}.db") as store:
        pipeline = Embedded(settings, store)
        for first in range(0, len(told), batch):
            if first // batch % restarts == restarts // 2:
                pipeline = Embedded(settings, store)
            reads: list[Read] = [(Record(first, b"{}", seen_at=T0), [one]) for one in told[first : first + batch]]
            pipeline.process(reads, "story", lambda _: None)
            yield from store.alerts(None, None, None, None, 100)


def on_kafka(settings: Settings, told: list[PostEvent], batch: int, keys: set[str], restarts: int) -> Iterator[Alert]:
    """Yield what the workers publish on the topic of the alerts; `keys` are those under which contributions go, so
    that one worker sees all that is compared."""
    text, trends = Bench(TextWorker(settings)), Bench(TrendsWorker(settings))
    messages = [(message.topic, message.value or b"") for message in published(told)]
    for first in range(0, len(messages), batch):
        deltas = [send for send in text.feed(*messages[first : first + batch]) if send.topic == "brand.deltas.v1"]
        assert {send.key for send in deltas} <= keys
        if first // batch % restarts == restarts // 2:
            trends.restart()
        for send in trends.feed(*((send.topic, decode(BrandDelta, send.value)) for send in deltas)):
            if send.topic == "alerts.v1":
                alert = decode(Alert, send.value)
                assert send.key == alert.id
                yield alert


def steps(alerts: Iterable[Alert]) -> Steps:
    """Return every step of every alert once."""
    return {(alert.id, alert.revision): alert for alert in alerts}
