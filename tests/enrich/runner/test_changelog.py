"""The table of a worker: what it takes in when it recovers, and what its consumer does when the flow is stopped."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from deploy.kafka.topics import config
from enrich.runner.app import Layout, changelog, worker_app
from enrich.runner.changelog import Changelog
from enrich.runner.inbox import Message
from enrich.runner.transport import Consumer
from enrich.runner.trends import TrendsWorker
from schemas.settings import KafkaSettings, Settings

LAYOUT = Layout(3, 1)
WORKER = TrendsWorker(Settings())
PLACE = TP(changelog(WORKER, LAYOUT).name, 0)
SOURCE = TP("brand.deltas.v1", 0)


def table(seen: int | None, highwater: int, *, in_recovery: bool = True) -> tuple[Changelog, Any]:
    """The table of an app that is not started, and its recovery, which has read up to `seen`."""
    app, made = worker_app(WORKER, KafkaSettings(), LAYOUT)
    tables: Any = app.tables
    recovery = tables.recovery
    recovery.active_offsets[PLACE] = seen
    recovery.active_highwaters[PLACE] = highwater
    recovery.in_recovery = in_recovery
    return made, recovery


def record(offset: int, key: bytes, value: bytes | None, epoch: int = 1) -> Message:
    return Message(PLACE, offset, 0, key, value, (("epoch", b"%d" % epoch),))


def test_recovery_takes_in_what_counts_and_ends_with_the_last_record() -> None:
    state, recovery = table(-1, 3)
    state.recover(PLACE, [record(0, b"0|a", b"1"), record(1, b"0|b", b"2", 2), record(2, b"0|a", b"old", 1)])
    assert not recovery.signal_recovery_end.is_set()
    assert state.recovered(PLACE) == 3
    state.recover(PLACE, [record(2, b"0|b", b"again"), record(3, b"0|b", None, 2)])
    assert recovery.signal_recovery_end.is_set()
    assert state.kept == {b"0|a": b"1"}
    assert state.end(0) == 4
    assert state.owners.overruled(0) == {b"0|a"}


@pytest.mark.parametrize(("seen", "in_recovery"), [(None, True), (-1, False)])
def test_what_comes_when_nothing_is_recovered_changes_nothing(seen: int | None, in_recovery: bool) -> None:
    state, recovery = table(seen, 0, in_recovery=in_recovery)
    state.recover(PLACE, [record(0, b"0|a", b"1")])
    assert (state.kept, recovery.active_offsets[PLACE]) == ({}, seen)
    assert not recovery.signal_recovery_end.is_set()


def test_what_a_worker_wrote_itself_is_not_read_again_as_long_as_the_partition_stays() -> None:
    state, recovery = table(4, 4)
    state.holds(0, 90)
    recovery.active_highwaters[PLACE] = 89  # the next time that others come or go
    assert not recovery.need_recovery()
    assert state.end(0) == 90


@pytest.mark.parametrize("stopped", [False, True])
def test_what_is_fetched_while_the_flow_is_stopped_is_read_again_and_begins_nothing(stopped: bool) -> None:
    async def scene() -> list[object]:
        state, _ = table(6, 20)
        consumer = Consumer.__new__(Consumer)
        told: list[object] = []

        async def accept(messages: Any) -> None:
            told.extend(message.offset for message in messages)

        async def fetched(timeout: float) -> tuple[Any, set[TP]]:
            consumer.flow_active = not stopped
            found = SimpleNamespace(offset=7, timestamp=0, key=b"0|a", value=b"1", headers=())
            return {PLACE: [found], SOURCE: [found]}, {PLACE, SOURCE}

        async def seek(places: dict[TP, int]) -> None:
            told.append(places)

        listener = SimpleNamespace(sources={SOURCE.topic}, accept=accept)
        fakes = {
            "app": SimpleNamespace(listener=listener, changelog=state, consumer_generation_id=1),
            "_wait_next_records": fetched, "seek_wait": seek, "assignment": lambda: {PLACE},
            "sleep": asyncio.sleep, "_stopped": asyncio.Event(), "_crashed": asyncio.Event(), "_handed": {},
        }  # fmt: skip
        vars(consumer).update(fakes)
        await consumer._drain()
        return [*told, state.recovered(PLACE)]

    assert asyncio.run(scene()) == ([{PLACE: 7}, 7] if stopped else [7, 8])


@pytest.mark.parametrize(
    ("ends", "comes", "looks", "order"),
    [
        ([1, 1], True, 2, [5, 9]),  # the one that is behind comes with the next fetch, and was published before
        ([1, 0], False, 1, [9]),  # there is nothing of it
        ([1, 1], False, 5, [9]),  # the broker no longer has it
    ],
)
def test_no_partition_runs_ahead_of_one_that_is_behind(
    ends: list[int], comes: bool, looks: int, order: list[int]
) -> None:
    first, second = SOURCE, TP(SOURCE.topic, 1)

    async def scene() -> tuple[int, list[int]]:
        consumer = Consumer.__new__(Consumer)
        told: list[int] = []
        looked = 0

        async def accept(messages: Any) -> None:
            told.extend(message.at_ms for message in messages)

        async def fetched(timeout: float) -> tuple[Any, set[TP]]:
            nonlocal looked
            looked += 1
            found = {1: {first: [_fetched(9)]}, 2: {second: [_fetched(5)]} if comes else {}}
            return found.get(looked, {}), {first, second}

        app = SimpleNamespace(listener=SimpleNamespace(sources={SOURCE.topic}, accept=accept), consumer_generation_id=1)
        vars(consumer).update({
            "app": app, "_wait_next_records": fetched, "sleep": asyncio.sleep, "flow_active": True, "_handed": {},
            "_stopped": asyncio.Event(), "_crashed": asyncio.Event(), "_committed_offset": {first: 0, second: 0},
            "end": dict(zip((first, second), ends, strict=True)).get,
        })  # fmt: skip
        await consumer._drain()
        assert not consumer._behind(second)
        return looked, told

    assert asyncio.run(scene()) == (looks, order)


def _fetched(at_ms: int) -> SimpleNamespace:
    return SimpleNamespace(offset=0, timestamp=at_ms, key=b"k", value=b"1", headers=())


def test_the_topic_of_a_state_is_the_one_that_the_app_reads() -> None:
    async def name() -> str:
        return worker_app(WORKER, KafkaSettings(), LAYOUT)[1].changelog_topic.get_topic_name()

    assert changelog(WORKER, LAYOUT).name == asyncio.run(name())
    assert config(changelog(WORKER, LAYOUT)) == {
        "cleanup.policy": "compact", "retention.ms": "-1", "max.message.bytes": str(16 * 2**20),
        "segment.bytes": str(32 * 2**20), "min.compaction.lag.ms": "3600000",
    }  # fmt: skip
