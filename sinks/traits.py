"""What a single document has of the dimensions, and whether it is selected: for what no store has to be asked."""

from collections.abc import Sequence

from schemas.mention import Mention
from schemas.query.evaluate import evaluate
from sinks.selection import Dimension, Selection, Trait, size_of


def selected(mention: Mention, selection: Selection, *, counted: bool = True) -> bool:
    """Say whether a mention is one of a selection; not `counted`: also an original known only through reposts."""
    if (counted and not mention.is_counted) or not _in_time(mention, selection):
        return False
    if not all(has(mention, trait) for trait in selection.traits):
        return False
    if not all(evaluate(query, mention) is True for query in selection.queries):
        return False
    if any(evaluate(query, mention) is True for query in selection.counters):
        return False
    ours = {match.id for match in mention.brands} & set(selection.brands)
    if selection.excluded == "with":
        return bool(ours)
    return any(_is_removed(mention, selection, brand) is (selection.excluded == "only") for brand in ours)


def has(mention: Mention, trait: Trait) -> bool:
    """Say whether a mention has a trait."""
    found = _values(mention, trait.dimension)
    if trait.dimension == "language":
        matches = any(one == value or one.startswith(f"{value}-") for one in found for value in trait.values)
    else:
        matches = not set(found).isdisjoint(trait.values)
    return matches is trait.wanted


def _in_time(mention: Mention, selection: Selection) -> bool:
    at, start, end = mention.published_ms, selection.start_ms, selection.end_ms
    return (start is None or at >= start) and (end is None or at < end)


def _is_removed(mention: Mention, selection: Selection, brand: str) -> bool:
    removed = selection.list_of(brand)
    return removed is not None and evaluate(removed, mention) is True


def _values(mention: Mention, dimension: Dimension) -> Sequence[str]:
    several: dict[Dimension, Sequence[str]] = {
        "hashtag": mention.hashtags,
        "mention": mention.handles,
        "link": mention.links,
        "intent": mention.intents,
    }
    if dimension in several:
        return several[dimension]
    if dimension == "entity":
        return [f"{entity.label}:{entity.name or entity.text}" for entity in mention.entities]
    author = mention.author
    if dimension == "author":
        name = (author.handle or author.name or author.id) if author else None
        return [name, f"{mention.source}:{author.id or name}"] if author and name else []
    single = {
        "source": mention.source,
        "language": mention.language,
        "country": mention.place.country.upper() if mention.place and mention.place.country else None,
        "kind": mention.kind,
        "sentiment": mention.sentiment.label if mention.sentiment else "unknown",
        "size": size_of(author.followers if author else None),
        "site": mention.site,
        "emotion": mention.emotion,
    }
    value = single.get(dimension)
    return [] if value is None else [value]
