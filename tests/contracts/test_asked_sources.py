"""The contract of a source that asks: 0 lost, 0 doubled, whatever its platform does; else a gap is reported."""

import logging
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from ingest.listing import ListedSource
from ingest.live import LiveSource
from ingest.source import source, sources
from schemas.errors import Fatal, HearkenError, Refused, UsageError
from schemas.wire import from_ms
from tests.support.asking import HASTY, MINUTE_MS, Listener, expected, platforms, publish
from tests.support.platform import NOON_MS, SECRET, Platform, serving

PLATFORMS = platforms()
EVERY = pytest.mark.parametrize("kind", PLATFORMS.values(), ids=PLATFORMS.keys())


def test_every_source_that_asks_has_its_platform() -> None:
    asking = {name for name, kind in sources().items() if issubclass(kind, ListedSource)}
    assert asking <= PLATFORMS.keys(), "tests/support/platforms/ needs one"


@EVERY
def test_new_posts_come_once(kind: type[Platform], monkeypatch: pytest.MonkeyPatch) -> None:
    platform = kind()
    if kind.at_first:
        publish(platform, Random(1), 1, 5, NOON_MS - MINUTE_MS)
    with serving(platform) as url:
        listener = Listener(platform, url, monkeypatch)
        listener.listen()
        for step in range(3):
            publish(platform, Random(step), 10 + 10 * step, 7, NOON_MS + (1 + step) * MINUTE_MS)
            listener.clock.advance(2 * MINUTE_MS / 1000)
            listener.listen(rounds=2)
    assert expected(platform) - set(listener.texts()) == set()
    assert set(listener.states().values()) == {1}
    assert listener.gaps == []
    for post in platform.posts.values():
        assert post.text in listener.texts()[platform.native_id(post)]


@EVERY
def test_twenty_breaks_lose_nothing_and_double_nothing(kind: type[Platform], monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are cut, refused, late and none; listening ends anywhere, and goes on from any cursor that was kept."""
    platform, rng, number = kind(), Random(7), 1
    with serving(platform) as url:
        listener = Listener(platform, url, monkeypatch)
        listener.listen()
        for step in range(20):
            count = rng.randrange(1, kind.most_at_once + 1)
            publish(platform, rng, number, count, NOON_MS + step * 2 * MINUTE_MS)
            number += count
            listener.clock.advance(2 * MINUTE_MS / 1000)
            platform.shuffled = rng.random() < 0.3
            platform.faults.extend(rng.choices(["cut", "busy", "broken", "nonsense"], k=rng.randrange(6)))
            kept = len(listener.cursors)
            try:
                listener.listen(things=rng.randrange(1, 4))
            except Fatal:
                raise
            except HearkenError:
                pass
            if rng.random() < 0.5 and len(listener.cursors) > kept:  # killed: what came last was not kept
                listener.cursor = rng.choice(listener.cursors[max(0, kept - 1) :])
        platform.faults.clear()
        listener.clock.advance(2 * MINUTE_MS / 1000)
        listener.listen(rounds=3)
    assert listener.gaps == []
    assert listener.bad == 0
    assert expected(platform) == set(listener.texts())
    states = {name for name, _, _ in listener.states()}
    assert len(listener.states()) == len(states), "what is heard again is the same state"


@EVERY
def test_edits_and_deletions_are_followed(kind: type[Platform], monkeypatch: pytest.MonkeyPatch) -> None:
    if not (kind.edits or kind.deletes):
        pytest.skip("the platform shows neither")
    platform = kind()
    with serving(platform) as url:
        listener = Listener(platform, url, monkeypatch)
        listener.listen()
        publish(platform, Random(1), 1, 6, NOON_MS + MINUTE_MS)
        listener.clock.advance(2 * MINUTE_MS / 1000)
        listener.listen(rounds=2)
        assert expected(platform) == set(listener.texts())
        if kind.edits:
            platform.edit(3, "acme, said otherwise", NOON_MS + 3 * MINUTE_MS)
        if kind.deletes:
            platform.delete(5, NOON_MS + 3 * MINUTE_MS)
        platform.now_ms = NOON_MS + 3 * MINUTE_MS
        listener.clock.advance(4 * MINUTE_MS / 1000)
        listener.listen(rounds=3)
    assert set(listener.texts()) == expected(platform)
    if kind.edits:
        assert "otherwise" in listener.texts()[platform.native_id(platform.posts[3])]


@EVERY
def test_too_many_questions_are_waited_out(kind: type[Platform], monkeypatch: pytest.MonkeyPatch) -> None:
    platform = kind()
    with serving(platform) as url:
        listener = Listener(platform, url, monkeypatch)
        listener.listen()
        publish(platform, Random(1), 1, 3, NOON_MS + MINUTE_MS)
        listener.clock.advance(2 * MINUTE_MS / 1000)
        begun = listener.clock.now()
        platform.faults.append("busy")
        listener.listen(rounds=2)
    assert listener.clock.now() - begun >= timedelta(seconds=30)
    assert set(listener.texts()) == expected(platform)


@EVERY
def test_a_token_that_has_run_out(kind: type[Platform], monkeypatch: pytest.MonkeyPatch) -> None:
    """It is had again where that can be; else the channel stops, with a line that holds no secret."""
    platform = kind()
    with serving(platform) as url:
        listener = Listener(platform, url, monkeypatch)
        listener.listen()
        publish(platform, Random(1), 1, 3, NOON_MS + MINUTE_MS)
        listener.clock.advance(2 * MINUTE_MS / 1000)
        platform.faults.append("expired")
        if kind.renews:
            listener.listen(rounds=2)
            assert set(listener.texts()) == expected(platform)
        elif kind.is_open:
            listener.listen(rounds=2)
        else:
            with pytest.raises(Refused) as refused:
                listener.listen(rounds=2)
            assert SECRET not in str(refused.value)
            assert "\n" not in str(refused.value)


@EVERY
@pytest.mark.parametrize("cursor", ["", '{"seen":4}'])
def test_a_position_that_is_none_of_ours_is_a_gap(
    kind: type[Platform], cursor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = kind()
    with serving(platform) as url:
        listener = Listener(platform, url, monkeypatch)
        listener.cursor = cursor
        listener.listen()
        publish(platform, Random(1), 1, 3, NOON_MS + MINUTE_MS)
        listener.clock.advance(2 * MINUTE_MS / 1000)
        listener.listen(rounds=2)
    assert len(listener.gaps) == (0 if kind.remembers else 1)
    assert set(listener.texts()) == expected(platform)


@EVERY
@pytest.mark.parametrize("fault", ["slow", "endless"])
def test_an_answer_without_an_end_is_given_up_and_asked_for_again(
    kind: type[Platform], fault: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform = kind()
    with serving(platform) as url:
        listener = Listener(platform, url, monkeypatch)
        listener.listen()
        publish(platform, Random(1), 1, 3, NOON_MS + MINUTE_MS)
        listener.clock.advance(2 * MINUTE_MS / 1000)
        platform.faults.extend([fault] * 4)
        with pytest.raises(HearkenError) as error:
            listener.listen(rounds=2, caps=HASTY)
        assert not isinstance(error.value, (Fatal, UsageError))
        platform.faults.clear()
        listener.listen(rounds=2)
    assert set(listener.texts()) == expected(platform)


@EVERY
def test_more_than_is_listed_is_a_gap(kind: type[Platform], monkeypatch: pytest.MonkeyPatch) -> None:
    if kind.depth is None:
        pytest.skip("the platform lists all")
    platform = kind()
    publish(platform, Random(1), 1, 3, NOON_MS - MINUTE_MS)
    with serving(platform) as url:
        listener = Listener(platform, url, monkeypatch)
        listener.listen()
        publish(platform, Random(1), 10, kind.depth + 5, NOON_MS + MINUTE_MS)
        listener.clock.advance(kind.depth + 180)
        listener.listen(rounds=2)
    assert len(listener.gaps) == 1
    assert listener.gaps[0].since == from_ms(platform.posts[3].at_ms // 1000 * 1000)


@EVERY
def test_no_secret_is_shown(
    kind: type[Platform], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    platform = kind()
    caplog.set_level(logging.DEBUG, "ingest")
    with serving(platform) as url:
        listener = Listener(platform, url, monkeypatch)
        listener.listen()
        platform.faults.extend(["broken"] * 4)
        with pytest.raises(HearkenError) as error:
            listener.listen(rounds=2)
        assert SECRET not in listener.channel + str(error.value) + repr(vars(listener.source)) + caplog.text
        assert SECRET not in "".join(listener.cursors)
    asked = [f"{question.path}{question.params}" for question in platform.questions]
    assert platform.key_in_path or not [one for one in asked if SECRET in one]


@EVERY
def test_what_is_missing_is_one_line(kind: type[Platform], monkeypatch: pytest.MonkeyPatch) -> None:
    found = source(kind.name)
    assert isinstance(found, LiveSource)
    with pytest.raises(UsageError) as error:
        found.channels(())
    assert f"[sources.{kind.name}]" in str(error.value)
    assert "\n" not in str(error.value)
