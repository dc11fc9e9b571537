"""What an enrich worker tells of itself, on an app that only says what state it is in."""

import asyncio
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from faust.types import TP

from enrich.runner import watch as module
from enrich.runner.transport import Consumer, ListeningApp
from enrich.runner.watch import report, watch
from enrich.runner.worker import Input, Send
from schemas.vitals import Vitals

NAMES = {"here.numbers": "numbers"}


class Places(Consumer):
    """A consumer that knows where its partitions begin and end, and what was finished."""

    def __init__(self, places: dict[TP, tuple[int, int, int]], error: Exception | None = None) -> None:
        self.places, self.error = places, error

    def assignment(self) -> set[TP]:
        return {*self.places, TP("here.changelog", 0)}

    async def highwaters(self, *partitions: TP) -> dict[TP, int]:
        if self.error is not None:
            raise self.error
        return {tp: self.places[tp][1] for tp in partitions}

    async def earliest_offsets(self, *partitions: TP) -> dict[TP, int]:
        return {tp: self.places[tp][0] for tp in partitions}

    def finished(self, tp: TP) -> int:
        return self.places[tp][2]


@dataclass
class State:
    """What is looked at of an app."""

    consumer: Places = field(default_factory=lambda: Places({}))
    rebalancing: bool = False
    rebalancing_count: int = 0
    in_recovery: bool = False
    remaining: int = 0

    @property
    def tables(self) -> Any:
        return SimpleNamespace(recovery=SimpleNamespace(active_remaining_total=lambda: self.remaining))


@pytest.fixture(autouse=True)
def _fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TURN_S", 0.001)
    monkeypatch.setattr(module, "LOOK_S", 0.0)


def seen(state: State, vitals: Vitals | None = None) -> Vitals:
    """Watch an app for some turns, and return what was told."""
    vitals = vitals or Vitals("text")

    async def scene() -> None:
        task = asyncio.create_task(watch(cast(ListeningApp, state), vitals, NAMES))
        await asyncio.wait([task], timeout=0.05)
        assert not task.done()
        task.cancel()

    asyncio.run(scene())
    return vitals


def test_before_the_first_rebalance_is_over_it_joins() -> None:
    assert seen(State()).read().phase == "joining"
    assert seen(State(rebalancing=True, rebalancing_count=1)).read().phase == "joining"


def test_one_that_is_given_no_partitions_works_and_is_not_behind() -> None:
    signs = seen(State(rebalancing_count=1)).read()
    assert (signs.phase, signs.lag) == ("working", {})


def test_to_recover_is_progress_as_long_as_less_remains() -> None:
    state = State(rebalancing_count=1, rebalancing=True, in_recovery=True, remaining=9)
    vitals = Vitals("text")
    begun = vitals.read().progress_at
    first = seen(state, vitals).read()
    assert (first.phase, first.progress_at > begun) == ("recovering", True)
    state.remaining = 0  # a new watch takes what is not there for known
    assert seen(state, vitals).read().progress_at == first.progress_at


def test_the_lag_is_what_is_there_and_not_finished() -> None:
    places = {
        TP("here.numbers", 0): (0, 10, 4),
        TP("here.numbers", 1): (7, 10, 4),  # half of what was not finished has run out
        TP("here.numbers", 2): (10, 10, 0),
    }
    signs = seen(State(Places(places), rebalancing_count=1)).read()
    assert signs.lag == {("numbers", 0): 6, ("numbers", 1): 3, ("numbers", 2): 0}


def test_brokers_that_do_not_answer_end_nobody(caplog: pytest.LogCaptureFixture) -> None:
    places = Places({TP("here.numbers", 0): (0, 1, 0)}, ValueError("no answer"))
    assert seen(State(places, rebalancing_count=1)).read().lag == {}
    assert "cannot tell" in caplog.text


def test_a_batch_is_told_by_topic_and_by_reason() -> None:
    vitals = Vitals("text")
    vitals.begin()
    dead = Send("dead.v1", "k", orjson.dumps({"reason": "bad_json"}))
    report(vitals, [[Input("a", 0, 0, 0, b"")] * 3, [Input("b", 1, 0, 0, b"")]], [[Send("c", "k", b"")] * 2, [dead]])
    signs = vitals.read()
    assert (signs.taken, signs.sent, signs.dead) == ({"a": 3, "b": 1}, {"c": 2, "dead.v1": 1}, {"bad_json": 1})
    assert sum(signs.batches) == 1
