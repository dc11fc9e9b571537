"""Listening, on sources that play a script: breaks, repeats, gaps, refusals, silence, back-pressure, stopping."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from threading import Event

import pytest

from deploy.listening.inbox import ROOM
from deploy.listening.listener import BATCH, Course, Listener
from deploy.listening.signs import ChannelName, by_source
from deploy.listening.source_metrics import SourceMetrics
from ingest.live import Gap, Heard
from ingest.reconnect import Reconnect
from ingest.web import Web
from schemas.clock import SystemClock
from schemas.errors import Fatal, UsageError
from schemas.vitals import Vitals
from tests.support.scripted import CUT, FOREVER, REFUSED, MemoryTaker, Scripted, Step, said

A, B = ChannelName("one", "a"), ChannelName("one", "b")


@dataclass
class Run:
    """One listener with its taker, until told to stop."""

    sources: Sequence[Scripted]
    taker: MemoryTaker = field(default_factory=MemoryTaker)
    course: Course = field(default_factory=Course)
    told: bool = False

    def go(self, until: Callable[["Run"], bool] = lambda run: False, until_idle_s: float | None = None) -> None:
        """Listen until `until` is true, or as `until_idle_s` says; a run that does not end fails."""
        deadline = time.monotonic() + 20

        def stopping() -> bool:
            assert time.monotonic() < deadline, "it did not come to its end"
            return until(self)

        clock = SystemClock()
        listener = Listener(
            self.sources, (), lambda: self.taker, course=self.course, vitals=Vitals("run", clock), clock=clock,
            reconnect=Reconnect(Random(7), 0.001, 0.01),
        )  # fmt: skip
        asyncio.run(listener.run(Web(), stopping, until_idle_s=until_idle_s))

    def numbers(self) -> list[int]:
        return [int(payload.split(b": ")[1].rstrip(b"}")) for payload in self.taker.payloads]


def source(*scripts: Iterable[Step], name: str = "one") -> Scripted:
    return Scripted(name, {"a": scripts})


def test_a_break_goes_on_from_the_last_cursor_and_loses_nothing() -> None:
    first: list[Step] = [said(1), said(2), CUT]
    second: list[Step] = [said(1), said(2), said(3)]  # ends by itself
    reader = source(first, second, [*map(said, range(1, 6)), FOREVER])
    run = Run([reader])
    run.go(lambda run: 5 in run.numbers())
    assert [cursor for _, cursor in reader.asked[:3]] == [None, "2", "3"]
    assert run.numbers() == [1, 2, 2, 3, 3, 4, 5]
    assert run.taker.kept == {A: "5"}
    assert run.course.signs[A].reconnects == 2
    assert run.taker.closed


def test_it_begins_behind_the_kept_cursor() -> None:
    reader = source([*map(said, range(1, 8)), FOREVER])
    run = Run([reader], MemoryTaker(kept={A: "5"}))
    run.go(lambda run: 7 in run.numbers())
    assert run.numbers() == [5, 6, 7]


def test_a_cursor_alone_is_kept_and_a_record_without_one_keeps_the_cursor_before() -> None:
    run = Run([source([said(1), Heard(b'{"number": 2}'), FOREVER])])
    run.go(lambda run: 2 in run.numbers())
    assert run.taker.kept == {A: "1"}
    run = Run([source([Heard(b"", "9"), FOREVER])])
    run.go(lambda run: bool(run.taker.kept))
    assert (run.taker.kept, run.numbers()) == ({A: "9"}, [])


def test_a_gap_is_counted_and_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    run = Run([source([said(1), Gap("the server forgot"), said(2), FOREVER])])
    with caplog.at_level(logging.WARNING):
        run.go(lambda run: 2 in run.numbers())
    assert by_source(run.course.signs)[0].gaps == 1
    assert [record.getMessage() for record in caplog.records] == [
        "one a: posts may be missing from ? to ?: the server forgot"
    ]


def test_what_is_too_old_to_be_kept_is_in_the_metrics() -> None:
    run = Run([source([*map(said, range(1, 6)), FOREVER])], MemoryTaker(too_old=lambda record: b"3" in record.payload))
    run.go(lambda run: 5 in run.numbers())
    told = {one.name: one for one in SourceMetrics("run", run.course.signs, SystemClock()).collect()}
    assert [sample.value for sample in told["hearken_source_too_old"].samples] == [1.0]
    assert [sample.value for sample in told["hearken_source_records"].samples] == [5.0]


def test_a_refused_source_stops_alone(caplog: pytest.LogCaptureFixture) -> None:
    steady = source([*map(said, range(1, 2_000)), FOREVER], name="two")
    run = Run([source([said(1), REFUSED]), steady])
    run.go(lambda run: 1_999 in run.numbers())
    assert run.course.lost == [A]
    errors = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == ["one a is not listened to any more: the credentials are refused"]


def test_when_no_source_is_left_it_ends_with_everything_taken() -> None:
    run = Run([source([said(1), said(2), REFUSED]), source([said(3), REFUSED], name="two")])
    run.go()
    assert sorted(run.numbers()) == [1, 2, 3]
    assert len(run.course.lost) == 2


def test_a_fault_of_ours_in_one_source_is_tried_again_like_a_break() -> None:
    run = Run([source([said(1), ValueError("words of a post")], [said(1), said(2), FOREVER])])
    run.go(lambda run: 2 in run.numbers())
    assert run.course.signs[A].reconnects == 1


def test_what_cannot_be_read_for_a_fault_of_ours_is_one_dead_letter() -> None:
    run = Run([source([said(1), Heard(b'{"number": -1}', "2"), said(3), FOREVER])])
    run.go(lambda run: run.course.signs[A].records == 3)
    assert (run.course.signs[A].bad, run.course.signs[A].skipped) == (1, 2)


def test_a_slow_taker_holds_the_source_back() -> None:
    go = Event()
    run = Run([source(map(said, count(1)))], MemoryTaker(before_take=lambda taker: go.wait(20)))
    held: list[int] = []

    def until(run: Run) -> bool:
        held.append(run.sources[0].told)
        if len(held) > 8 and held[-1] == held[-4]:
            go.set()
        return len(run.taker.batches) > 20

    run.go(until)
    # what is in hand, what waits, and one that waits for room
    assert max(held[: held.index(held[-1])] or held) >= ROOM
    assert sorted(set(run.numbers())) == run.numbers()
    stopped_at = next(number for at, number in enumerate(held) if at > 4 and number == held[at - 3])
    assert stopped_at <= BATCH + ROOM + 1
    assert max(run.taker.batches) <= BATCH


def test_large_records_are_bounded_by_their_bytes() -> None:
    go = Event()
    big = (Heard(b'{"number": 1, "x": "%s"}' % (b"x" * 2**20), str(number)) for number in count(1))
    run = Run([source(big)], MemoryTaker(before_take=lambda taker: go.wait(20)))
    begun = time.monotonic()

    def until(run: Run) -> bool:
        if time.monotonic() - begun > 2:
            go.set()
        return go.is_set()

    run.go(until)
    assert 32 <= run.sources[0].told <= 2 * 33 + 1


def test_told_to_stop_it_keeps_what_was_taken_and_forgets_what_waits() -> None:
    run = Run([source(map(said, count(1)))])
    run.go(lambda run: len(run.taker.batches) > 3)
    assert run.numbers() == list(range(1, int(run.taker.kept[A]) + 1))
    assert run.taker.closed
    assert not run.course.abandoned


def test_an_error_of_the_taker_ends_it() -> None:
    def full(taker: MemoryTaker) -> None:
        raise Fatal("the disk is full")

    run = Run([source(map(said, count(1)))], MemoryTaker(before_take=full))
    with pytest.raises(Fatal, match="the disk is full"):
        run.go()
    assert run.taker.closed


def test_it_ends_when_nothing_comes() -> None:
    run = Run([source([said(1), said(2), FOREVER])])
    run.go(until_idle_s=0.5)
    assert run.numbers() == [1, 2]


def test_a_silence_is_told_once_and_so_is_its_end(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Scripted, "silence_s", 0.3)
    reader = source([said(1), 1.2, said(2), FOREVER])
    run = Run([reader])
    with caplog.at_level(logging.INFO):
        run.go(lambda run: 2 in run.numbers())
    told = [line for record in caplog.records if "silent" in (line := record.getMessage()) or "speaks" in line]
    assert (told[0][:12], told[1]) == ("one a is sil", "one a speaks again")  # one of each, in 1.2 s
    assert run.course.signs[A].silences >= 1


def test_channels_have_positions_of_their_own() -> None:
    reader = Scripted("one", {"a": [[said(1), said(2), FOREVER]], "b": [[said(7), FOREVER]]})
    run = Run([reader])
    run.go(lambda run: len(run.numbers()) == 3)
    assert run.taker.kept == {A: "2", B: "7"}


def test_a_source_without_channels_is_one_clear_line() -> None:
    with pytest.raises(UsageError, match="one has nothing to listen to"):
        Run([Scripted("one", {})]).go()
