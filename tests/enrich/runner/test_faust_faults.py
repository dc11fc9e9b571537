"""What faust-streaming 0.15.3 does wrong, and that our consumer does not."""

import asyncio
from collections import defaultdict
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka.errors import KafkaTimeoutError  # type: ignore[import-untyped]
from faust.stores.memory import Store
from faust.transport.drivers import aiokafka
from faust.types import TP

from enrich.runner.producer import Producer, Published, Record
from enrich.runner.transport import Consumer

PLACE = TP("mentions.raw.v1", 0)


def consumer(kind: type[aiokafka.Consumer], committed: int | None, acked: list[int]) -> aiokafka.Consumer:
    made = kind.__new__(kind)
    made._committed_offset = defaultdict(lambda: None, {PLACE: committed})
    made._acked = defaultdict(list, {PLACE: list(acked)})
    made._acked_index = defaultdict(set, {PLACE: set(acked)})
    made._gap = cast(Any, defaultdict(list))
    if isinstance(made, Consumer):
        made._finished = {}
    return made


@pytest.mark.parametrize(
    ("committed", "acked", "lost"), [(2585, [2586, 2587], 2585), (None, [1, 2], 0), (0, [1, 2], 0)]
)
def test_faust_still_commits_past_a_message_in_flight(committed: int | None, acked: list[int], lost: int) -> None:
    # Once this fails, a release has mended it: look again at what `Consumer` steps around.
    assert version("faust-streaming") == "0.15.3"
    offset = consumer(aiokafka.Consumer, committed, acked)._new_offset(PLACE)
    assert offset is not None
    assert offset > lost


@pytest.mark.parametrize("committed", [None, 0, 2585])
def test_ours_commits_what_is_finished_and_nothing_else(committed: int | None) -> None:
    ours = consumer(Consumer, committed, [1, 2, 2586, 2587])
    assert isinstance(ours, Consumer)
    assert ours._new_offset(PLACE) is None
    assert list(ours._filter_tps_with_pending_acks()) == []
    assert ours.committed(PLACE) == (committed or 0)
    ours.finish(PLACE, 2586)
    ours.finish(PLACE, 2580)
    assert ours._new_offset(PLACE) == 2586
    assert list(ours._filter_tps_with_pending_acks({PLACE})) == [PLACE]
    assert list(ours._filter_tps_with_pending_acks({"mentions.raw.v1"})) == [PLACE]
    assert list(ours._filter_tps_with_pending_acks({"engagement.v1"})) == []
    assert ours._filter_committable_offsets([PLACE]) == {PLACE: 2586}


def test_the_producer_waits_for_all_replicas_and_writes_once() -> None:
    assert Producer._settings_extra(Producer.__new__(Producer)) == {"acks": "all", "enable_idempotence": True}


def test_the_store_drops_a_partition_that_went_away_only_where_it_knows_the_keys() -> None:
    # Keys written by a worker itself are unknown to it: whoever writes must say where they belong.
    store: Store[bytes, bytes] = Store.__new__(Store)
    store.data = {b"told": b"1", b"untold": b"2", b"kept": b"3"}
    store._key_partition = {b"told": 0, b"kept": 1}
    asyncio.run(store.on_recovery_completed({TP("changelog", 1)}, set()))
    assert store.data == {b"untold": b"2", b"kept": b"3"}


def test_what_the_brokers_refuse_is_told_although_others_of_the_batch_are_confirmed() -> None:
    # Faust's flush waits for what was sent and raises nothing, so offsets would be committed past what is lost.
    class Batch:
        def __init__(self) -> None:
            self.size = 0

        def append(self, **record: object) -> bool:
            self.size += 1
            return True

        def record_count(self) -> int:
            return self.size

        def close(self) -> None:
            pass

    class Client:
        def create_batch(self) -> Batch:
            return Batch()

        async def send_batch(self, batch: Batch, topic: str, partition: int) -> Any:
            told: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            if partition:
                told.set_exception(KafkaTimeoutError())
            else:
                told.set_result(SimpleNamespace(offset=40))
            return told

    async def scene() -> Published:
        producer = Producer.__new__(Producer)
        vars(producer)["_ensure_producer"] = Client
        return await producer.publish(
            [Record("t", b"k", value, partition) for value in (b"first", b"second") for partition in (0, 1)]
        )

    published = asyncio.run(scene())
    assert published.offsets == {TP("t", 0): [40, 41], TP("t", 1): []}
    assert isinstance(published.error, KafkaTimeoutError)
