"""What an enrich worker tells of itself: each batch, and every few seconds its phase and how far behind it is."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import orjson

from enrich.runner.transport import Consumer, ListeningApp
from enrich.runner.worker import Input, Send
from schemas.vitals import Phase, Vitals

TURN_S = 0.5
LOOK_S = 5.0  # how old at most what is told of the lag
_DEAD = "dead.v1"
_log = logging.getLogger(__name__)


def report(vitals: Vitals, inputs: Iterable[Sequence[Input]], sends: Iterable[Sequence[Send]]) -> None:
    """Tell of a batch that is finished: what was taken in and what was sent, by partition."""
    taken = Counter(message.topic for messages in inputs for message in messages)
    sent: Counter[str] = Counter()
    dead: Counter[str] = Counter()
    for messages in sends:
        sent.update(message.topic for message in messages)
        dead.update(orjson.loads(message.value)["reason"] for message in messages if message.topic == _DEAD)
    vitals.end(taken, sent, dead)
    vitals.advance()


async def watch(app: ListeningApp, vitals: Vitals, names: Mapping[str, str]) -> None:
    """Tell of an app until cancelled. `names` gives the name in the topic table for each source topic of the cluster.

    A loop or a consumer's thread that stands still is told of by silence.
    """
    loop = asyncio.get_running_loop()
    look_at, remaining = loop.time(), 0
    while True:
        phase = _phase(app)
        vitals.turn()
        vitals.enter(phase)
        if phase == "recovering":
            before, remaining = remaining, _remaining(app)
            if remaining != before:
                vitals.advance()
        if phase == "working" and loop.time() >= look_at:
            try:
                vitals.behind(await _lag(app, names))
            except Exception as error:  # whatever it is: nobody ends because somebody looks
                _log.warning("cannot tell how far behind: %s", error, extra={"worker": vitals.worker})
            look_at = loop.time() + LOOK_S
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), TURN_S)


def _phase(app: ListeningApp) -> Phase:
    if app.in_recovery:
        return "recovering"
    # A worker that is given no partitions is not told so, but its first rebalance comes to an end too.
    return "working" if app.rebalancing_count and not app.rebalancing else "joining"


def _remaining(app: ListeningApp) -> int:
    tables: Any = app.tables  # their type in Faust leaves out how they are recovered
    return int(tables.recovery.active_remaining_total())


async def _lag(app: ListeningApp, names: Mapping[str, str]) -> dict[tuple[str, int], int]:
    consumer = app.consumer
    assert isinstance(consumer, Consumer)  # noqa: S101 - of the app's transport
    ours = [tp for tp in consumer.assignment() if tp.topic in names]
    if not ours:
        return {}
    ends = await consumer.highwaters(*ours)
    starts = await consumer.earliest_offsets(*ours)  # what the brokers no longer have is nobody's work
    return {(names[tp.topic], tp.partition): max(0, ends[tp] - max(starts[tp], consumer.finished(tp))) for tp in ours}
