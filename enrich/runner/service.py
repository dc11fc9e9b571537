"""Workers as a process: started, run until a signal or until nothing is left to do, stopped in order."""

import asyncio
import logging
import os
import signal
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

from enrich.runner import recovery
from enrich.runner.app import Layout, worker_app
from enrich.runner.growth import Growth, begin_again
from enrich.runner.runner import Runner
from enrich.runner.transport import Consumer
from enrich.runner.watch import watch
from enrich.runner.worker import Worker
from schemas.errors import Fatal, HearkenError
from schemas.settings import KafkaSettings
from schemas.vitals import Vitals

FATAL_STATUS = 70
"""The exit status of a process that must not go on: what it had not finished is done again after a restart."""

_LOOK_S = 0.2
_log = logging.getLogger(__name__)


class _Running:
    """One worker with its app."""

    def __init__(self, worker: Worker, kafka: KafkaSettings, layout: Layout, vitals: Vitals | None) -> None:
        self.app, table = worker_app(worker, kafka, layout)
        self.runner = Runner(self.app, table, worker, kafka, vitals)
        self._names = {kafka.named(name): name for name in worker.reads}
        self.recovery = recovery.RecoveryWatch(worker.name, self._progress, recovery.STILL_S)

    async def watch(self) -> None:
        """Tell how it goes, until cancelled."""
        await watch(self.app, self.runner.vitals, self._names)

    async def crash(self) -> None:
        """Wait until Faust gives up, and raise Fatal."""
        await self.app.wait_until_stopped()
        raise Fatal(f"{self.runner.name}: {type(self.app.crash_reason).__name__}") from self.app.crash_reason

    def _progress(self) -> recovery.Progress | None:
        """Return how far recovery is, None while nothing is assigned and once the runner works."""
        app, consumer = self.app, self.app.consumer
        if self.runner.ready or not app.rebalancing_count or not consumer.assignment():
            return None
        tables: Any = app.tables  # their type in Faust leaves out how they are recovered
        left: list[int] = list(tables.recovery.active_remaining().values())
        return recovery.Progress(app.consumer_generation_id, sum(max(0, one) for one in left))

    async def stop(self) -> None:
        """Finish the batch in hand, commit it, leave."""
        await self.runner.pause()
        consumer = self.app.consumer
        if isinstance(consumer, Consumer) and self.app.started:
            await consumer.commit()
        await self.app.stop()


def serve(
    workers: Sequence[tuple[Worker, Layout]],
    kafka: KafkaSettings,
    until_idle_s: float | None = None,
    vitals: Mapping[str, Vitals] | None = None,
    recycle_at_mib: int | None = 0,
) -> dict[str, int]:
    """Run workers until SIGTERM or SIGINT, or until none had anything to do for `until_idle_s` seconds.

    `vitals` are told how it goes, by the worker's name. Returns by worker how many messages it took in. Any error ends
    the process at once with status 70. A process that outgrows `recycle_at_mib` (as in `Growth`) finishes, and begins
    again in its own place.
    """
    counted = asyncio.run(_serve(workers, kafka, until_idle_s, vitals or {}, Growth(recycle_at_mib)))
    return begin_again() if counted is None else counted


async def _serve(
    workers: Sequence[tuple[Worker, Layout]],
    kafka: KafkaSettings,
    until_idle_s: float | None,
    vitals: Mapping[str, Vitals],
    growth: Growth,
) -> dict[str, int] | None:
    """Return what was taken in; None when it is to begin again."""
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    running = [_Running(worker, kafka, layout, vitals.get(worker.name)) for worker, layout in workers]
    lives: list[Coroutine[object, object, object]] = [asked.wait(), _live(running, until_idle_s)]
    lives += [each.runner.run() for each in running]
    lives += [each.crash() for each in running]
    lives += [each.watch() for each in running]
    outgrown = asyncio.create_task(_guard(running, growth))
    tasks = [outgrown, *(asyncio.create_task(life) for life in lives)]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        await asyncio.gather(*(each.stop() for each in running))
    except Exception as error:  # whatever it is, nothing after it may be acknowledged
        _log.critical("%s", error, exc_info=None if isinstance(error, HearkenError) else error)
        logging.shutdown()
        os._exit(FATAL_STATUS)
    for task in tasks:
        task.cancel()
    if outgrown in done and not asked.is_set():
        return None
    return {each.runner.name: each.runner.processed for each in running}


async def _live(running: Sequence[_Running], until_idle_s: float | None) -> None:
    """Start everything, and return when nothing was done for `until_idle_s` seconds; never for None."""
    await asyncio.gather(*(each.app.start() for each in running))
    loop = asyncio.get_running_loop()
    before, since = -1, loop.time()
    while until_idle_s is None or loop.time() - since < until_idle_s:
        await _wait()
        seen = sum(each.runner.processed for each in running)
        if seen != before or not all(each.runner.idle for each in running):
            before, since = seen, loop.time()


async def _guard(running: Sequence[_Running], growth: Growth) -> None:
    """Return when the process has outgrown its memory; Fatal when recovery stands still."""
    loop = asyncio.get_running_loop()
    while not growth.outgrown(sum(each.runner.processed for each in running)):
        await _wait()
        for each in running:
            each.recovery.look(loop.time())


async def _wait() -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), _LOOK_S)
