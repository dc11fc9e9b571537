"""While an author's account is paused, posts are kept and not shown, whichever runner they were read by."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.embedded import Embedded
from enrich.runner.text import TextWorker
from ingest.records import Record
from ingest.source import AuthorPause, Parsed
from schemas.codec import decode
from schemas.mention import Mention
from schemas.post import Author, PostEvent, post_id
from schemas.settings import Settings
from schemas.wire import ms
from sinks.sqlite.store import SqliteStore
from tests.support.mentions import T0
from tests.support.one_partition import Bench
from tests.support.traffic import BRANDS, published

SETTINGS = Settings(brands=BRANDS)


def post(name: str, days: float, who: str = "mia") -> PostEvent:
    at = T0 + timedelta(days=days)
    return PostEvent(
        id=post_id("test", name), source="test", native_id=name, version=ms(at), published_at=at, observed_at=at,
        author=Author(id=who, followers=3), text="acme in words of its own", lang="en",
    )  # fmt: skip


def news(days: float, *, over: bool) -> AuthorPause:
    return AuthorPause("account", "test", "mia", T0 + timedelta(days=days), over)


def embedded(told: list[Parsed], folder: Path) -> Mention:
    with SqliteStore(str(folder / "hearken.db")) as store:
        pipeline = Embedded(SETTINGS, store)
        for number, one in enumerate(told):
            pipeline.process([(Record(number, b"{}"), [one])], "traffic", lambda _: None)
        document = store.document(post_id("test", "1"))
    assert document is not None
    return document.replace(indexed_at=None, raw_ref=None)


def on_kafka(told: list[Parsed], _: Path) -> Mention:
    worker, document = Bench(TextWorker(SETTINGS)), None
    for message in published(told):
        for send in worker.feed((message.topic, message.value or b"")):
            if send.topic == "mentions.enriched.v1" and send.key == post_id("test", "1"):
                document = decode(Mention, send.value)
        worker.restart()
    assert document is not None
    return document.replace(raw_ref=None)


RUNNERS = pytest.mark.parametrize("runner", [embedded, on_kafka])
Runner = Callable[[list[Parsed], Path], Mention]


@RUNNERS
def test_a_paused_post_is_a_stub_and_comes_back_as_it_was(runner: Runner, tmp_path: Path) -> None:
    for name in ("before", "paused", "back"):
        (tmp_path / name).mkdir()
    told: list[Parsed] = [post("1", 0), post("2", 0.1, "bo")]
    before = runner(told, tmp_path / "before")
    told += [news(1, over=False), post("3", 1.1, "bo")]
    paused = runner(told, tmp_path / "paused")
    assert (paused.text, paused.author, paused.deleted_at, paused.op) == (None, None, T0 + timedelta(days=1), "create")
    back = runner([*told, news(2, over=True)], tmp_path / "back")
    assert back.version > paused.version > before.version
    assert back.replace(version=before.version) == before


def test_both_runners_agree(tmp_path: Path) -> None:
    told: list[Parsed] = [post("1", 0), news(1, over=False)]
    assert embedded(told, tmp_path) == on_kafka(told, tmp_path)


def test_on_kafka_what_is_closed_is_withdrawn_for_good(tmp_path: Path) -> None:
    later: list[Parsed] = [post(f"later {day}", day, "bo") for day in range(1, 30)]
    after: list[list[Parsed]] = [[], [news(31, over=True), post("last", 32, "bo")]]
    for more in after:
        found = on_kafka([post("1", 0), *later, news(30, over=False), *more], tmp_path)
        assert (found.text, found.deleted_at) == (None, T0 + timedelta(days=30))
