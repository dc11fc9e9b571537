"""For each kind of alert that the lookout knows: weeks of two invented brands, in which it is to be told of once."""

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

from schemas.alert import AlertKind
from schemas.brand import Brand, KeywordRule
from schemas.trend import BrandDelta
from tests.support.outcry import DAY, START, delta, in_time

HOUR = timedelta(hours=1)
DAYS = 24
TURN = START + 20 * DAY + 9 * HOUR
"""When what is to be told of begins."""

COPIED = "m1." + "A" * 86
"""The signature of a text that is copied."""

BRANDS = (
    Brand(
        name="Acme", query="acme", group="phones",
        rules=(KeywordRule(name="battery", query="battery", at_least=5, within_h=2),),
    ),
    Brand(name="Borealis", query="borealis", group="phones"),
)  # fmt: skip


def usual(brand: str = "acme", each: timedelta = timedelta(minutes=30), days: float = DAYS) -> list[BrandDelta]:
    """Return a mention every half an hour or so, one in eight of them negative, by people whom few follow."""
    rng = Random(brand)
    return [
        delta(
            f"{brand} {n}", START + each * (n + rng.random()), brand, source="test",
            sentiment=rng.choices(["negative", "neutral", "positive"], [1, 5, 2])[0], followers=rng.randrange(3_000),
        )
        for n in range(round(days * DAY / each))
    ]  # fmt: skip


def more(
    name: str, size: int, hours: float, brand: str = "acme", after: timedelta = 0 * HOUR, **fields: Any
) -> list[BrandDelta]:
    """Return so many mentions evenly over some hours, from `TURN` on."""
    step = hours * HOUR / size
    return [delta(f"{name} {n}", TURN + after + n * step, brand, source="test", **fields) for n in range(size)]


def sentiment_turn() -> list[BrandDelta]:
    """From one hour on two of three mentions are negative, as many as ever."""
    rng = Random(5)

    def turned(one: BrandDelta) -> BrandDelta:
        known = one.contribution
        assert known is not None
        if not TURN <= known.published_at < TURN + 30 * HOUR or one.brand != "acme" or rng.random() > 0.66:
            return one
        return one.replace(contribution=known.replace(sentiment="negative"))

    return [turned(one) for one in everyday()]


def share_of_voice() -> list[BrandDelta]:
    """For a day and a half four times as much is said of one of the two."""
    return in_time(everyday(), more("talk", 330, 36))


def great_reach() -> list[BrandDelta]:
    """Somebody whom half a million follow speaks, and again an hour later."""
    return in_time(everyday(), more("star", 2, 2, followers=500_000, author="test:star"))


def keyword_rule() -> list[BrandDelta]:
    """Twelve mentions within an hour meet a rule."""
    return in_time(everyday(), more("fire", 12, 1, rules=["battery"]))


def source_silent() -> list[BrandDelta]:
    """For a day and a half nothing comes from a source, while others go on."""
    elsewhere = [
        one.replace(
            mention_id=f"other {one.mention_id}",
            contribution=one.contribution and one.contribution.replace(source="other", author=None),
        )
        for one in usual("acme", timedelta(minutes=50))
    ]
    heard = [one for one in usual() if not TURN <= one.contribution.published_at < TURN + 36 * HOUR]  # type: ignore[union-attr]
    return in_time(heard, elsewhere, usual("borealis"))


def copied(
    name: str = "copy", size: int = 80, hours: float = 1, after: timedelta = 0 * HOUR, each: int = 1, **fields: Any
) -> list[BrandDelta]:
    """Return so many near-copies of one text, by default by accounts that nobody follows; `each` of them by one."""
    given = {"source": "test", "signature": COPIED, "followers": 3, **fields}
    return [
        delta(f"{name} {n}", TURN + after + n * hours * HOUR / size, **{"author": f"test:{name} {n // each}", **given})
        for n in range(size)
    ]


def bought_amplification() -> list[BrandDelta]:
    """Within an hour eighty accounts that nobody follows post one text."""
    return in_time(everyday(), copied())


def everyday() -> list[BrandDelta]:
    """Return weeks in which nothing happens."""
    return in_time(usual(), usual("borealis"))


STORIES: dict[AlertKind, Callable[[], list[BrandDelta]]] = {
    "sentiment_turn": sentiment_turn,
    "share_of_voice": share_of_voice,
    "great_reach": great_reach,
    "bought_amplification": bought_amplification,
    "keyword_rule": keyword_rule,
    "source_silent": source_silent,
}
"""The story of each kind. A new kind adds its own."""
