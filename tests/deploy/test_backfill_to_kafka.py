"""A backfill into the topics, in memory: what it publishes and where it goes on; no alert, no baseline behind it."""

from datetime import timedelta
from typing import cast

import pytest

from deploy.backfill_to_kafka import TopicArchive
from enrich.runner.text import TextWorker
from enrich.runner.trends import TrendsWorker
from ingest.history import Stretch
from ingest.publisher import Message
from schemas.codec import decode, encode
from schemas.mention import Mention, RawMention
from schemas.settings import TextSettings
from schemas.topics import HISTORY_HEADER
from schemas.trend import BrandDelta, TrendBucket
from schemas.wire import ms
from tests.deploy.test_backfill import DAY, NOON, PAGES, SETTINGS, Past, fill_archive, page
from tests.support.one_partition import Bench
from tests.support.outcry import delta
from tests.support.topics_in_memory import Stop, Topics

INPUTS = ("mentions.raw.v1", "engagement.v1")
QUICK = SETTINGS.model_copy(update={"text": TextSettings(profile="fast")})


def archive(topics: Topics) -> TopicArchive:
    return TopicArchive(SETTINGS.brands, topics.publish, topics.newest("positions.v1"))


def said(topics: Topics) -> list[Message]:
    return [message for message in topics.log if message.topic in INPUTS]


class Workers:
    """Both enrich workers on one partition, and what they published."""

    def __init__(self) -> None:
        self.text, self.trends = Bench(TextWorker(QUICK)), Bench(TrendsWorker(SETTINGS))
        self.documents: dict[str, Mention] = {}
        self.buckets: dict[str, TrendBucket] = {}
        self.alerts = 0

    def feed(self, *messages: Message, history: bool) -> None:
        told = [(message.topic, cast(bytes, message.value)) for message in messages]
        deltas: list[tuple[str, bytes]] = []
        for send in self.text.feed(*told, at_ms=ms(NOON), history=history):
            if send.topic == "mentions.enriched.v1":
                self.documents[send.key] = decode(Mention, send.value)
            else:
                deltas.append((send.topic, send.value))
        for send in self.trends.feed(*deltas, at_ms=ms(NOON)) if deltas else ():
            if send.topic == "alerts.v1":
                self.alerts += 1
            else:
                bucket = decode(TrendBucket, send.value)
                if send.key not in self.buckets or self.buckets[send.key].revision < bucket.revision:
                    self.buckets[send.key] = bucket

    def judged(self) -> dict[bytes, bytes]:
        """What lasts of the judgement of brands and mentions, and of how far each lane has come."""
        tables = tuple(f"0|{name}|".encode() for name in ("incidents", "spikes", "kinds", "spreading", "lanes"))
        return {key: value for key, value in self.trends.stored.items() if key.startswith(tables)}


@pytest.fixture(scope="module")
def undisturbed() -> Topics:
    topics = Topics()
    account = fill_archive(archive(topics), Past(PAGES))
    assert (account.tally.read, account.tally.stored, account.tally.duplicates) == (10, 199, 0)
    return topics


def test_every_message_says_that_it_is_history(undisturbed: Topics) -> None:
    assert len(said(undisturbed)) == 199
    assert {dict(message.headers).get(HISTORY_HEADER) for message in said(undisturbed)} == {b"1"}


def test_asked_again_it_publishes_nothing(undisturbed: Topics) -> None:
    topics = Topics()
    topics.log = list(undisturbed.log)
    account = fill_archive(archive(topics), Past(PAGES))
    assert (account.tally.stored, account.tally.duplicates) == (0, 10)
    assert len(said(topics)) == 199


@pytest.mark.parametrize("first", range(0, 220, 19))
def test_killed_anywhere_it_goes_on_and_publishes_the_same(first: int, undisturbed: Topics) -> None:
    topics, account = Topics(), None
    topics.left = first
    while account is None:
        try:
            account = fill_archive(archive(topics), Past(PAGES))
        except Stop:
            topics.left = 60
    assert (account.tally.read, account.tally.stored) == (10, 199)
    for topic in INPUTS:
        assert topics.newest(topic).keys() == undisturbed.newest(topic).keys()
    assert len(said(topics)) < 199 + 20 * 12, "a batch for each kill comes again at most"


def test_a_storm_of_the_past_is_counted_and_not_judged() -> None:
    live, past, workers = Topics(), Topics(), Workers()
    fill_archive(archive(live), Past([page(hour) for hour in range(30, 120)]), Stretch(NOON - timedelta(days=9), NOON))
    for message in said(live):
        workers.feed(message, history=False)
    before = workers.judged()
    assert before
    fill_archive(archive(past), Past([page(*(3 + number / 10_000 for number in range(500)))]))
    messages = said(past)
    for at in range(0, len(messages), 100):
        workers.feed(*messages[at : at + 100], history=True)
    assert workers.judged() == before
    assert workers.alerts == 0
    counted = [bucket.count for bucket in workers.buckets.values() if DAY.holds(bucket.start)]
    assert sum(counted) == 500
    assert max(bucket.expected or 0 for bucket in workers.buckets.values()) < 100


def test_two_searches_of_the_same_old_weeks_add_up() -> None:
    trends = Bench(TrendsWorker(SETTINGS))
    trends.feed(("brand.deltas.v1", delta("live", NOON)), at_ms=ms(NOON))
    days = [NOON - timedelta(days=200 - number) for number in range(40)]
    counts: dict[str, TrendBucket] = {}
    for search in ("one", "other"):
        for at in days:
            told = delta(f"{search} {at}", at, version=7).replace(history=True)
            for send in trends.feed(("brand.deltas.v1", told)):
                counts[send.key] = decode(TrendBucket, send.value)
    assert [counts[key].count for key in sorted(counts)] == [2] * len(days)


def test_a_word_of_the_past_and_a_live_one_in_one_batch_are_live() -> None:
    text = Bench(TextWorker(QUICK))
    topics = Topics()
    fill_archive(archive(topics), Past([page(3)]))
    (message,) = said(topics)
    value = cast(bytes, message.value)
    edited = decode(RawMention, value)
    for history, marked in ((True, True), (False, False), (True, True)):
        edited = edited.replace(version=edited.version + 1, text=f"acme, said at {edited.version}")
        (told,) = [
            one for one in text.feed((message.topic, encode(edited)), history=history) if one.topic == "brand.deltas.v1"
        ]
        assert decode(BrandDelta, told.value).history is marked
