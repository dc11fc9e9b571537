"""The mentions that come first by how they spread, or by whom they reach."""

from deploy.api.filters import Asked, Filters
from schemas.mention import Mention
from sinks.questions import Sort
from sinks.store import Questions
from sinks.traits import selected

_LOOKED_AT = 2_000  # of the first so many of a brand those are shown that pass the filters


def leaders(store: Questions, one: Asked, filters: Filters, sort: Sort, limit: int) -> list[Mention]:
    """Return up to `limit` mentions of a selection, best first by `sort`, ties by id.

    Originals that are known only through reposts are among them: they are what spreads.
    """
    chosen = one.selection
    query = chosen.queries[0] if chosen.queries else None
    brands = chosen.brands if filters.brand or filters.not_brand else (None,)
    found: dict[str, Mention] = {}
    for brand in brands:
        most = limit
        while True:
            looked_at = store.mentions(brand, query, chosen.start, chosen.end, sort, most)
            passing = [mention for mention in looked_at if selected(mention, chosen, counted=False)]
            if len(passing) >= limit or len(looked_at) < most or most >= _LOOKED_AT:
                break
            most = min(8 * most, _LOOKED_AT)
        found |= {mention.id: mention for mention in passing}
    return sorted(found.values(), key=lambda mention: (-_weight(mention, sort), mention.id))[:limit]


def _weight(mention: Mention, sort: Sort) -> float:
    if sort == "velocity":
        return mention.velocity.rank if mention.velocity else float("-inf")
    followers = mention.author.followers if mention.author else None
    return float("-inf") if followers is None else followers
