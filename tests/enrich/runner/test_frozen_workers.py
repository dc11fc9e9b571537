"""A worker that is frozen at any write, and wakes up when another has long had its partitions, changes nothing."""

import asyncio
from collections.abc import Mapping

import orjson
import pytest

from enrich.runner import runner as module
from enrich.runner.changelog import Claim, Owners
from enrich.runner.producer import Record
from enrich.runner.runner import Runner
from enrich.runner.worker import Send, Share, Worker
from schemas.errors import Fatal
from tests.support.fake_kafka import CHANGELOG, FakeApp, FakeConsumer, FakeProducer, Log, made, message, run

NUMBERS = [message("numbers", n % 2, n // 2, b"%d" % (10**n)) for n in range(8)]
MORE = [message("numbers", n, 4, b"5") for n in range(2)]
SUMS = {0: 1_010_101, 1: 10_101_010}


class Ledger(Worker):
    """Adds up numbers, keeps each under a key of its own beside the sum, and says the sum."""

    name = "ledger"
    reads = ("numbers",)

    def apply(self, batch: Mapping[int, Share]) -> dict[int, list[Send]]:
        sends = {}
        for partition, share in batch.items():
            table = share.state.table("sums")
            for number in (int(each.value) for each in share.inputs):
                table.put("sum", (table.get("sum") or 0) + number)
                table.put(f"upto {number}", table.get("sum"))
            sends[partition] = [Send("sums", str(partition), orjson.dumps(table.get("sum")))]
        return sends

    def forget(self) -> None:
        pass


class Freezing(FakeProducer):
    """Stands still before the write number `at`, until it is woken."""

    def __init__(self, log: Log, at: int) -> None:
        super().__init__(log, float("inf"), 0)
        self.at, self.frozen, self.woken = at, asyncio.Event(), asyncio.Event()
        self.before = b""  # the key of what it stands still before

    async def write(self, record: Record) -> int:
        if not self.at:
            self.before = record.key
            self.frozen.set()
            await self.woken.wait()
        self.at -= 1
        return await super().write(record)


async def freeze(log: Log, at: int) -> bool:
    """Let a worker stand still at a write, another do all the work meanwhile, and then the first go on. Say whether it
    stood still at all."""
    producer = Freezing(log, at)
    runner = made(Ledger(), log, FakeApp(FakeConsumer(log, {}), producer))
    runner.resume()
    runner.begin()
    running = asyncio.create_task(runner.run())
    feeding = asyncio.create_task(_feed(runner))
    standing = asyncio.create_task(producer.frozen.wait())
    while not standing.done() and not (feeding.done() and runner.idle):
        await asyncio.wait([standing], timeout=0.005)
    if not standing.done():
        for task in (standing, running, feeding):
            task.cancel()
        return False
    await run(log, Ledger(), NUMBERS)
    committed, published = dict(log.committed), len(log.topics["sums"])
    producer.woken.set()
    while not running.done() and not (feeding.done() and runner.idle):
        await asyncio.wait([running], timeout=0.005)
    feeding.cancel()
    if b"journal" in producer.before:  # it finds out before it publishes anything
        assert running.done()
        assert len(log.topics["sums"]) == published
    if running.done():
        with pytest.raises(Fatal, match="another worker has written to partition"):
            await running
    running.cancel()  # if it is not done, it had written all of its last batch
    log.committed = committed  # the brokers take no offsets from it
    return True


async def _feed(runner: Runner) -> None:
    for each in NUMBERS:
        await runner.accept([each])


def highest(log: Log) -> dict[int, int]:
    """The sums published, as a consumer sees them that knows the newer one."""
    found: dict[int, int] = {}
    for key, value, _ in log.topics["sums"]:
        found[int(key)] = max(found.get(int(key), 0), orjson.loads(value or b""))
    return found


def compacted(log: Log) -> Log:
    """The log as the brokers may leave it: of each key the last record."""
    records = list(zip(log.topics[CHANGELOG], log.epochs, strict=True))
    last = {(place, key): number for number, ((key, _, place), _) in enumerate(records)}
    kept = [record for number, record in enumerate(records) if number in last.values()]
    return Log({CHANGELOG: [record for record, _ in kept]}, [epoch for _, epoch in kept])


@pytest.mark.parametrize("size", [1, 3, 8])
def test_whatever_it_writes_late_is_overruled(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", size)
    monkeypatch.setattr(module, "WAIT_S", 0.001)
    undisturbed = Log()
    asyncio.run(run(undisturbed, Ledger(), NUMBERS))
    expected = undisturbed.state().data
    frozen = 0
    for at in range(sum(map(len, undisturbed.topics.values()))):
        log = Log()
        frozen += asyncio.run(freeze(log, at))
        assert highest(log) == SUMS
        state = log.state().data
        assert {key: state[key] for key in expected if b"|sums|" in key} == {
            key: value for key, value in expected.items() if b"|sums|" in key
        }
        # Whoever comes next writes again what the late records hide: compaction keeps the last record of each key.
        asyncio.run(run(log, Ledger(), MORE))
        assert compacted(log).state().data == log.state().data
        assert [log.state().data[b"%d|sums|sum" % n] for n in (0, 1)] == [b"%d" % (SUMS[n] + 5) for n in (0, 1)]
    assert frozen > 10


def test_a_record_counts_unless_one_before_it_has_a_higher_epoch() -> None:
    owners = Owners()
    told = [(0, b"a"), (1, b"claim"), (1, b"a"), (0, b"a"), (0, b"b"), (1, b"b")]
    assert [owners.counts(0, n, *record) for n, record in enumerate(told)] == [True, True, True, False, False, True]
    assert owners.overruled(0) == {b"a"}
    assert owners.overruled(0) == set()
    assert owners.claim(0) == 2
    assert owners.counts(0, 6, 1, b"a") is False
    assert owners.counts(1, 0, 0, b"a") is True
    assert owners.counts(0, 0, 0, b"a") is True  # read again from its beginning


def test_what_is_ours_leaves_no_room() -> None:
    claim = Claim("text", 3, 7, 10)
    claim.wrote([11, 10])
    claim.wrote([12])
    with pytest.raises(Fatal, match=r"text: another worker has written to partition 3"):
        claim.wrote([14])
