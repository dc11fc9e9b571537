"""What is counted of a selection, and its pages: every store answers as a plain look at all documents would."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import get_args

import pytest

from schemas.exclusions import EXCLUSIONS, exclusion, exclusions
from schemas.mention import BrandMatch, Entity, Mention
from schemas.post import Author, Place
from schemas.query.evaluate import evaluate
from schemas.query.parse import parse_query
from sinks.elastic import search as elastic_search
from sinks.selection import Cell, Dimension, Intervals, Measure, Selection, Trait, size_of
from sinks.sqlite import search as sqlite_search
from sinks.sqlite.store import SqliteStore
from sinks.store import Store, Write
from tests.support.elastic import elastic_store
from tests.support.mentions import T0, mention, stub

BRANDS = ("acme", "zeta")
HOURS = Intervals(3_600_000 * 6)
WORDS = ["tea", "$tea", "cup", "愛客", "it's", "buy", "now", "招聘", "giveaway"]
JOBS_AND_ADVERTS = exclusions(("jobs", "adverts"))


def made(random: Random, name: str, version: int) -> Mention:
    if random.random() < 0.1:
        return stub(name, version=version + 10, published_at=None)
    feeling = random.choice(["positive", "neutral", "negative", "unknown", None])
    who = random.choice(["ann", "bob", "cyd", None])
    country = random.choice([None, "TW", "de"])
    return mention(
        name,
        version=version,
        hours=random.randrange(24 * 4),  # many at the same moment
        brand=None,
        brands=[BrandMatch(id=brand, query_version="q") for brand in random.sample(BRANDS, random.randrange(1, 3))],
        text=" ".join(random.choices(WORDS, k=4)),
        kind=random.choice(["post", "reply", "repost"]),
        author=who and Author(id=who, handle=who.title(), followers=random.choice([None, 3, 1_000, 2**52])),
        language=random.choice(["en", "zh-Hant", "zh-Hans", "und"]),
        place=country and Place(country=country),
        site=random.choice([None, "a.example"]),
        sentiment=feeling and {"label": feeling, "positive": 0.2, "neutral": 0.5, "negative": 0.3},
        engagement=random.randrange(5),
        hashtags=random.sample(["tea", "Tea", "茶"], random.randrange(3)),
        handles=random.sample(["x", "y"], random.randrange(2)),
        links=random.sample(["https://a.example/", "https://b.example/"], random.randrange(3)),
        entities=[Entity(text="Roma", label=random.choice(["place", "person"]), start=0, end=4)] * random.randrange(2),
        intents=random.sample(["complaint", "question", "praise"], random.choice([0, 0, 1, 2])),
        emotion=random.choice([None, None, "joy", "anger"]),
        via=random.choice([None, None, None, "repost"]),
        source=random.choice(["test", "rss"]),
    )


def filled(store: Store) -> dict[str, Mention]:
    """Fill a store in many steps, and return what it holds in the end."""
    random, known = Random(5), dict[str, Mention]()
    for _ in range(8):
        batch = [made(random, str(random.randrange(150)), random.randrange(9)) for _ in range(60)]
        store.write(Write(mentions=batch))
        for one in batch:
            if one.id not in known or one.version > known[one.id].version:
                known[one.id] = one
    return known


@pytest.fixture(scope="module", params=["sqlite", pytest.param("elastic", marks=pytest.mark.services)])
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, dict[str, Mention]]]:
    """A store of each kind, and all that it holds."""
    path: Path = tmp_path_factory.mktemp("selections") / "store.db"
    with SqliteStore(path) if request.param == "sqlite" else elastic_store(request) as store:
        yield store, filled(store)


def keys_of(one: Mention, dimension: Dimension) -> Sequence[str | int | None]:
    several: dict[str, list[str]] = {
        "hashtag": one.hashtags, "mention": one.handles, "link": one.links,
        "entity": [f"{entity.label}:{entity.text}" for entity in one.entities], "intent": list(one.intents),
    }  # fmt: skip
    if dimension in several:
        return sorted(set(several[dimension])) or [None]
    single: dict[str, str | int | None] = {
        "time": one.published_ms - one.published_ms % HOURS.width_ms,
        "source": one.source, "language": one.language, "kind": one.kind, "site": one.site,
        "country": one.place.country.upper() if one.place and one.place.country else None,
        "sentiment": one.sentiment.label if one.sentiment else "unknown",
        "size": size_of(one.author.followers if one.author else None),
        "author": one.author.handle if one.author else None, "emotion": one.emotion,
    }  # fmt: skip
    return [single[dimension]]


def passes(trait: Trait, one: Mention) -> bool:
    found = keys_of(one, trait.dimension)
    if trait.dimension == "language":
        has = any(str(key) == value or str(key).startswith(f"{value}-") for key in found for value in trait.values)
    else:
        has = any(key in trait.values for key in found)
    return has is trait.wanted


def chosen(known: dict[str, Mention], selection: Selection, brand: str) -> list[Mention]:
    removed = selection.list_of(brand)

    def wanted(one: Mention) -> bool:
        gone = removed is not None and evaluate(removed, one) is True
        return (
            one.deleted_at is None
            and one.via != "repost"
            and any(match.id == brand for match in one.brands)
            and (selection.start is None or one.published_at is None or one.published_at >= selection.start)
            and (selection.end is None or one.published_at is None or one.published_at < selection.end)
            and all(passes(trait, one) for trait in selection.traits)
            and all(evaluate(query, one) is True for query in selection.queries)
            and not any(evaluate(query, one) is True for query in selection.counters)
            and (selection.excluded == "with" or gone is (selection.excluded == "only"))
        )

    return [one for one in known.values() if wanted(one)]


def counted(
    known: dict[str, Mention], selection: Selection, by: Sequence[Dimension], measure: Measure
) -> dict[tuple[object, ...], tuple[int, ...]]:
    groups: dict[tuple[object, ...], list[Mention]] = defaultdict(list)
    for brand in selection.brands:
        for one in chosen(known, selection, brand):
            combinations: list[tuple[object, ...]] = [(brand,)]
            for dimension in by:
                combinations = [(*before, key) for before in combinations for key in keys_of(one, dimension)]
            for keys in combinations:
                groups[keys].append(one)
        if not by:
            groups[brand,] = groups[brand,]
    told = {keys: measured(found, measure) for keys, found in groups.items()}
    return {keys: values for keys, values in told.items() if values[0] or measure != "people" or not by}


def measured(found: Sequence[Mention], measure: Measure) -> tuple[int, ...]:
    if measure == "mentions":
        return (len(found),)
    if measure == "engagement":
        return (sum(one.engagement for one in found),)
    if measure == "sentiment":
        labels = [one.sentiment.label if one.sentiment else "unknown" for one in found]
        return tuple(labels.count(label) for label in ("positive", "neutral", "negative", "unknown"))
    people: dict[str, list[int]] = defaultdict(list)
    for one in found:
        if one.author:
            followers = one.author.followers
            people[f"{one.source}:{one.author.id}"] += [] if followers is None else [min(followers, 2**40)]
    return len(people), sum(max(sizes, default=0) for sizes in people.values()), sum(not s for s in people.values())


def as_dict(cells: list[Cell]) -> dict[tuple[object, ...], tuple[int, ...]]:
    assert len({(cell.brand, *cell.keys) for cell in cells}) == len(cells)
    return {(cell.brand, *cell.keys): cell.values for cell in cells}


SELECTIONS = [
    Selection(BRANDS),
    Selection(BRANDS, T0 + timedelta(hours=20), T0 + timedelta(hours=60)),
    Selection(("acme",), traits=(Trait("language", ("zh",)), Trait("size", ("unknown", "micro"), wanted=False))),
    Selection(("zeta",), traits=(Trait("hashtag", ("tea", "茶")), Trait("sentiment", ("unknown", "negative")))),
    Selection(
        ("acme",), traits=(Trait("entity", ("place:Roma",), wanted=False), Trait("country", ("TW",), wanted=False))
    ),
    Selection(("acme",), traits=(Trait("intent", ("praise", "question")), Trait("emotion", ("joy",), wanted=False))),
    Selection(("acme",), traits=(Trait("link", ("https://a.example/",)), Trait("author", ("Ann", "Bob")))),
    Selection(BRANDS, queries=(parse_query("tea AND cup"),), counters=(parse_query("愛客"),)),
    Selection(BRANDS, queries=(parse_query('$tea OR "tea cup"~3 OR NOT author:ann'),)),
    Selection(("acme",), counters=(parse_query("$tea AND source:rss"),)),
    Selection(BRANDS, removed=(("acme", JOBS_AND_ADVERTS),)) if JOBS_AND_ADVERTS else Selection(BRANDS),
    Selection(BRANDS, removed=(("acme", exclusion("jobs")),), excluded="only"),
    Selection(BRANDS, removed=(("acme", exclusion("jobs")),), excluded="with"),
    Selection(("nobody",)),
]


@pytest.mark.parametrize("selection", SELECTIONS)
@pytest.mark.parametrize("measure", get_args(Measure))
def test_counts_are_those_of_the_documents(
    both: tuple[Store, dict[str, Mention]], selection: Selection, measure: Measure
) -> None:
    store, known = both
    for by in ((), ("time",), ("sentiment", "hashtag")):
        assert as_dict(store.count(selection, by, measure, HOURS)) == counted(known, selection, by, measure)


@pytest.mark.parametrize("one", get_args(Dimension))
def test_any_two_dimensions(both: tuple[Store, dict[str, Mention]], one: Dimension) -> None:
    store, known = both
    selection = Selection(("acme",))
    for other in get_args(Dimension):
        for measure in ("mentions", "people"):
            told = as_dict(store.count(selection, (one, other), measure, HOURS))
            assert told == counted(known, selection, (one, other), measure), (one, other, measure)
            assert told


@pytest.mark.parametrize("selection", SELECTIONS)
def test_pages_hold_each_mention_once_the_newest_first(
    both: tuple[Store, dict[str, Mention]], selection: Selection
) -> None:
    store, known = both
    every = {one.id: one for brand in selection.brands for one in chosen(known, selection, brand)}
    expected = [one.id for one in sorted(every.values(), key=lambda one: (-one.published_ms, one.id))]
    for limit in (7, 500):
        seen: list[str] = []
        after = None
        while True:
            page = store.page(selection, after, limit)
            seen += [one.id for one in page.mentions]
            assert len(page.mentions) == limit or page.after is None
            after = page.after
            if after is None:
                break
        assert seen == expected


@pytest.mark.parametrize("dimension", [name for name in get_args(Dimension) if name != "time"])
def test_a_test_and_its_opposite_divide_all(both: tuple[Store, dict[str, Mention]], dimension: Dimension) -> None:
    store, _ = both
    (everything,) = store.count(Selection(("acme",)), (), "mentions", HOURS)
    values = [cell.keys[0] for cell in store.count(Selection(("acme",)), (dimension,), "mentions", HOURS)]
    value = next(str(value) for value in values if value is not None)
    parts = [
        store.count(Selection(("acme",), traits=(Trait(dimension, (value,), wanted),)), (), "mentions", HOURS)[0].values
        for wanted in (True, False)
    ]
    assert (parts[0][0] + parts[1][0],) == everything.values
    assert all(part[0] for part in parts)


@pytest.mark.parametrize("name", EXCLUSIONS)
def test_every_store_finds_exactly_what_a_list_says(name: str) -> None:
    (listed,) = [exclusion(one) for one in EXCLUSIONS if one == name]
    assert sqlite_search.is_exact(listed)
    assert elastic_search.is_exact(listed)
