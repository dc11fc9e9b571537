"""`hearken run` on a stream that does not wait, killed with kill -9 again and again: nothing lost, nothing doubled.

The short form runs with every test; `make soak` runs the long one, whose length the environment may set: SOAK_SECONDS,
SOAK_RATE, SOAK_KILL_EVERY_S.
"""

import os
import signal
import time
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random
from threading import Thread

import orjson
import psutil
import pytest

from tests.support.deployment import Worker
from tests.support.jetstream import Jetstream, jetstream
from tests.support.live_runs import bluesky, counted, post, start, stored, wait_until, write_settings

_MATCHING = 0.1
_SAMPLE_S = 0.5
_WARM_RECORDS = 60_000  # until the caches are full: of 5,000 texts, 2,000 mentions, and the pages of the store
_WORDS = (
    "phone", "battery", "screen", "launch", "price", "great", "bad", "slow", "update", "store", "camera", "works",
    "failed", "again", "London", "Paris",
)  # fmt: skip

# Counts the processor time of each part, by thread, and leaves it in a file at the end.
_MEASURED = """
import atexit, json, time
from collections import Counter
import deploy.listening.listener as listener
from deploy.listening.embedded import StoreTaker
from enrich.chain import Chain
from ingest.matcher import Matcher
spent = Counter()
def timed(owner, name, part):
    inner = getattr(owner, name)
    def measured(*given, **named):
        begun = time.thread_time()
        try:
            return inner(*given, **named)
        finally:
            spent[part] += time.thread_time() - begun
            if part == "open":
                spent["start"] = time.process_time()
    setattr(owner, name, measured)
timed(StoreTaker, "__init__", "open")
timed(listener, "shares", "parse")
timed(Matcher, "mention", "match")
timed(Chain, "analyse", "analyse")
timed(StoreTaker, "take", "take")
def leave():
    total = time.process_time() - spent["start"]
    rest = spent["take"] - spent["match"] - spent["analyse"]
    parts = {{"fetch and parse": total - spent["take"], "match": spent["match"], "analyse": spent["analyse"],
              "merge and store": rest}}
    json.dump(parts, open("{file}", "w"))
atexit.register(leave)
"""


@dataclass
class Told:
    """Says posts to a server at a steady rate, from a thread of its own."""

    server: Jetstream
    rate: float
    rng: Random
    said: int = 0
    expected: set[str] = field(default_factory=set)
    stopping: bool = False

    def __post_init__(self) -> None:
        self.thread = Thread(target=self._talk)

    def say(self, count: int) -> None:
        for _ in range(count):
            ours = self.rng.random() < _MATCHING
            words = " ".join(self.rng.choices(_WORDS, k=8))
            name, event = post(self.said, f"{'acme' if ours else 'weather'} {words} {self.said}")
            self.said += 1
            if ours:
                self.expected.add(name)
            self.server.say(event)

    def _talk(self) -> None:
        begun, before = time.monotonic(), self.said
        while not self.stopping:
            self.say(max(0, int((time.monotonic() - begun) * self.rate) - (self.said - before)))
            time.sleep(0.02)


@dataclass
class Figures:
    """What a run came to. `slopes` are MiB per 100,000 records, one for each life that was long enough to tell."""

    said: int
    lost: int
    doubled: int
    kills: int
    slopes: list[float]
    parts: dict[str, float]

    def __str__(self) -> str:
        total = sum(self.parts.values()) or 1
        shares = ", ".join(f"{name} {spent / total:.0%}" for name, spent in self.parts.items())
        slopes = ", ".join(f"{slope:+.1f}" for slope in self.slopes) or "none long enough"
        return (
            f"{self.said} posts, {self.kills} kills: {self.lost} lost, {self.doubled} doubled; MiB per 100,000 posts in"
            f" each life: {slopes}; processor time of the last life {total:.1f} s: {shares}"
        )


def listen(folder: Path, seed: int, seconds: float, rate: float, kill_every_s: float, warm: int) -> Figures:
    rng, store, measured = Random(seed), folder / "store.db", folder / "parts.json"
    with jetstream() as server:
        settings = write_settings(folder, bluesky(server.url))
        command = ("run", "-c", str(settings), "--store", str(store))
        told = Told(server, rate, rng)

        def begin() -> Worker:
            return start(*command, first=_MEASURED.format(file=measured))

        process = begin()
        try:
            server.await_listeners(1, 60)
            while not told.expected:
                told.say(1)
            wait_until(lambda: bool(stored(store)))  # a position is kept from here on
            told.thread.start()
            begun, kills, slopes = time.monotonic(), 0, list[float]()
            kill_at = rng.uniform(0.5, 1.5) * kill_every_s
            memory: list[tuple[int, int]] = []
            while (passed := time.monotonic() - begun) < seconds:
                assert process.poll() is None, process.communicate()[1].decode()[-2_000:]
                if passed >= kill_at:
                    process.send_signal(signal.SIGKILL)
                    process.communicate()
                    kills, kill_at = kills + 1, passed + rng.uniform(0.5, 1.5) * kill_every_s
                    slopes += slope(memory, warm)
                    memory = []
                    process = begin()
                memory.append((told.said, psutil.Process(process.pid).memory_info().rss))
                time.sleep(_SAMPLE_S)
            told.stopping = True
            told.thread.join()
            closing = post(told.said, "acme says goodbye")
            server.say(closing[1])
            told.expected.add(closing[0])
            wait_until(lambda: closing[0] in stored(store), max(120, seconds))  # a slow machine has much to catch up
            slopes += slope(memory, warm)
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=10)
            assert process.returncode == 0, errors.decode()[-2_000:]
        finally:
            told.stopping = True
            process.kill()
            process.communicate()
    found = stored(store)
    doubled = len(found) - len(set(found)) + abs(counted(store) - len(found))
    parts: dict[str, float] = orjson.loads(measured.read_bytes())
    return Figures(told.said, len(told.expected ^ set(found)), doubled, kills, slopes, parts)


def slope(memory: list[tuple[int, int]], warm: int) -> list[float]:
    """Return the least-squares slope of memory over posts, in MiB per 100,000, after so many to warm up."""
    points = [(said, rss) for said, rss in memory if said - memory[0][0] >= warm]
    if len(points) < 60 or not all(one < other for (one, _), (other, _) in pairwise(points[:2])):
        return []
    middle_x = sum(x for x, _ in points) / len(points)
    middle_y = sum(y for _, y in points) / len(points)
    rise = sum((x - middle_x) * (y - middle_y) for x, y in points)
    return [rise / sum((x - middle_x) ** 2 for x, _ in points) * 100_000 / 2**20]


@pytest.mark.timeout(300)
def test_a_run_that_is_killed_twice_loses_and_doubles_nothing(tmp_path: Path) -> None:
    figures = listen(tmp_path, seed=1, seconds=20, rate=200, kill_every_s=8, warm=_WARM_RECORDS)
    print(f"\n{figures}", end="")
    assert figures.kills >= 1
    assert (figures.lost, figures.doubled) == (0, 0)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_half_an_hour_of_five_hundred_posts_a_second(tmp_path: Path) -> None:
    seconds = float(os.environ.get("SOAK_SECONDS", "1800"))
    rate = float(os.environ.get("SOAK_RATE", "500"))
    kill_every_s = float(os.environ.get("SOAK_KILL_EVERY_S", "180"))
    figures = listen(tmp_path, seed=2, seconds=seconds, rate=rate, kill_every_s=kill_every_s, warm=_WARM_RECORDS)
    print(f"\n{figures}", end="")
    assert (figures.lost, figures.doubled) == (0, 0)
    assert figures.said >= 0.95 * seconds * rate
    assert all(one <= 5 for one in figures.slopes)
