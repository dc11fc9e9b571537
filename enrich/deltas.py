"""What a change of one mention's document changes in the trends of its brands."""

import re
from datetime import datetime

from enrich.keyword_rules import KeywordRules
from schemas.mention import Mention
from schemas.post import Author
from schemas.trend import BrandDelta, Contribution, bucket_time
from schemas.wire import from_ms, ms

SPREADING = 20
"""From so many reshares on, a contribution says how its mention spreads."""

_CASHTAG = re.compile(r"(?<![\w$])\$[a-z][a-z.]{0,5}(?!\w)", re.IGNORECASE)
_LIST = 4  # companies: who names so many by their signs lists them, or wants to be found under each

_MOST_FOLLOWERS = 2**40  # more than there are people: the sum over a million authors still fits into 64 bits


def deltas(before: Mention | None, after: Mention, rules: KeywordRules | None = None) -> list[BrandDelta]:
    """Return what leads a brand's trends from one document of a mention to a later one, by brand id.

    A brand that no longer matches, a deletion and a move to another bucket withdraw what was contributed; a brand whose
    contribution stays the same gets nothing. `rules` are the brands' own.
    """
    old = _contributions(before, rules) if before is not None else {}
    new = _contributions(after, rules)
    found = []
    for brand in sorted(old.keys() | new.keys()):
        was, now = old.get(brand), new.get(brand)
        if was == now:
            continue
        if was is not None and (now is None or _bucket(was) != _bucket(now)):
            found.append(_delta(brand, after, _bucket(was), None))
        if now is not None:
            found.append(_delta(brand, after, _bucket(now), now))
    return found


def _contributions(mention: Mention, rules: KeywordRules | None) -> dict[str, Contribution]:
    """Return by brand what the mention adds; nothing when it was deleted or withdrawn."""
    if mention.deleted_at is not None or not mention.brands:
        return {}
    author = mention.author or Author()
    name = author.id or author.handle or author.name
    told, virality = (mention.counts and mention.counts.reposts) or 0, mention.virality
    reshares = max(told, virality.seen) if virality is not None else told
    contribution = Contribution.trusted(
        {
            "published_at": from_ms(mention.published_ms),
            "kind": mention.kind,
            "counted": mention.via != "repost",
            "sentiment": mention.sentiment.label if mention.sentiment else "unknown",
            "source": mention.source,
            "author": f"{mention.source}:{name}" if name else None,
            "followers": author.followers if author.followers is None else min(author.followers, _MOST_FOLLOWERS),
            "engagement": mention.engagement,
            "signature": mention.signature,
            "rules": None,
            "reshares": reshares if reshares >= SPREADING else None,
            "virality": virality if reshares >= SPREADING else None,
            "listed": True if _lists(mention) else None,
        }
    )
    met = rules.met(mention) if rules is not None else {}
    found = {}
    for match in mention.brands:
        own: dict[str, object] = {"rules": met[match.id]} if match.id in met else {}
        if mention.brand_views:
            own["sentiment"] = mention.felt_towards(match.id)
            if not mention.counts_for(match.id):  # nor does any alert go by it
                own |= {"counted": False, "rules": None, "reshares": None, "virality": None}
        found[match.id] = contribution.replace(**own) if own else contribution
    return found


def _lists(mention: Mention) -> bool:
    return len({found.lower() for found in _CASHTAG.findall(mention.text or "")}) >= _LIST


def _bucket(contribution: Contribution) -> datetime:
    return bucket_time(ms(contribution.published_at))


def _delta(brand: str, after: Mention, bucket: datetime, contribution: Contribution | None) -> BrandDelta:
    return BrandDelta.trusted(
        {
            "schema_version": 1,
            "brand": brand,
            "mention_id": after.id,
            "version": after.version,
            "bucket": bucket,
            "contribution": contribution,
            "lane": None,
            "clock": None,
            "history": False,
        }
    )
