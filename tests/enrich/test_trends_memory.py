"""What trends hold in memory for a mention of the last hours: bytes, whatever the mentions say and whoever says it."""

import tracemalloc
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from enrich import near_copies
from enrich.near_copies import signature
from enrich.trends import Trends
from schemas.brand import Brand
from schemas.merge import TIE_BITS
from schemas.trend import BrandDelta, Contribution, bucket_time
from schemas.wire import from_ms
from sinks.sqlite.store import SqliteStore

T = 1_700_000_000_000
WARM, MORE = 1_500, 2_500  # what is kept for speed is full after the first
AT_MOST = 560  # bytes: 350 to 500 are of the index of near-copies

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def text(rng: Random, number: int, copies: float) -> str:
    if rng.random() < copies:
        return f"the same words as everybody has about the new acme phone {rng.choice(['', 'wow', str(number)])}"
    return " ".join("".join(rng.choices(_LETTERS, k=6)) for _ in range(12))


@pytest.mark.parametrize(("copies", "brands"), [(0.0, 1), (0.5, 2)])
def test_a_mention_takes_a_few_hundred_bytes(
    copies: float, brands: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sinks.sqlite.state._ROOM_BYTES", 100_000)  # so that it is full soon
    rng = Random(3)
    known = [Brand(name=f"b{number}", query="x") for number in range(brands)]
    with SqliteStore(tmp_path / "store.db", remembered=50) as store:
        trends = Trends(store.state(), known)

        def feed(first: int, count: int) -> None:
            for begin in range(first, first + count, 50):
                with store.transaction():
                    for number in range(begin, begin + 50):
                        at_ms = T + number * 100
                        mention = Contribution(
                            published_at=from_ms(at_ms), kind="post", author=f"did:plc:author{number % 50}",
                            signature=signature(text(rng, number, copies)), engagement=0,
                        )  # fmt: skip
                        trends.apply(
                            BrandDelta(
                                brand=known[number % brands].id, mention_id=sha256(b"%d" % number).hexdigest(),
                                version=at_ms << TIE_BITS, bucket=bucket_time(at_ms), contribution=mention,
                            )
                        )  # fmt: skip
                    trends.flush()

        tracemalloc.start()
        try:
            feed(0, WARM)
            near_copies._values.cache_clear()
            before, _ = tracemalloc.get_traced_memory()
            feed(WARM, MORE)
            near_copies._values.cache_clear()
            after, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert (after - before) / MORE < AT_MOST
