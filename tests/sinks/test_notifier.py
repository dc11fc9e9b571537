"""The notifier's loop on a consumer in memory: heard into the book, then committed; whoever takes over goes on."""

from collections.abc import Sequence
from random import Random
from zoneinfo import ZoneInfo

import pytest
from kafka import TopicPartition
from kafka.errors import CommitFailedError, TopicAuthorizationFailedError

from schemas.alert import Alert
from schemas.clock import ManualClock
from schemas.codec import encode
from schemas.delivery import ChannelSettings
from schemas.errors import Fatal
from schemas.vitals import Vitals
from sinks.channel import Answer, Channel, Notice, Step
from sinks.delivery.desk import Desk, Line
from sinks.delivery.silence import Silence
from sinks.delivery.topic_book import SILENCE, TopicBook
from sinks.delivery.wording import compose
from sinks.notifier import Notifier
from tests.support.consumer import MemoryConsumer
from tests.support.episodes import episode
from tests.support.mentions import T0

ALERTS = TopicPartition("here.alerts.v1", 0)


class Ear(Channel):
    def __init__(self) -> None:
        self.keys: list[str] = []

    def send(self, notice: Notice) -> Answer:
        self.keys.append(notice.key)
        return Answer("taken")


def composed(alert: Alert, step: Step, key: str, channel: ChannelSettings) -> Notice:
    return compose(alert, step, key, brand_name="Acme", zone=ZoneInfo("UTC"))


class Place:
    """A deployment: the topic of the book outlives each worker; `wishes` are what others publish at some time."""

    def __init__(self, *alerts: Alert | bytes | None) -> None:
        self.log = {ALERTS: [encode(one) if isinstance(one, Alert) else one for one in alerts]}
        self.consumer = MemoryConsumer(self.log)
        self.topic: dict[str, bytes] = {}
        self.clock, self.ear, self.takeovers = ManualClock(T0), Ear(), 0
        self.book: TopicBook | None = None

    def publish(self, changed: Sequence[tuple[str, bytes]]) -> None:
        self.topic |= dict(changed)

    def follow(self) -> None:
        assert self.book is not None
        for key, value in self.topic.items():
            if key.startswith(SILENCE):
                self.book.note(key, value)

    def take_over(self) -> tuple[Desk, "Place"]:
        self.takeovers += 1
        self.book = TopicBook(self.topic, self.publish)
        lines = [Line(ChannelSettings(name="ear"), self.ear)]
        return Desk(lines, self.book, composed, self.clock, Random(1), give_up_after_h=6), self

    def run(self, turns: int = 40) -> Notifier:
        left = iter(range(turns))
        notifier = Notifier(self.consumer, ALERTS.topic, self.take_over, self.clock)
        notifier.run(lambda: next(left, None) is None)
        return notifier


def test_it_tells_and_commits_and_a_second_one_tells_nothing_again() -> None:
    place = Place(episode("1"), episode("2"), episode("1", revision=2, closed=True))
    place.run()
    place.run()
    assert sorted(place.ear.keys) == ["acme-1:opened", "acme-2:opened"]  # over before it was told: told once
    assert place.consumer.stored == {ALERTS: 3}
    place.consumer.stored = {}  # all is read once more
    place.run()
    assert len(place.ear.keys) == 2


def test_what_cannot_be_read_is_passed_over(caplog: pytest.LogCaptureFixture) -> None:
    place = Place(b"{words}", None, episode())
    place.run()
    assert place.ear.keys == ["acme-1:opened"]
    assert "cannot be read" in caplog.text
    assert "words" not in caplog.text


def test_after_a_rebalance_the_book_is_read_again() -> None:
    place = Place(episode("1"), episode("2"))
    place.consumer.most = 1
    place.consumer.before_poll = lambda consumer: consumer.rebalance() if consumer.polls == 8 else None
    place.run()
    assert place.takeovers == 2
    assert sorted(place.ear.keys) == ["acme-1:opened", "acme-2:opened"]


def test_a_commit_that_failed_is_heard_again_and_changes_nothing() -> None:
    place = Place(episode("1"))
    place.consumer.commit_error = CommitFailedError()
    place.run()
    assert place.ear.keys == ["acme-1:opened"]
    assert place.consumer.stored == {ALERTS: 1}


def test_a_refusal_ends_it_before_anything_is_committed() -> None:
    place = Place(episode("1"))
    place.consumer.commit_error = TopicAuthorizationFailedError()
    with pytest.raises(Fatal, match="refuses to commit"):
        place.run()
    assert place.consumer.stored == {}
    assert place.consumer.closed


def test_who_stands_by_is_ready_and_alive() -> None:
    place = Place()
    place.log.clear()  # another one has the only partition
    vitals, left = Vitals("notify", place.clock), iter(range(5))

    def stopping() -> bool:
        place.clock.advance(100)
        return next(left, None) is None

    Notifier(place.consumer, ALERTS.topic, place.take_over, place.clock, vitals).run(stopping)
    assert place.takeovers == 0
    assert vitals.unready() is None
    assert vitals.stalled(300) is None


def test_others_say_what_is_not_to_be_told() -> None:
    place = Place(episode("1"))
    wish = Silence(kind="acknowledged", about="acme-1", at=T0)
    place.topic[SILENCE + wish.key] = encode(wish)
    place.run()
    assert place.ear.keys == []
    assert place.book is not None
    assert place.book.silences() == [wish]
    place.book.note(SILENCE + wish.key, None)
    assert place.book.silences() == []
