"""What a channel is told next of an episode: once for each step, whatever comes again, late, or in another order."""

from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alert import Alert
from schemas.codec import decode, encode
from schemas.delivery import ChannelSettings
from sinks.channel import Answer
from sinks.delivery.telling import Telling, answered, begun, heard, is_late, passed_over, wants
from tests.support.episodes import episode
from tests.support.mentions import T0

ALL = ChannelSettings(name="all")
UPDATES = ChannelSettings(name="all", updates=True)
TAKEN, LATER = Answer("taken"), Answer("later")


def told(telling: Telling, answer: Answer = TAKEN, channel: ChannelSettings = ALL, now: datetime = T0) -> Telling:
    return answered(begun(telling), answer, channel, now, Random(1), 6)


def first(alert: Alert, channel: ChannelSettings = ALL, now: datetime = T0) -> Telling:
    made = heard(None, alert, channel, now)
    assert made is not None
    return made


def test_opened_once_and_closed_once() -> None:
    opened = first(episode())
    assert (opened.step, opened.key, opened.due_at) == ("opened", "acme-1:opened", T0)
    assert heard(opened, episode(), ALL, T0) is None
    known = told(opened)
    assert (known.told, known.step) == ("opened", None)
    quiet = heard(known, episode(revision=2, volume=900), ALL, T0)
    assert quiet is not None
    assert quiet.step is None
    closed = heard(quiet, episode(revision=3, closed=True), ALL, T0)
    assert closed is not None
    assert closed.key == "acme-1:closed"
    over = told(closed)
    assert (over.told, over.step, over.alert, over.latest) == ("closed", None, None, None)
    assert heard(over, episode(revision=4), ALL, T0) is None


def test_what_is_over_before_it_was_told_is_told_once() -> None:
    waiting = heard(first(episode()), episode(revision=2, closed=True), ALL, T0)
    assert waiting is not None
    assert waiting.step == "opened"
    assert told(waiting).told == "closed"
    assert told(first(episode(closed=True))).told == "closed"


def test_what_changes_while_it_is_sent_is_told_after_it() -> None:
    sending = begun(first(episode()))
    heard_more = heard(sending, episode(revision=2, closed=True), ALL, T0)
    assert heard_more is not None
    assert heard_more.alert == episode()  # sent again it is the same
    after = answered(heard_more, TAKEN, ALL, T0, Random(1), 6)
    assert (after.told, after.key) == ("opened", "acme-1:closed")


def test_updates_come_when_it_has_doubled() -> None:
    known = told(first(episode(volume=100), UPDATES), channel=UPDATES)
    less = heard(known, episode(revision=2, volume=199), UPDATES, T0)
    assert less is not None
    assert less.step is None
    doubled = heard(less, episode(revision=3, volume=200), UPDATES, T0)
    assert doubled is not None
    assert doubled.key == "acme-1:updated-3"
    left_out = passed_over(doubled, UPDATES, T0)
    assert (left_out.step, left_out.told) == (None, "opened")
    closing = heard(doubled, episode(revision=4, closed=True), UPDATES, T0)
    assert closing is not None
    assert closing.step == "closed"  # an update that was not begun is not told beside the end


@pytest.mark.parametrize(
    ("channel", "wanted"),
    [
        ({}, True),
        ({"brands": ["acme"]}, True),
        ({"brands": ["other"]}, False),
        ({"kinds": ["volume_spike"]}, True),
        ({"kinds": ["negative_spike"]}, False),
        ({"muted_kinds": ["volume_spike"]}, False),
        ({"least_novelty": 3}, True),
        ({"least_novelty": 4}, False),
    ],
)
def test_each_channel_is_told_what_it_wants(channel: dict[str, object], wanted: bool) -> None:
    settings = ChannelSettings.model_validate({"name": "x", **channel})
    assert wants(settings, episode()) is wanted
    assert (heard(None, episode(), settings, T0) is not None) is wanted


def test_it_is_tried_again_later_and_later_and_given_up() -> None:
    telling, now, waits, chance = first(episode()), T0, list[float](), Random(1)
    while telling.ended is None:
        telling = answered(begun(telling), LATER, ALL, now, chance, 6)
        if telling.due_at is not None:
            waits.append((telling.due_at - now).total_seconds())
            now = telling.due_at
    assert telling.ended == "given_up"
    assert now - T0 >= timedelta(hours=6)
    assert all(0 <= wait <= min(900, 2 * 2**number) for number, wait in enumerate(waits))
    assert max(waits) > 300


def test_not_before_a_server_asks_for_it() -> None:
    later = told(first(episode()), Answer("later", retry_after_s=120))
    assert later.due_at == T0 + timedelta(seconds=120)
    longest = told(first(episode()), Answer("later", retry_after_s=1e9))
    assert longest.due_at == T0 + timedelta(hours=1)


def test_quiet_hours_hold_what_comes_and_what_is_tried_again() -> None:
    quiet = ChannelSettings(name="q", quiet_hours="22:00-07:00", timezone="Asia/Taipei")  # 14:00 to 23:00 in UTC
    evening, morning = T0 + timedelta(hours=15), T0 + timedelta(hours=23)
    held = first(episode(), quiet, evening)
    assert (held.due_at, held.since) == (morning, morning)
    last_minute = T0 + timedelta(hours=14, seconds=-1)
    again = told(first(episode(), quiet, last_minute), Answer("later", retry_after_s=60), quiet, last_minute)
    assert (again.due_at, again.since) == (morning, morning)
    assert not is_late(again, morning, 6)


@pytest.mark.parametrize("outcome", ["refused", "gone"])
def test_what_is_refused_is_not_sent_again(outcome: str) -> None:
    over = told(first(episode()), Answer(outcome))  # type: ignore[arg-type]
    assert (over.ended, over.step) == ("refused", None)
    assert heard(over, episode(revision=2, closed=True), ALL, T0) is None


@given(st.lists(st.integers(1, 8)), st.lists(st.sampled_from(["later", "taken", "hear"])), st.booleans())
def test_whatever_happens_each_step_is_taken_at_most_once(order: list[int], events: list[str], updates: bool) -> None:
    channel = UPDATES if updates else ALL
    revisions = {number: episode(revision=number, closed=number == 8, volume=40 * number) for number in range(1, 9)}
    telling: Telling | None = None
    taken: list[str] = []
    coming = iter([*order, 8])
    for event in [*events, *["hear"] * (len(order) + 1), *["taken"] * 20]:
        if event == "hear":
            if (number := next(coming, None)) is not None:
                telling = heard(telling, revisions[number], channel, T0) or telling
        elif telling is not None and telling.step is not None:
            telling = decode(Telling, encode(begun(telling)))
            key = telling.key
            telling = answered(telling, Answer(event), channel, T0, Random(3), 6)  # type: ignore[arg-type]
            if event == "taken":
                taken.append(key)
    assert len(set(taken)) == len(taken)
    assert telling is not None
    assert (telling.told, telling.step) == ("closed", None)
    assert taken[0] == "acme-1:opened"
    assert not updates or all(":updated" in key for key in taken[1:-1])
