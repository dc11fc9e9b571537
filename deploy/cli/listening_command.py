"""What `run` and `ingest` share: the first words, the log, the signals, and the last line."""

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from deploy.cli.listening_display import displayed, greet, leave_terminal
from deploy.listening.listener import Course
from deploy.listening.service import listen
from deploy.listening.signs import by_source
from deploy.listening.taker import Taker
from deploy.observation.logs import logs
from deploy.stopping import stop_signals
from ingest.live import LiveSource
from schemas.clock import SystemClock
from schemas.errors import Fatal
from schemas.settings import Settings

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

_NAMED = 5  # brands or channels that are listed; of more, their number is told


def listen_until_stopped(
    worker: str,
    settings: Settings,
    sources: Sequence[LiveSource],
    open_taker: Callable[[], Taker],
    what: str,
    told: Sequence[str],
    *,
    until_idle_s: float | None = None,
    for_s: float | None = None,
    beside: "Sequence[Collector]" = (),
) -> None:
    """Listen until a signal, and end with one line of JSON on stdout; `what` matched records become is a name in it.

    `told` are lines for people about where things go; those `beside` give more metrics. Raises Fatal when a source was
    given up on the way, and what `listen` raises.
    """
    course, clock = Course(), SystemClock()
    started = clock.now()
    with displayed(course, what) as show, logs(settings.observe, worker), stop_signals(leave_terminal) as stopping:
        greet([*_first_words(settings, sources), *told, "stop: Ctrl-C; the next start goes on from there"])
        listen(
            worker, settings, sources, open_taker, course, stopping,
            show=show, until_idle_s=until_idle_s, for_s=for_s, clock=clock, beside=beside,
        )  # fmt: skip
    tally = asdict(course.tally)
    signs = by_source(course.signs)
    typer.echo(
        json.dumps(
            {what if name == "stored" else name: count for name, count in tally.items()}
            | {
                "reconnects": sum(source.reconnects for source in signs),
                "gaps": sum(source.gaps for source in signs),
                "seconds": round((clock.now() - started).total_seconds(), 3),
            }
        )
    )
    if course.abandoned:  # its thread cannot be ended, and Python would wait for it
        sys.stdout.flush()
        os._exit(1 if course.lost else 0)
    if course.lost:
        raise Fatal(f"not listened to until the end: {_listed(list(map(str, course.lost)))}; the log says why")


def _first_words(settings: Settings, sources: Sequence[LiveSource]) -> list[str]:
    brands = _listed([brand.name for brand in settings.brands])
    words = [f"listening for {brands}"]
    for source in sources:
        names = _listed([name for name in source.channels(settings.brands) if name])
        words.append(f"source: {source.name} {names}".rstrip())
    if settings.observe.port:
        words.append(f"metrics: http://{settings.observe.host}:{settings.observe.port}/metrics")
    return words


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
