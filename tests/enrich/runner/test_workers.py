"""The two workers, on tables in memory."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from enrich.runner.text import TextWorker
from enrich.runner.trends import TrendsWorker
from enrich.runner.worker import Send
from schemas.codec import decode
from schemas.dead_letter import DeadLetter
from schemas.engagement import Engagement
from schemas.mention import BrandMatch, Mention, RawMention
from schemas.settings import Settings
from schemas.trend import BrandDelta, Contribution, TrendBucket
from schemas.wire import Wire, ms
from tests.support.one_partition import Bench

T0 = datetime(2024, 3, 4, tzinfo=UTC)
POSTS, DEEDS = "mentions.raw.v1", "engagement.v1"


@pytest.fixture(scope="module")
def text() -> TextWorker:
    return TextWorker(Settings())


def post(hours: float = 0, name: str = "m", **fields: Any) -> tuple[str, Wire]:
    at = T0 + timedelta(hours=hours)
    given: dict[str, Any] = {
        "id": name, "source": "test", "native_id": name, "version": ms(at), "published_at": at, "observed_at": at,
        "text": "acme is great", "lang": "en", "brands": [BrandMatch(id="acme", query_version="q")],
    }  # fmt: skip
    return POSTS, RawMention.model_validate(given | fields)


def likes(hours: float, *names: str, of: str = "m") -> list[tuple[str, Wire]]:
    at = T0 + timedelta(hours=hours)
    return [
        (DEEDS, Engagement(id=name, mention_id=of, source="test", kind="like", at=at, observed_at=at)) for name in names
    ]


def documents(sends: Sequence[Send]) -> list[Mention]:
    return [decode(Mention, send.value) for send in sends if send.topic == "mentions.enriched.v1"]


def test_a_mention_becomes_a_document_and_a_contribution(text: TextWorker) -> None:
    sends = Bench(text).feed(post(), *likes(1, "a", "b"))
    assert [(send.topic, send.key) for send in sends] == [("mentions.enriched.v1", "m"), ("brand.deltas.v1", "acme")]
    (document,) = documents(sends)
    assert (document.engagement, document.language) == (2, "en")
    assert document.velocity is not None


@pytest.mark.parametrize("restarts", [False, True])
def test_it_is_sent_again_at_steps_of_a_tenth_and_at_the_end(text: TextWorker, restarts: bool) -> None:
    bench = Bench(text)
    bench.feed(post(), *likes(1, *map(str, range(20))))
    told = []
    for step in range(20, 26):
        if restarts:
            bench.restart()
        told += [document.engagement for document in documents(bench.feed(*likes(2, str(step))))]
    assert told == [22, 25]
    assert bench.feed(*likes(2, "25")) == []  # seen before
    bench.feed(*likes(3, "26"))
    end = 3 + 7 * 24 + 2
    last = bench.feed(*likes(end, "x", of="other"))
    assert [document.engagement for document in documents(last)] == [27]
    assert decode(BrandDelta, last[1].value).contribution is not None
    assert bench.keys("mentions") == {b"0|mentions|other"}


def reposts(first: int, count: int, *, hours: float, apart_s: float) -> list[tuple[str, Wire]]:
    """Return reposts from `hours` on, with ids from `first` on."""
    return [
        (DEEDS, Engagement(
            id=f"r{first + n}", mention_id="m", source="test", kind="repost", followers=300,
            at=(at := T0 + timedelta(hours=hours, seconds=apart_s * n)), observed_at=at,
        ))
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("restarts", [False, True])
def test_it_is_sent_again_when_r_crosses_one(text: TextWorker, restarts: bool) -> None:
    """Likes keep engagement below steps of a tenth; the state remembers what was sent last over a restart."""
    bench = Bench(text)
    bench.feed(post(), *likes(0.1, *(f"like {n}" for n in range(800))), *reposts(0, 40, hours=1, apart_s=4))
    told = []
    for part in ([*reposts(40, 4, hours=1.1, apart_s=1)], likes(1.2, "a"), likes(9, "b"), likes(9.1, "c")):
        if restarts:
            bench.restart()
        told.append([document.virality for document in documents(bench.feed(*part))])
    assert told[0] == told[1] == told[3] == []
    (sent,) = told[2]
    assert sent is not None
    assert not sent.supercritical


def test_a_state_lives_while_there_is_engagement(text: TextWorker) -> None:
    bench = Bench(text)
    bench.feed(post())
    for day in range(1, 20, 5):
        bench.feed(*likes(24 * day, f"day {day}"))
    assert b"0|mentions|m" in bench.stored


def test_engagement_waits_a_day_for_its_mention(text: TextWorker) -> None:
    bench = Bench(text)
    assert bench.feed(*likes(0, "a"), *likes(0, "b", of="never")) == []
    (document,) = documents(bench.feed(post(20)))
    assert document.engagement == 1
    bench.feed(*likes(27, "c"))
    assert b"0|mentions|never" not in bench.stored
    assert b"0|mentions|m" in bench.stored


def test_a_backlog_of_posts_does_not_make_engagement_late(text: TextWorker) -> None:
    bench = Bench(text)
    bench.feed(*likes(0, "a"), post(90, "other"), level=False)
    (document,) = documents(bench.feed(post(0), level=False))
    assert document.engagement == 1


def test_a_deletion_withdraws(text: TextWorker) -> None:
    bench = Bench(text)
    bench.feed(post())
    bench.restart()
    sends = bench.feed(post(1, op="delete", text=None, brands=[]))
    (document,) = documents(sends)
    assert document.deleted_at is not None
    assert document.text is None
    assert decode(BrandDelta, sends[1].value).contribution is None


def test_what_cannot_be_read_becomes_a_dead_letter_and_the_rest_is_processed(text: TextWorker) -> None:
    sends = Bench(text).feed((POSTS, b"{"), (DEEDS, b"[]"), post())
    assert [send.topic for send in sends] == ["dead.v1", "dead.v1", "mentions.enriched.v1", "brand.deltas.v1"]
    letter = decode(DeadLetter, sends[0].value)
    assert (letter.origin, letter.position, letter.payload, letter.stage) == (POSTS, "0:1", b"{", "text")


def test_what_trends_keep_does_not_grow_for_ever() -> None:
    bench = Bench(TrendsWorker(Settings()))
    sizes = []
    for day in range(200):
        at = T0 + timedelta(days=day)
        contribution = Contribution(published_at=at, kind="post")
        bench.feed((
            "brand.deltas.v1",
            BrandDelta(brand="acme", mention_id=str(day), version=day + 1, bucket=at, contribution=contribution),
        ))  # fmt: skip
        sizes.append(sum(map(len, bench.stored.values())))
    assert sizes[199] < 1.1 * sizes[120]


def test_contributions_become_buckets_and_the_same_again_nothing(text: TextWorker) -> None:
    deltas = [send.value for send in Bench(text).feed(post(), post(0, "n")) if send.topic == "brand.deltas.v1"]
    bench = Bench(TrendsWorker(Settings()))
    told = [("brand.deltas.v1", value) for value in deltas]
    (sent,) = bench.feed(*told)
    assert (sent.topic, sent.key) == ("brands.trends.v1", "acme@2024-03-04T00:00Z")
    assert decode(TrendBucket, sent.value).count == 2
    bench.restart()
    assert bench.feed(*told) == []
    assert [send.topic for send in bench.feed(("brand.deltas.v1", b"?"))] == ["dead.v1"]
