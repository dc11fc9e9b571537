"""What virality and trends cost per event, in processor time: `python -m tests.bench.signals`.

Texts are invented; signatures are those of the near-copy stage. Prints a table, then one line of JSON.
"""

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from random import Random
from time import process_time
from zoneinfo import ZoneInfo

from enrich.near_copies import signature
from enrich.state import MemoryState, MemoryTable
from enrich.trends import Trends
from enrich.virality import MentionState, take
from schemas.brand import Brand
from schemas.engagement import Engagement, engagements_of
from schemas.mention import Analysis, BrandMatch, RawMention
from schemas.post import Author, Counts
from schemas.season import HOUR_MS, expected
from schemas.trend import BrandDelta, Contribution, bucket_time
from schemas.wire import from_ms

SIZE = 10_000
START = 1_700_000_100_000
ACME = Brand(name="Acme", query="acme")


def _texts() -> tuple[list[str], list[str]]:
    """Return as many different texts, and as many variants of one text."""
    random = Random(1)
    words = [f"word{n}" for n in range(2_000)]
    base = " ".join(random.choices(words, k=14))
    return [" ".join(random.choices(words, k=14)) for _ in range(SIZE)], [f"{base} n{n}" for n in range(SIZE)]


def _each_us(do: Callable[[], object]) -> float:
    start = process_time()
    do()
    return (process_time() - start) / SIZE * 1e6


def _posts() -> list[RawMention]:
    return [
        RawMention(
            id=sha256(f"{n}".encode()).hexdigest(), source="x", native_id=str(n), version=START + n, text="word " * 15,
            published_at=from_ms(START + n), observed_at=from_ms(START + n + 5), author=Author(id=f"{n}", followers=n),
            counts=Counts(likes=n % 3, reposts=n % 2), brands=[BrandMatch(id="acme", query_version="q")],
        )
        for n in range(SIZE)
    ]  # fmt: skip


def _new_mentions() -> float:
    posts, deeds = _posts(), MemoryTable()

    def run() -> None:
        for post in posts:
            state = MentionState()
            state.merge_post(post)
            for engagement in engagements_of(post):
                take(deeds, state, engagement)
            state.registers.analysis = Analysis(text="")
            state.document()
            state.side()

    return _each_us(run)


def _reposts_of_one(batch: int = 100) -> float:
    """Ten thousand reposts over a week; the document is made after each hundred."""
    state, deeds = MentionState(), MemoryTable()
    state.merge_post(_posts()[0])
    state.registers.analysis = Analysis(text="")
    random = Random(2)
    times = [START + int(168 * HOUR_MS * random.random() ** 3) for _ in range(SIZE)]
    reposts = [
        Engagement(
            id=f"{n}", mention_id="a", source="x", kind="repost", at=from_ms(at), observed_at=from_ms(at), followers=n
        )
        for n, at in enumerate(sorted(times))
    ]

    def run() -> None:
        for n, repost in enumerate(reposts):
            take(deeds, state, repost)
            if n % batch == 0:
                state.document()
                state.side()

    return _each_us(run)


def _trends(texts: Sequence[str], apart_ms: float, every: int, order: Sequence[int] = range(SIZE)) -> float:
    signatures = {text: signature(text) for text in set(texts)}
    deltas = []
    for n in order:
        at_ms = START + int(n * apart_ms)
        contribution = Contribution(
            published_at=from_ms(at_ms), kind="post", author=f"x:{n % 500}", followers=n % 77, engagement=3,
            signature=signatures[texts[n]],
        )  # fmt: skip
        name = sha256(f"{n}".encode()).hexdigest()
        deltas.append(
            BrandDelta(
                brand="acme", mention_id=name, version=2**60 + n, bucket=bucket_time(at_ms), contribution=contribution
            )
        )
    trends = Trends(MemoryState(), [ACME])

    def run() -> None:
        for n, delta in enumerate(deltas, 1):
            trends.apply(delta)
            if n % every == 0:
                trends.flush()

    return _each_us(run)


def _season_ms() -> float:
    """Return what the expected volume of each hour of sixty days takes, in milliseconds."""
    hourly = {START - START % HOUR_MS + n * HOUR_MS: n % 50 for n in range(24 * 130)}
    first, zone = min(hourly), ZoneInfo("Europe/Berlin")
    start = process_time()
    for n in range(24 * 70, 24 * 130):
        expected(hourly, first, first + n * HOUR_MS, zone)
    return (process_time() - start) * 1e3


def measure() -> dict[str, float]:
    """Return microseconds per event, of `season` milliseconds in all."""
    different, variants = _texts()
    shuffled = Random(3).sample(range(SIZE), SIZE)
    within_a_bucket = 200_000 / SIZE
    return {
        "virality: a new mention with totals": _new_mentions(),
        "virality: a repost of one post": _reposts_of_one(),
        "trends: one mention a bucket": _trends(different, 300_000, 100),
        "trends: storm of different texts": _trends(different, within_a_bucket, 1_000),
        "trends: storm of one text": _trends([variants[0]] * SIZE, within_a_bucket, 1_000),
        "trends: storm of variants": _trends(variants, within_a_bucket, 1_000),
        "trends: storm of variants, shuffled": _trends(variants, within_a_bucket, 1_000, shuffled),
        "season": _season_ms(),
    }


def report(figures: dict[str, float]) -> None:
    """Print the figures for people, then for programs."""
    for name, figure in figures.items():
        print(f"{name:40} {figure:8.1f} {'ms for 60 days of hours' if name == 'season' else 'us'}")
    print(json.dumps({name: round(figure, 1) for name, figure in figures.items()}))


if __name__ == "__main__":
    report(measure())
