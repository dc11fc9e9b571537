"""Real retweets, of which one in a hundred was recorded: `python -m tests.bench.cascade_sample`.

Every retweet recorded says how many there were at that moment, which gives a tweet's size. The tweets of 2014 set the
simulated world (`tests.bench.cascade_population`). Of those of 2015, the retweets recorded are taken as a cascade and
forecast: a sample even in time, so that they come by the same law as all of them, but seldom two by one another. They
are few, and of tweets with a thousand retweets and more.
"""

import lzma
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import numpy as np
import orjson

from enrich.cascade import Cascade
from enrich.course import DAY_S
from enrich.outlook import virality
from tests.bench.cascade_population import SHARED, Recorded, World, simulated
from tests.bench.cascade_rows import BEGAN_MS

YEAR_2015_S = datetime(2015, 1, 1, tzinfo=UTC).timestamp()
SIZES = ((20, 100), (100, 500), (500, 2000))

Seen = list[tuple[float, int]]
"""(seconds since the tweet, retweets there were), in order."""


@dataclass(frozen=True, slots=True)
class Tweet:
    """When it was posted (seconds since 1970), and what was recorded of its retweets within a week."""

    began_s: float
    seen: Seen

    @property
    def final(self) -> int:
        """Return the most retweets that one recorded says."""
        return max(total for _, total in self.seen)


def tweets(shared: Path) -> list[Tweet]:
    """Return the retweeted tweets of the recording by the time of their post."""
    found: dict[int, tuple[float, Seen]] = {}
    with lzma.open(shared / "replay" / "stocknet-tweets" / "tweets_2014-07_2015-08.ndjson.xz") as lines:
        for line in lines:
            retweet = orjson.loads(line)
            tweet = retweet.get("retweeted_status")
            if tweet:
                began_s = _moment(tweet["created_at"])
                age_s = _moment(retweet["created_at"]) - began_s
                if 0 <= age_s <= 7 * DAY_S:
                    found.setdefault(tweet["id"], (began_s, []))[1].append((age_s, tweet["retweet_count"]))
    return sorted((Tweet(began_s, sorted(seen)) for began_s, seen in found.values()), key=lambda each: each.began_s)


def course_of(title: str, cascades: list[tuple[int, list[float]]]) -> None:
    """Print, by size, the share that came by some ages, and the deviation of log ages within and between cascades."""
    for least, most in SIZES:
        chosen = [np.array(ages) for size, ages in cascades if least <= size < most]
        every = np.concatenate(chosen)
        shares = " ".join(f"{(every <= at_s).mean():5.2f}" for at_s in (120, 600, 3600, 4 * 3600, DAY_S))
        several = [np.log(np.maximum(ages, 1)) for ages in chosen if len(ages) > 1]
        within = sum(((logs - logs.mean()) ** 2).sum() for logs in several) / sum(len(logs) - 1 for logs in several)
        means = np.array([logs.mean() for logs in several])
        between = max(means.var() - np.mean([within / len(logs) for logs in several]), 0)
        print(f"{title:10} {least:5}.. {len(chosen):5} tweets: {shares}   {within**0.5:5.2f} {between**0.5:5.2f}")


def thinned(cascades: list[Recorded], seed: int) -> list[tuple[int, list[float]]]:
    """Return the size of simulated cascades and a few of their ages, as a sample would hold."""
    dice, found = np.random.default_rng(seed), []
    for each in cascades:
        ages = np.array([at_s for at_s in each.seconds if at_s <= 7 * DAY_S])
        found.append((len(ages), ages[dice.random(len(ages)) < max(0.0133, 3 / len(ages))].tolist()))
    return found


def judge(title: str, found: list[tuple[Cascade, float, float]]) -> None:
    """Print how (cascade, age in seconds, final number) are forecast: the median error, how often the interval holds,
    how many reach the lower end, and the median error of "nothing more comes"."""
    if not found:
        print(f"{title}: none")
        return
    errors, nothing, holds, reach = [], [], [], []
    for cascade, age_s, final in found:
        outlook = virality(cascade, BEGAN_MS, BEGAN_MS + int(age_s * 1000))
        errors.append(abs(outlook.forecast.final - final) / final)
        nothing.append(1 - outlook.seen / final)
        holds.append(outlook.forecast.low <= final <= outlook.forecast.high)
        reach.append(outlook.forecast.low <= final)
    print(
        f"{title}: {len(found)} tweets, error {median(errors):.2f} (nothing {median(nothing):.2f}),"
        f" interval holds {sum(holds) / len(holds):.2f}, reach low {sum(reach) / len(reach):.2f}"
    )


def as_recorded(chosen: list[Tweet], age_s: float, fewest: int) -> list[tuple[Cascade, float, float]]:
    """Return the retweets recorded as cascades: five by the age, at least `fewest` in a week."""
    found = []
    for each in chosen:
        early = [at_s for at_s, _ in each.seen if at_s <= age_s]
        if len(early) >= 5 and len(each.seen) >= fewest:
            cascade = Cascade()
            for at_s in early:
                cascade.add_deed("reposts", BEGAN_MS + int(at_s * 1000), None)
            found.append((cascade, age_s, float(len(each.seen))))
    return found


def _moment(text: str) -> float:
    return datetime.strptime(text, "%a %b %d %H:%M:%S %z %Y").timestamp()


def main() -> None:
    """Print how near the simulated world is to 2014, and how 2015 is forecast."""
    every = tweets(SHARED)
    before = [each for each in every if each.began_s < YEAR_2015_S]
    after = [each for each in every if each.began_s >= YEAR_2015_S]
    print("shares by 2 min, 10 min, 1 h, 4 h, 1 d; deviation of log ages within and between")
    course_of("recorded", [(each.final, [at_s for at_s, _ in each.seen]) for each in before])
    course_of("simulated", thinned(simulated(1200, 5, World()), 3))
    sizes = Counter(min(len(each.seen) // 5 * 5, 20) for each in after)
    print("recorded retweets per tweet of 2015:", dict(sorted(sizes.items())))
    for age_s in (600.0, 3600.0):
        for fewest in (20, 10):
            judge(f"{age_s:5.0f} s, as recorded, {fewest} or more", as_recorded(after, age_s, fewest))


if __name__ == "__main__":
    main()
