"""Recorded volumes: tweets about listed companies per five minutes, and such with recorded Weibo cascades laid in.

What is chosen on and what is judged on have nothing in common: the tweets of the first half of the time, about every
other company, with the earlier cascades; and the tweets of the second half, about the others, with the later cascades.
"""

from collections import defaultdict
from math import exp, log
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from ingest.matcher import Matcher
from ingest.recording import open_recording
from ingest.source import source
from schemas.post import PostEvent
from schemas.settings import load
from schemas.wire import ms
from tests.bench.cascade_population import weibo
from tests.bench.spike_series import BUCKETS, UNSCORED, Series, Volumes, onsets_apart
from tests.support.companies import write_brands

WIDTH_S = 300

Moments = dict[str, list[float]]
"""The seconds (since 1970) of the mentions of each brand, in order."""


def mentions(shared: Path) -> Moments:
    """Return when each company was mentioned, as the matcher finds it."""
    with TemporaryDirectory() as folder:
        brands = load(None, write_brands(Path(folder) / "brands.toml")).brands
    matcher, reader, found = Matcher(brands), source("x-v1.1"), defaultdict[str, list[float]](list)
    with open_recording(shared / "replay" / "stocknet-tweets" / "tweets_2014-07_2015-08.ndjson.xz") as recording:
        for record in reader.records(recording):
            for post in reader.parse(record):
                if isinstance(post, PostEvent) and post.published_at is not None:
                    for brand in matcher.match(post):
                        found[brand.id].append(ms(post.published_at) / 1000)
    return {brand: sorted(times) for brand, times in sorted(found.items())}


def volumes(moments: list[float], start_s: float, buckets: int) -> Volumes:
    """Return how many there were in each five minutes from a moment on."""
    places = (np.array(moments) - start_s) // WIDTH_S
    places = places[(places >= 0) & (places < buckets)].astype(np.int64)
    return np.bincount(places, minlength=buckets).astype(np.float64)


def mixed(shared: Path, heard: Moments, number: int, half: int) -> list[Series]:
    """Return series of the first (0) or the second (1) half: some brands together, with cascades as their events."""
    cascades = [cascade.seconds for cascade in weibo(shared)]
    cascades = cascades[: len(cascades) // 2] if half == 0 else cascades[len(cascades) // 2 :]
    brands = list(heard)[half::2]
    every = [at for brand in brands for at in heard[brand]]
    first, last = min(every), max(every)
    middle = (first + last) / 2
    found = []
    for seed in range(number):
        random = np.random.default_rng(10_000 * (half + 1) + seed)
        some = random.choice(brands, size=int(exp(random.uniform(0, log(30)))), replace=False)
        low, high = (first, middle) if half == 0 else (middle, last)
        start = random.uniform(low, high - BUCKETS * WIDTH_S) // 86_400 * 86_400
        base = volumes([at for brand in some for at in heard[brand]], start, BUCKETS)
        if random.random() < 0.5:  # a louder world: each tweet stands for several
            mean = exp(random.uniform(0.5, log(60)))
            base = np.where(base > 0, random.negative_binomial(np.maximum(base, 1) * 1.5, 1.5 / (1.5 + mean)), 0.0)
        found.append(_with_events(random, base, cascades))
    return found


def _with_events(random: np.random.Generator, base: Volumes, cascades: list[list[float]]) -> Series:
    small = [cascade for cascade in cascades if len(cascade) < 200]
    large = [cascade for cascade in cascades if len(cascade) >= 80]
    for _ in range(random.integers(0, 10)):  # unlabelled, thinned
        seconds = np.array(small[random.integers(len(small))])
        kept = seconds[random.random(len(seconds)) < random.uniform(0.05, 0.4)]
        base += volumes(list(kept + WIDTH_S * random.integers(BUCKETS)), 0, BUCKETS)
    loud = float(np.sort(base)[-20:].mean())
    onsets, width = onsets_apart(random)
    windows: list[tuple[int, int]] = []
    for onset in onsets:
        course = volumes(large[random.integers(len(large))], 0, BUCKETS)
        added = random.poisson(course / course.max() * max(random.uniform(0.6, 4) * loud, 8))[: BUCKETS - onset]
        base[onset : onset + len(added)] += added
        peak, start = int(np.argmax(added)), int(np.argmax(added >= max(2, 0.1 * added.max())))
        centre = min(onset + (peak if random.random() < 0.7 else start), BUCKETS - width // 2 - 1)
        if not windows or centre - width // 2 >= windows[-1][1]:
            windows.append((max(int(UNSCORED * BUCKETS), centre - width // 2), centre - width // 2 + width))
    return Series(base, windows)
