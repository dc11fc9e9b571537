"""Workers as a process: started, run until a signal or until nothing is left to do, stopped in order."""

import asyncio
import logging
import os
import signal
from collections.abc import Coroutine, Sequence
from contextlib import suppress

from enrich.runner.app import Layout, worker_app
from enrich.runner.runner import Runner
from enrich.runner.transport import Consumer
from enrich.runner.worker import Worker
from schemas.errors import Fatal, HearkenError
from schemas.settings import KafkaSettings

FATAL_STATUS = 70
"""The exit status of a process that must not go on: what it had not finished is done again after a restart."""

_LOOK_S = 0.2
_log = logging.getLogger(__name__)


class _Running:
    """One worker with its app."""

    def __init__(self, worker: Worker, kafka: KafkaSettings, layout: Layout) -> None:
        self.app, table = worker_app(worker, kafka, layout)
        self.runner = Runner(self.app, table, worker, kafka)

    async def crash(self) -> None:
        """Wait until Faust gives up, and raise Fatal."""
        await self.app.wait_until_stopped()
        raise Fatal(f"{self.runner.name}: {self.app.crash_reason!r}")

    async def stop(self) -> None:
        """Finish the batch in hand, commit it, leave."""
        await self.runner.pause()
        consumer = self.app.consumer
        if isinstance(consumer, Consumer) and self.app.started:
            await consumer.commit()
        await self.app.stop()


def serve(
    workers: Sequence[tuple[Worker, Layout]], kafka: KafkaSettings, until_idle_s: float | None = None
) -> dict[str, int]:
    """Run workers until SIGTERM or SIGINT, or until none had anything to do for `until_idle_s` seconds.

    Returns by worker how many messages it took in. Any error ends the process at once with status 70.
    """
    return asyncio.run(_serve(workers, kafka, until_idle_s))


async def _serve(
    workers: Sequence[tuple[Worker, Layout]], kafka: KafkaSettings, until_idle_s: float | None
) -> dict[str, int]:
    asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    running = [_Running(worker, kafka, layout) for worker, layout in workers]
    lives: list[Coroutine[object, object, object]] = [asked.wait(), _live(running, until_idle_s)]
    lives += [each.runner.run() for each in running]
    lives += [each.crash() for each in running]
    tasks = [asyncio.create_task(life) for life in lives]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        await asyncio.gather(*(each.stop() for each in running))
    except Exception as error:  # whatever it is, nothing after it may be acknowledged
        _log.critical("%s", error if isinstance(error, HearkenError) else f"unexpected {error!r}")
        logging.shutdown()
        os._exit(FATAL_STATUS)
    for task in tasks:
        task.cancel()
    return {each.runner.name: each.runner.processed for each in running}


async def _live(running: Sequence[_Running], until_idle_s: float | None) -> None:
    """Start everything, and return when nothing was done for `until_idle_s` seconds; never for None."""
    await asyncio.gather(*(each.app.start() for each in running))
    loop = asyncio.get_running_loop()
    before, since = -1, loop.time()
    while until_idle_s is None or loop.time() - since < until_idle_s:
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), _LOOK_S)
        seen = sum(each.runner.processed for each in running)
        if seen != before or not all(each.runner.idle for each in running):
            before, since = seen, loop.time()
