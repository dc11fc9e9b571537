"""A query of many brands at once, and authors of long and short times: the answers are those of a plain look."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from schemas.brand import Brand
from schemas.exclusions import exclusions
from schemas.mention import BrandMatch, Mention
from schemas.query.parse import parse_query
from sinks.selection import Dimension, Intervals, Place, Selection
from sinks.sqlite import proposals
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from sinks.traits import selected
from tests.support.mentions import T0, author, mention

BRANDS = tuple(f"brand{n}" for n in range(12))
JOBS = exclusions(("jobs",))


def made(random: Random, number: int) -> Mention:
    return mention(
        f"m{number}", hours=random.randrange(24 * 40), brand=None, author=author(random.choice(["ann", "bob", "cyd"])),
        brands=[BrandMatch(id=name, query_version="q") for name in random.sample(BRANDS, random.randrange(1, 3))],
        text=" ".join(random.choices(["tea", "$tea", "cup", "we are hiring"], k=3)),
        language=random.choice(["en", "zh-Hant"]), via=random.choice([None, None, "repost"]),
    )  # fmt: skip


@pytest.fixture(scope="module")
def mentions() -> list[Mention]:
    random = Random(9)
    return [made(random, number) for number in range(300)]


@pytest.fixture(scope="module")
def store(mentions: list[Mention], tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqliteStore]:
    path: Path = tmp_path_factory.mktemp("many") / "store.db"
    with SqliteStore(path) as made_one:
        made_one.write(Write(mentions=mentions))
        made_one.save_brands(Brand(id=name, name=name, query="tea") for name in BRANDS)
        yield made_one


@pytest.mark.parametrize("looked_up", [0, 20_000])
@pytest.mark.parametrize("written", ["tea", "$tea", "tea AND NOT cup", "cup AND hiring", "nowhere"])
@pytest.mark.parametrize("excluded", ["with", "without"])
def test_a_query_of_many_brands_has_the_pages_of_a_plain_look(
    store: SqliteStore, mentions: list[Mention], monkeypatch: pytest.MonkeyPatch, looked_up: int, written: str,
    excluded: str,
) -> None:  # fmt: skip
    monkeypatch.setattr(proposals, "_LOOKED_UP", looked_up)
    removed = tuple((name, JOBS) for name in BRANDS if JOBS) if excluded == "without" else ()
    asked = Selection(
        BRANDS[:10], T0 + timedelta(days=1), T0 + timedelta(days=35), queries=(parse_query(written),), removed=removed
    )
    assert proposals.proposed(store._database, asked, None) is not None
    pages: list[Mention] = []
    place: Place | None = None
    while True:
        page = store.page(asked, place, 7)
        pages += page.mentions
        place = page.after
        if place is None:
            break
    plain = sorted((m for m in mentions if selected(m, asked)), key=lambda m: (-m.published_ms, m.id))
    assert [one.id for one in pages] == [one.id for one in plain]


@pytest.mark.parametrize("hours", [1, 24 * 3, 24 * 41])
@pytest.mark.parametrize("by", [(), ("language",), ("size",), ("author",)])
def test_authors_of_a_long_and_of_a_short_time_are_counted_alike(
    store: SqliteStore, mentions: list[Mention], hours: int, by: tuple[Dimension, ...]
) -> None:
    asked = Selection(("brand1",), T0, T0 + timedelta(hours=hours))
    cells = store.count(asked, by, "people", Intervals(86_400_000))
    chosen = [one for one in mentions if selected(one, asked)]
    people = {(one.author.id, one.language if by == ("language",) else "") for one in chosen if one.author}
    assert sum(cell.values[0] for cell in cells) == len(people)
    named = {one.author.id for one in mentions if one.author}
    assert all(store.mentions_of("test", who) for who in named if who)
