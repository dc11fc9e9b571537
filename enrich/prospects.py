"""The prospects of a mention, as its document tells them: R, the forecast, and how organic its engagement looks.

What was learned of a source's attention (`enrich.attention.Ages`) takes no part: documents made earlier would have been
made from less, and the same facts must give the same document. The shipped law and models adapt to the cascade alone.
"""

from enrich.cascade import Cascade
from enrich.infectiousness import FEWEST
from enrich.organic import LIKED, organic
from enrich.outlook import virality
from schemas.mention import Signs, Virality
from schemas.wire import from_ms

_SIGNS = dict.fromkeys(Signs.model_fields)


def prospects(cascade: Cascade, published_ms: int, source: str, author_followers: int | None) -> Virality | None:
    """Return what is to be expected of a mention as of the newest event of its cascade, None where too little is known.

    That is below five reshares, and where all that is known is one total: it says nothing of its course. Pure; numbers
    are cut to six significant digits, so that they are equal on every machine.
    """
    if not _has_course(cascade):
        return None
    found = virality(cascade, published_ms, cascade.newest_ms, source, author_followers=author_followers)
    if found.reproduction is None:
        return None
    r, r_low, r_high = (
        float(f"{number:.6g}") for number in (found.reproduction.r, found.reproduction.low, found.reproduction.high)
    )
    judged = organic(cascade, liked=source in LIKED)
    return Virality.trusted(
        {
            "seen": round(found.seen),
            "r": r,
            "r_low": r_low,
            "r_high": r_high,
            "supercritical": r >= 1,
            "forecast": round(found.forecast.final),
            "low": found.forecast.low,
            "high": found.forecast.high,
            "organic": judged.score if judged.signs else None,
            "signs": Signs.trusted({**_SIGNS, **judged.signs}) if judged.signs else None,
            "as_of": from_ms(cascade.newest_ms),
        }
    )


def _has_course(cascade: Cascade) -> bool:
    """Say whether five reshares were told one by one, or their total more than once. Most mentions end here."""
    totals = cascade.totals.get("reposts", {})
    if len(totals) > 1 and max(total for _, total in totals.values()) >= FEWEST:
        return True
    return len(cascade.deeds) > 0 and cascade.seen("reposts") >= FEWEST
