"""The runner, on a Kafka in memory: whatever dies when, each input counts once, and nothing is finished too early."""

import asyncio
import threading
import time
from collections.abc import Mapping

import orjson
import pytest
from faust.types import TP

from enrich.runner import course
from enrich.runner import runner as module
from enrich.runner.worker import Send, Share, Worker
from schemas.errors import Fatal
from schemas.wire import ms
from tests.support.fake_kafka import CHANGELOG, FakeApp, FakeConsumer, FakeProducer, Killed, Log, made, message, run
from tests.support.mentions import T0


class Adder(Worker):
    """Adds up numbers by partition, and says the sum and the last number each time."""

    name = "adder"
    reads = ("numbers",)

    def __init__(self) -> None:
        self.seen: list[int] = []

    def apply(self, batch: Mapping[int, Share]) -> dict[int, list[Send]]:
        sends: dict[int, list[Send]] = {}
        for partition, share in batch.items():
            total, last = share.state.table("sums"), share.state.table("last")
            for number in (int(each.value) for each in share.inputs):
                self.seen.append(number)
                total.put("sum", (total.get("sum") or 0) + number)
                last.put("number", number)
            value = orjson.dumps([partition, total.get("sum"), last.get("number")])
            sends[partition] = [Send("sums", str(partition), value)]
        return sends

    def forget(self) -> None:
        pass


NUMBERS = [message("numbers", n % 2, n // 2, b"%d" % (10**n)) for n in range(8)]
SUMS = {0: 1_010_101, 1: 10_101_010}


def sums(log: Log) -> dict[int, int]:
    return {
        partition: total for _, value, _ in log.topics["sums"] for partition, total, _ in [orjson.loads(value or b"")]
    }


def test_everything_is_written_before_it_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 3)
    log = Log()
    asyncio.run(run(log, Adder(), NUMBERS))
    assert sums(log) == SUMS
    assert log.committed == {TP("numbers", 0): 4, TP("numbers", 1): 4}
    first = [key for key, _, _ in log.topics[CHANGELOG][:4]]
    assert first == [b"0|claim", b"1|claim", b"0|journal", b"1|journal"]
    assert {key.split(b"|")[0] == b"%d" % (partition or 0) for key, _, partition in log.topics[CHANGELOG]} == {True}


@pytest.mark.parametrize("size", [1, 3])
def test_a_death_at_any_write_counts_nothing_twice_and_loses_nothing(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", size)
    undisturbed = Log()
    asyncio.run(run(undisturbed, Adder(), NUMBERS))
    writes = sum(map(len, undisturbed.topics.values()))
    assert writes > 10
    for lives in range(writes):
        log = Log()
        with pytest.raises(Killed):
            asyncio.run(run(log, Adder(), NUMBERS, lives=lives))
        with pytest.raises(Killed):  # and again while it picks up the pieces
            asyncio.run(run(log, Adder(), NUMBERS, lives=1))
        asyncio.run(run(log, Adder(), NUMBERS))
        assert sums(log) == SUMS
        assert log.state().data[b"0|sums|sum"] == b"%d" % SUMS[0]


def test_a_message_that_comes_again_is_not_taken_in_again() -> None:
    log, worker = Log(), Adder()
    asyncio.run(run(log, worker, NUMBERS))
    log.committed.clear()
    asyncio.run(run(log, worker, NUMBERS))
    assert len(worker.seen) == len(NUMBERS)
    assert sums(log) == SUMS


def test_a_write_that_is_refused_is_repeated() -> None:
    log = Log()
    asyncio.run(run(log, Adder(), NUMBERS, refusals=2))
    assert sums(log) == SUMS


def test_writes_that_stay_refused_end_it_with_nothing_finished() -> None:
    log = Log()
    with pytest.raises(Fatal, match="adder"):
        asyncio.run(run(log, Adder(), NUMBERS, refusals=10**9))
    assert log.committed == {}


class Clockwork(Adder):
    """Says the time of each partition that is read to its end."""

    rest_s = 0.02

    def rest(self, quiet: Mapping[int, Share], now_ms: int) -> dict[int, list[Send]]:
        sends: dict[int, list[Send]] = {}
        for partition, share in quiet.items():
            rests = share.state.table("rests")
            if rests.get("number") is None:
                rests.put("number", 1)
                total = share.state.table("sums").get("sum")
                sends[partition] = [Send("rests", str(partition), orjson.dumps([total, now_ms]))]
        return sends


def test_a_worker_rests_where_nothing_waits_to_be_read_and_what_it_did_lasts() -> None:
    async def scene(ends: dict[TP, int]) -> None:
        consumer = FakeConsumer(log, ends)
        runner = made(Clockwork(), log, FakeApp(consumer, FakeProducer(log, 99, 0)))
        runner.resume()
        runner.begin()
        running = asyncio.create_task(runner.run())
        for each in NUMBERS:
            if each.offset >= log.committed.get(each.tp, 0):
                await runner.accept([each])
        for _ in range(200):
            await asyncio.wait([running], timeout=0.01)
            if len(log.topics["rests"]) >= 1 and log.committed:
                break
        await runner.pause()
        running.cancel()

    log = Log()
    asyncio.run(scene({TP("numbers", 0): 4, TP("numbers", 1): 5}))  # something of the second is still to come
    assert [orjson.loads(value or b"")[0] for _, value, _ in log.topics["rests"]] == [SUMS[0]]
    assert orjson.loads(log.topics["rests"][0][1] or b"")[1] == ms(T0)
    asyncio.run(scene({TP("numbers", 0): 4}))  # nothing is told twice after a restart
    assert len(log.topics["rests"]) == 1


@pytest.mark.parametrize("passed_over", [0, 2])
def test_a_gap_that_stays_ends_it_with_nothing_finished_behind_it(
    passed_over: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(course, "TRIES", 3)
    log = Log()
    told = [each for each in NUMBERS if each.tp.partition == 0 and each.offset != passed_over]
    with pytest.raises(Fatal, match=f"after {passed_over}"):
        asyncio.run(run(log, Adder(), told))
    assert log.committed.get(TP("numbers", 0), 0) <= passed_over


@pytest.mark.parametrize("size", [1, 3, 512])
def test_what_was_fetched_before_a_rebalance_and_comes_after_it_is_left_out(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", size)
    log, worker = Log(), Adder()
    earlier = [each for each in NUMBERS if each.offset >= 2]
    elsewhere = message("numbers", 9, 0, b"7")
    asyncio.run(run(log, worker, NUMBERS, before=[elsewhere, *earlier, *earlier]))
    assert len(worker.seen) == len(NUMBERS)
    assert sums(log) == SUMS
    assert log.committed == {TP("numbers", 0): 4, TP("numbers", 1): 4}


def test_what_the_broker_no_longer_has_is_no_gap() -> None:
    log = Log()
    told = [each for each in NUMBERS if each.tp.partition == 0 and each.offset >= 2]
    asyncio.run(run(log, Adder(), told, earliest=2))
    assert log.committed == {TP("numbers", 0): 4}


def test_an_error_of_a_worker_ends_it_with_nothing_finished() -> None:
    log = Log()
    with pytest.raises(ValueError, match="invalid literal"):
        asyncio.run(run(log, Adder(), [message("numbers", 0, 0, b"no number")]))
    assert log.committed == {}
    assert [key for written in log.topics.values() for key, _, _ in written] == [b"0|claim"]


def test_a_partition_that_came_without_its_state_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeConsumer, "assignment", lambda self: {TP("numbers", 0), TP(CHANGELOG, 1)})
    log = Log()
    with pytest.raises(Fatal, match="adder: partition 0 came without its state"):
        asyncio.run(run(log, Adder(), NUMBERS))
    assert (log.committed, any(log.topics.values())) == ({}, False)


def test_what_takes_long_is_done_in_smaller_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 7)
    monkeypatch.setattr(module, "_LEAST", 1)
    monkeypatch.setattr(module, "_BATCH_S", 0.04)

    class Slow(Adder):
        def apply(self, batch: Mapping[int, Share]) -> dict[int, list[Send]]:
            sizes.append(sum(len(share.inputs) for share in batch.values()))
            time.sleep(0.02 * sizes[-1])
            return super().apply(batch)

    sizes: list[int] = []
    asyncio.run(run(Log(), Slow(), [message("numbers", 0, n, b"1") for n in range(14)]))
    assert sizes[0] > max(sizes[1:])


@pytest.mark.parametrize("hand_over", [False, True])
def test_what_was_heard_before_a_hand_over_is_not_worked_on_after_it(hand_over: bool) -> None:
    async def scene() -> Log:
        log = Log()
        runner = made(Adder(), log, FakeApp(FakeConsumer(log, {}), FakeProducer(log, 99, 0)))
        running = asyncio.create_task(runner.run())
        runner.resume()
        await runner.accept([NUMBERS[0]])
        await asyncio.wait([running], timeout=0.2)
        assert log.committed == {}  # the tables may not be recovered yet
        if hand_over:
            await runner.pause()
            runner.resume()
        runner.begin()
        await asyncio.wait([running], timeout=0.2)
        assert not running.done()
        running.cancel()
        return log

    assert asyncio.run(scene()).committed == ({} if hand_over else {TP("numbers", 0): 1})


def test_a_batch_that_outlasts_the_hand_over_is_fatal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAUSE_S", 0.05)

    class Slow(Adder):
        def apply(self, batch: Mapping[int, Share]) -> dict[int, list[Send]]:
            released.wait(5)
            return super().apply(batch)

    async def scene() -> None:
        log = Log()
        runner = made(Slow(), log, FakeApp(FakeConsumer(log, {}), FakeProducer(log, 99, 0)))
        running = asyncio.create_task(runner.run())
        runner.resume()
        runner.begin()
        await runner.accept([NUMBERS[0]])
        await asyncio.wait([running], timeout=0.2)
        try:
            with pytest.raises(Fatal, match="outlasts"):
                await runner.pause()
        finally:
            released.set()
            running.cancel()

    released = threading.Event()
    asyncio.run(scene())
