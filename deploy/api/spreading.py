"""How a mention spread: its deeds added up over time, thinned to what a chart can show."""

from collections import Counter
from collections.abc import Sequence

from deploy.api.shapes import Step
from schemas.engagement import Engagement
from schemas.mention import Mention
from schemas.wire import ms

MOST = 500


def steps(mention: Mention, deeds: Sequence[Engagement]) -> list[Step]:
    """Return the sums after each deed that has a time, the oldest first; of many, evenly chosen ones and the last."""
    timed = [deed for deed in deeds if deed.kind != "counts"]
    done: Counter[str] = Counter()
    reach = 0
    found: list[Step] = []
    every = max(1, -(-len(timed) // MOST))
    for number, deed in enumerate(timed, start=1):
        done[deed.kind] += 1
        if deed.kind in ("repost", "quote"):
            reach += deed.followers or 0
        if number % every == 0 or number == len(timed):
            found.append(
                Step(
                    at=deed.at, seconds=max(0.0, (ms(deed.at) - mention.published_ms) / 1000), reach=reach,
                    reposts=done["repost"], quotes=done["quote"], replies=done["reply"], likes=done["like"],
                )
            )  # fmt: skip
    return found
