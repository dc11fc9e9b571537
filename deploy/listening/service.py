"""Listening as a process: the network, the probes and the metrics around the listener."""

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import TYPE_CHECKING

from deploy.listening.choice import PUSH
from deploy.listening.listener import Course, Listener
from deploy.listening.source_metrics import SourceMetrics
from deploy.listening.taker import Taker
from deploy.observation.server import observed
from deploy.observation.traffic import TrafficMetrics
from ingest.live import LiveSource
from ingest.reconnect import Reconnect
from ingest.web import Web
from schemas.clock import AsyncClock, SystemClock
from schemas.settings import Settings
from schemas.vitals import Vitals

if TYPE_CHECKING:
    from prometheus_client.registry import Collector


def listen(
    worker: str,
    settings: Settings,
    sources: Sequence[LiveSource],
    open_taker: Callable[[], Taker],
    course: Course,
    stopping: Callable[[], bool],
    *,
    show: Callable[[], object] = lambda: None,
    until_idle_s: float | None = None,
    for_s: float | None = None,
    clock: AsyncClock | None = None,
    beside: "Sequence[Collector]" = (),
) -> None:
    """Listen until `stopping()`, and tell in `course` how it goes; the rest is as in `Listener.run`.

    Those `beside` give metrics besides the listener's.

    Raises UsageError when a source lacks an option or the port for the metrics is taken, and what the taker raises.
    """
    clock = clock or SystemClock()
    vitals = Vitals(worker, clock)
    chance = Random(f"{os.getpid()} {clock.now()}")  # noqa: S311 - so that many who broke off do not come back together
    reconnect = Reconnect(chance)
    listener = Listener(
        sources, settings.brands, open_taker, course=course, vitals=vitals, clock=clock, reconnect=reconnect
    )

    traffic = TrafficMetrics(worker)

    async def run() -> None:
        async with Web(settings.outbound, clock=clock) as web:
            traffic.traffic = web.traffic
            await listener.run(web, stopping, show, until_idle_s, for_s)

    told = [SourceMetrics(worker, course.signs, clock), traffic, *_pushes(worker, sources), *beside]
    with observed(settings.observe, vitals, beside=told):
        asyncio.run(run())


def _pushes(worker: str, sources: Sequence[LiveSource]) -> "Iterator[Collector]":
    """Yield what tells of the reception, if it is among the sources: others need not load its server."""
    for each in sources:
        if each.name == PUSH:
            from deploy.observation.pushes import PushMetrics
            from deploy.reception.pushed import Pushed

            if isinstance(each, Pushed):
                yield PushMetrics(worker, each.outcomes)
