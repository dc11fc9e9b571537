"""How long the API takes over a large store: `python -m tests.bench.api_questions STORE [TIMES [VIEWERS]]`.

The store is a path or the URL of an Elasticsearch. The server is a process of its own. Each question is asked of
brands drawn by how much is said about them, over a month somewhere in the store (or all of it), never the same one
twice; then so many viewers open overviews at once.
Prints a line for each question: median, 95th percentile and maximum in ms, and the same of the server's processor time
(of one viewer; with many it is that of all). Before and after, what the machine takes for ten million additions: some
0.4 s where nobody else is at work.
"""

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from os import environ, sysconf
from random import Random
from threading import Thread
from time import perf_counter, process_time

import httpx

from deploy.stores import open_store
from schemas.clock import SystemClock

_MONTH = "brand={brand}&from={start}&to={end}"
_QUESTIONS: dict[str, str] = {
    "status": "status",
    "brands": "brands",
    "volume": f"volume?{_MONTH}",
    "volume, filtered": f"volume?{_MONTH}&not_sentiment=unknown&language=en",
    "volume, a query": f"volume?{_MONTH}&query=iphone+OR+earnings",
    "sentiment": f"sentiment?{_MONTH}",
    "share of voice, 5 brands": "share?from={start}&to={end}&brand={brand}&brand=goog&brand=fb&brand=amzn&brand=msft",
    "share of voice, a group": "share?from={start}&to={end}&group=listed&limit=7&among={brand}",
    "summary": f"summary?{_MONTH}",
    "reach": f"reach?{_MONTH}",
    "engagement": f"engagement?{_MONTH}",
    "velocity": f"velocity?{_MONTH}",
    **{
        f"top {kind}": f"top/{kind}?{_MONTH}" for kind in ("entities", "authors", "hashtags", "links", "sites", "kinds")
    },
    "top themes": f"top/themes?{_MONTH}",
    "engagement by kind and language": f"measures/engagement?{_MONTH}&by=kind&by=language",
    "negative by hashtag and day": f"measures/negative?{_MONTH}&by=hashtag&by=time",
    "authors by size and language": f"measures/authors?{_MONTH}&by=size&by=language",
    "audience": f"audience?{_MONTH}&by=size",
    "mentions": f"mentions?{_MONTH}",
    "mentions, a query": f"mentions?{_MONTH}&query=iphone+AND+NOT+samsung",
    "mentions, an exact cashtag": f"mentions?{_MONTH}&query=%24GOOG",
    "mentions by velocity": f"mentions?{_MONTH}&sort=velocity",
    "mentions of all brands": "mentions?from={start}&to={end}",
    "exclusions removed": f"exclusions/removed?{_MONTH}",
    "only what jobs finds": f"mentions?{_MONTH}&excluded=only&reason=jobs",
    "sources": f"sources?{_MONTH}",
    "alerts": f"alerts?{_MONTH}",
    "volume, all time": "volume?brand={brand}&interval=1w&to={end}",
    "top hashtags, all time": "top/hashtags?brand={brand}&to={end}",
    "top themes, all time": "top/themes?brand={brand}&to={end}",
    "top authors, all time": "top/authors?brand={brand}&to={end}",
    "sentiment by language, all time": "measures/positive?brand={brand}&by=language&to={end}",
    "audience, all time": "audience?brand={brand}&by=language&to={end}",
    "mentions, a rare query, all time": "mentions?query=lawsuit+AND+iphone&to={end}",
}

_OVERVIEW = (
    "volume", "sentiment", "share of voice, a group", "alerts", "mentions", "velocity", "top entities", "top hashtags",
    "summary",
)  # fmt: skip


@contextmanager
def served(store: str) -> Iterator[tuple[str, int]]:
    """Yield the address of a server for the store, and its process id."""
    command = [sys.executable, "-c", "from deploy.cli import run; run()", "dashboard", "--store", store, "--port", "0"]
    allowed = environ | {"HEARKEN_API__REQUESTS_PER_MINUTE": "1000000"}  # all viewers have one address
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=allowed)
    try:
        assert process.stderr is not None
        said = next(line for line in process.stderr if "listening at" in line)
        Thread(target=process.stderr.read, daemon=True).start()
        yield said.split()[-1].rstrip("/"), process.pid
    finally:
        process.terminate()
        process.wait()


class Viewer:
    """Asks questions with a chance of its own, and keeps how long each took."""

    def __init__(self, address: str, pid: int, brands: list[str], first: datetime, last: datetime, seed: int) -> None:
        self._pid = pid
        self._client = httpx.Client(base_url=address, timeout=60)
        self._brands, self._first, self._last, self._chance = brands, first, last, Random(seed)
        self.took: dict[str, list[float]] = {}
        self.cpu: dict[str, list[float]] = {}
        self.failed = 0

    def look(self, times: int) -> None:
        """Open the overview of one brand after another: its last month, with a pause between."""
        for _ in range(times):
            brand = self._chance.choice(self._brands)
            for name in _OVERVIEW:
                self.ask(name, self._last - timedelta(days=30), brand)
            SystemClock().sleep(self._chance.uniform(1, 5))

    def ask(self, name: str, start: datetime | None = None, brand: str | None = None) -> None:
        """Ask one question about a brand and a month."""
        days = (self._last - self._first).days - 30
        start = start or self._first + timedelta(minutes=self._chance.randrange(days * 1_440))
        end = start + timedelta(days=30)
        written = _QUESTIONS[name].format(
            brand=brand or self._chance.choice(self._brands),
            start=f"{start:%Y-%m-%dT%H:%M}",
            end=f"{end:%Y-%m-%dT%H:%M}",
        )
        before, cpu_before = perf_counter(), _cpu_ms(self._pid)
        answer = self._client.get(f"/v1/{written}")
        self.took.setdefault(name, []).append((perf_counter() - before) * 1_000)
        self.cpu.setdefault(name, []).append(_cpu_ms(self._pid) - cpu_before)
        self.failed += answer.status_code != 200
        if answer.status_code != 200:
            print(name, answer.text[:200], file=sys.stderr)


def main(path: str, times: int = 40, viewers: int = 50) -> None:
    """Ask, and print."""
    store = open_store(path)
    totals = store.totals()
    store.close()
    _report_machine()
    brands = [row.brand for row in totals for _ in range(max(1, row.count // 2_000))]
    print(
        f"{sum(row.count for row in totals):,} mentions of brands, at most {max(row.count for row in totals):,} of one"
    )
    first = datetime.fromisoformat("2014-07-01T00:00+00:00")
    last = max(row.last for row in totals if row.last)
    with served(path) as (address, pid):
        make: Callable[[int], Viewer] = lambda seed: Viewer(address, pid, brands, first, last, seed)  # noqa: E731
        one = make(0)
        for name in _QUESTIONS:
            for _ in range(times):
                one.ask(name)
        _report("one viewer", [one])
        many = [make(seed) for seed in range(1, viewers + 1)]
        before = perf_counter()
        with ThreadPoolExecutor(viewers) as pool:
            list(pool.map(lambda viewer: viewer.look(times // 8 + 1), many))
        _report(f"{viewers} viewers at once, all done in {perf_counter() - before:.1f} s", many)
        _report_machine()
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            print("".join(line for line in status if line.startswith(("VmHWM", "VmRSS"))))


def _report_machine() -> None:
    before, cpu_before = perf_counter(), process_time()
    total = 0
    for n in range(10_000_000):
        total += n
    print(f"the machine: {perf_counter() - before:.2f} s, of them {process_time() - cpu_before:.2f} s at work")


def _cpu_ms(pid: int) -> float:
    """Return the processor time of a process so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1_000 / sysconf("SC_CLK_TCK")


def _report(title: str, viewers: list[Viewer]) -> None:
    print(f"\n{title}; failed: {sum(one.failed for one in viewers)}")
    asked = [name for name in _QUESTIONS if name in viewers[0].took]
    for name in asked:
        print(
            f"{name:36} {_spread(one.took[name] for one in viewers)}   cpu {_spread(one.cpu[name] for one in viewers)}"
        )
    print(f"{'all':36} {_spread(one.took[name] for one in viewers for name in asked)}")


def _spread(parts: Iterable[list[float]]) -> str:
    """Return median, 95th percentile and maximum."""
    values = sorted(value for part in parts for value in part)
    return f"{values[len(values) // 2]:8.1f} {values[int(len(values) * 0.95)]:8.1f} {values[-1]:8.1f}"


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
