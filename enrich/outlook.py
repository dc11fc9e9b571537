"""The outlook of a mention: whether its cascade still grows, and how large it will be."""

from dataclasses import dataclass

from enrich.attention import DEFAULT, Attention
from enrich.cascade import Cascade
from enrich.course import points, reaches
from enrich.forecast import HORIZON_S, USUAL, Forecast, forecast
from enrich.infectiousness import Kernel, Reproduction, reproduction


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many reshares were seen, R (None below five of them), the forecast, and whether the cascade still grows."""

    seen: float
    reproduction: Reproduction | None
    forecast: Forecast

    @property
    def supercritical(self) -> bool:
        """Say whether each reshare brings at least one more. The forecast is finite all the same."""
        return self.reproduction is not None and self.reproduction.r >= 1


def virality(
    cascade: Cascade,
    published_ms: int,
    as_of_ms: int,
    source: str = USUAL,
    *,
    author_followers: int | None = None,
    attention: Attention = DEFAULT,
    horizon_s: float = HORIZON_S,
) -> Outlook:
    """Return the outlook of a mention as of a moment, from its reposts and the totals observed of them.

    Pure: the same cascade gives the same outlook. `attention` is what was learned of the source
    (`enrich.attention.Ages`), the horizon counts from the post. What the cascade holds of later than `as_of_ms` is left
    out, as far as its bins can tell.
    """
    course = points(cascade, published_ms, as_of_ms)
    age_s = max((as_of_ms - published_ms) / 1000, 0.0)
    kernel = Kernel.of(attention)
    told = reaches(cascade, published_ms, as_of_ms)
    if told is None:
        spread = reproduction(course, age_s, kernel)
    else:
        deeds, reach = told
        spread = reproduction(deeds, age_s, kernel, [_author_reach(author_followers, deeds, reach), *reach])
    return Outlook(
        seen=sum(number for _, number in course),
        reproduction=spread,
        forecast=forecast(course, age_s, horizon_s, source=source, attention=attention),
    )


def _author_reach(followers: int | None, deeds: list[tuple[float, float]], reach: list[float]) -> float:
    """Return whom the post itself reached; as many as a repost where the source does not say."""
    if followers is not None:
        return float(followers)
    seen = sum(number for _, number in deeds)
    return sum(number * each for (_, number), each in zip(deeds, reach, strict=True)) / seen if seen else 1.0
