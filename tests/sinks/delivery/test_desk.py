"""The desk: each channel is told of each step once, on a thread of its own, in whatever order things happen."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from threading import Event
from zoneinfo import ZoneInfo

import pytest

from schemas.alert import Alert
from schemas.clock import ManualClock
from schemas.delivery import ChannelSettings
from schemas.errors import Transient
from sinks.channel import Answer, Channel, Notice, Step
from sinks.delivery.book import Waiting
from sinks.delivery.desk import Desk, Line
from sinks.delivery.silence import Silence
from sinks.delivery.telling import Telling
from sinks.delivery.wording import compose
from tests.support.episodes import episode
from tests.support.mentions import T0
from tests.support.receivers import wait_for


class Notebook:
    """A book in memory; `saved` counts, and fails once when `away` is set."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Telling] = {}
        self.wishes: list[Silence] = []
        self.away = False

    def telling(self, alert_id: str, channel: str) -> Telling | None:
        return self.kept.get((alert_id, channel))

    def save(self, tellings: Iterable[Telling]) -> None:
        if self.away:
            self.away = False
            raise Transient("the book is away")
        self.kept |= {(one.alert_id, one.channel): one for one in tellings}

    def due(self, channel: str, now: datetime) -> Telling | None:
        waiting = [one for one in self.kept.values() if one.channel == channel and one.due_at and one.due_at <= now]
        return min(waiting, key=lambda one: (one.due_at, one.alert_id), default=None)

    def waiting(self, channel: str) -> Waiting:
        held = [one for one in self.kept.values() if one.channel == channel and one.due_at]
        return Waiting(len(held), min((one.since for one in held if one.since), default=None))

    def silences(self) -> Sequence[Silence]:
        return self.wishes


class Scripted(Channel):
    """Answers as it is told, and keeps what it was sent; while `held` is set it answers nothing."""

    def __init__(self, *answers: Answer) -> None:
        self.answers, self.sent, self.held = list(answers), list[Notice](), Event()
        self.held.set()

    def send(self, notice: Notice) -> Answer:
        self.sent.append(notice)
        self.held.wait(10)
        return self.answers.pop(0) if self.answers else Answer("taken")

    def keys(self) -> list[str]:
        return [notice.key for notice in self.sent]


def composed(alert: Alert, step: Step, key: str, channel: ChannelSettings) -> Notice:
    return compose(alert, step, key, brand_name="Acme", zone=ZoneInfo("UTC"))


class Bench:
    """A desk with channels on a clock of its own."""

    def __init__(self, *channels: Channel, with_replayed: bool = False, updates: bool = False) -> None:
        self.clock, self.book = ManualClock(T0), Notebook()
        names = "abcdef"
        self.lines = [
            Line(ChannelSettings(name=names[number], updates=updates), channel)
            for number, channel in enumerate(channels)
        ]
        self.with_replayed = with_replayed
        self.desk = self.again()

    def again(self) -> Desk:
        """The desk after a restart."""
        for line in self.lines:
            line.busy = None
        return Desk(
            self.lines, self.book, composed, self.clock, Random(1), give_up_after_h=6, with_replayed=self.with_replayed
        )

    def settle(self) -> None:
        while self.desk.turn(0.2):
            pass


@contextmanager
def holding(channel: Scripted) -> Iterator[None]:
    channel.held.clear()
    yield
    channel.held.set()


def test_every_channel_is_told_of_both_ends() -> None:
    one, other = Scripted(), Scripted()
    bench = Bench(one, other)
    bench.desk.hear([episode()])
    bench.settle()
    bench.desk.hear([episode(), episode(revision=2)])
    bench.settle()
    bench.desk.hear([episode(revision=3, closed=True), episode(revision=2)])
    bench.settle()
    assert one.keys() == other.keys() == ["acme-1:opened", "acme-1:closed"]
    assert bench.desk.told.outcomes == {"taken": 4}


def test_a_slow_channel_keeps_nobody_waiting() -> None:
    slow, quick = Scripted(), Scripted()
    bench = Bench(slow, quick)
    with holding(slow):
        bench.desk.hear([episode(str(number)) for number in range(5)])
        while len(quick.sent) < 5:
            bench.desk.turn(0.2)
        assert len(slow.sent) == 1
        bench.desk.hear([episode("0", revision=2, closed=True)])
    bench.settle()
    assert sorted(slow.keys()) == ["acme-0:closed", *(f"acme-{number}:opened" for number in range(5))]
    assert slow.keys().index("acme-0:opened") < slow.keys().index("acme-0:closed")


def test_a_channel_that_is_down_is_tried_again_and_the_others_go_on(caplog: pytest.LogCaptureFixture) -> None:
    down, up = Scripted(*[Answer("later", "it answers 503")] * 3), Scripted()
    bench = Bench(down, up)
    bench.desk.hear([episode()])
    bench.settle()
    assert up.keys() == ["acme-1:opened"]
    for _ in range(3):
        bench.clock.advance(900)
        bench.settle()
    assert down.keys() == ["acme-1:opened"] * 4
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert warnings == ["channel a: it answers 503; it is tried again", "channel a takes notices again"]


def test_what_cannot_be_told_for_hours_is_reported_and_given_up(caplog: pytest.LogCaptureFixture) -> None:
    down = Scripted(*[Answer("later", "no answer")] * 1_000)
    bench = Bench(down)
    bench.desk.hear([episode()])
    for _ in range(26):
        bench.settle()
        bench.clock.advance(900)
    assert bench.desk.told.given_up == 1
    assert "channel a was not told" in caplog.text
    tried = len(down.sent)
    bench.settle()
    assert len(down.sent) == tried


def test_a_channel_that_is_gone_is_left_alone() -> None:
    gone = Scripted(Answer("gone", "it answers 410"))
    bench = Bench(gone)
    bench.desk.hear([episode("1"), episode("2")])
    bench.settle()
    assert len(gone.sent) == 1


def test_an_error_in_a_channel_is_its_own(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Channel):
        def __init__(self) -> None:
            pass

        def send(self, notice: Notice) -> Answer:
            raise RuntimeError("hidden words")

    well = Scripted()
    bench = Bench(Broken(), well)
    bench.desk.hear([episode()])
    bench.settle()
    assert well.keys() == ["acme-1:opened"]
    assert "RuntimeError" in caplog.text
    assert "hidden" not in caplog.text


def test_what_was_begun_before_a_kill_is_sent_again_under_the_same_key_and_with_the_same_words() -> None:
    channel = Scripted()
    bench = Bench(channel)
    with holding(channel):
        bench.desk.hear([episode()])
        bench.desk.turn()
        wait_for(lambda: bool(channel.sent))
        bench.desk.hear([episode(revision=2, closed=True, observed=999)])
        bench.desk = bench.again()  # the answer of the first attempt never comes
    bench.settle()
    assert channel.keys() == ["acme-1:opened", "acme-1:opened", "acme-1:closed"]
    assert channel.sent[0] == channel.sent[1]


def test_an_answer_is_not_lost_when_the_book_is_away() -> None:
    channel = Scripted()
    bench = Bench(channel)
    bench.desk.hear([episode()])
    bench.desk.turn()
    bench.book.away = True
    with pytest.raises(Transient):
        bench.desk.turn(5)
    bench.settle()
    assert channel.keys() == ["acme-1:opened"]
    assert bench.book.kept["acme-1", "a"].told == "opened"


def test_a_replay_is_told_only_when_it_is_asked_for() -> None:
    silent, loud = Scripted(), Scripted()
    for channel, with_replayed in ((silent, False), (loud, True)):
        bench = Bench(channel, with_replayed=with_replayed)
        bench.clock.advance(400 * 86_400)
        bench.desk.hear([episode(replayed=True)])
        bench.settle()
    assert (len(silent.sent), len(loud.sent)) == (0, 1)
    assert loud.sent[0].subject.startswith("replayed: ")


def test_what_is_long_past_is_no_news() -> None:
    channel = Scripted()
    bench = Bench(channel)
    bench.clock.advance(7 * 3600)
    bench.desk.hear([episode("old", closed=True), episode("new", hours=6)])
    bench.settle()
    assert channel.keys() == ["acme-new:opened"]


def test_what_is_acknowledged_or_muted_is_told_no_more_but_its_end() -> None:
    channel = Scripted()
    bench = Bench(channel, updates=True)
    bench.desk.hear([episode("1")])
    bench.settle()
    bench.book.wishes = [
        Silence(kind="acknowledged", about="acme-1", at=T0),
        Silence(kind="muted", about="acme", at=T0, until=T0 + timedelta(hours=4)),
    ]
    bench.desk.hear([episode("1", revision=2, volume=1_000), episode("2")])
    bench.settle()
    bench.desk.hear([episode("1", revision=3, volume=9_000), episode("2", revision=2, closed=True)])
    bench.settle()
    assert channel.keys() == ["acme-1:opened"]
    assert bench.desk.told.silenced == 3
    bench.clock.advance(5 * 3600)
    bench.desk.hear([episode("1", revision=4, closed=True), episode("3", hours=5)])
    bench.settle()
    assert channel.keys() == ["acme-1:opened", "acme-1:closed", "acme-3:opened"]


def test_it_is_counted_by_channel_what_became_of_notices_and_what_waits() -> None:
    down, up = Scripted(*[Answer("later", "no answer")] * 3, Answer("refused")), Scripted()
    bench = Bench(down, up)
    bench.desk.hear([episode("1"), episode("2")])
    bench.settle()
    bench.clock.advance(5)
    bench.desk.turn()
    told = bench.desk.told.channels
    assert (told["a"].waiting, told["a"].waiting_since, told["b"].waiting) == (2, T0, 0)
    for _ in range(4):
        bench.clock.advance(900)
        bench.settle()
    bench.clock.advance(5)
    bench.desk.turn()
    assert (told["a"].outcomes, told["a"].given_up) == ({"later": 3, "refused": 1, "taken": 1}, 1)
    assert (told["b"].outcomes, told["b"].given_up) == ({"taken": 2}, 0)
    assert (told["a"].waiting, told["a"].waiting_since) == (0, None)
    assert bench.desk.told.outcomes == {"later": 3, "refused": 1, "taken": 3}


def test_quiet_hours_hold_what_comes_until_they_are_over() -> None:
    channel = Scripted()
    bench = Bench(channel)
    bench.lines[0].settings = ChannelSettings(name="a", quiet_hours="23:00-08:00")
    bench.desk.hear([episode()])
    bench.settle()
    bench.clock.advance(7 * 3600)
    bench.desk.hear([episode(revision=2, closed=True)])
    bench.settle()
    assert channel.sent == []
    bench.clock.advance(3600)
    bench.settle()
    assert channel.keys() == ["acme-1:opened"]
    assert "over" in channel.sent[0].subject
