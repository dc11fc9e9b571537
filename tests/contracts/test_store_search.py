"""Searching a store: for any query over any documents, exactly what the matcher's own evaluation says."""

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.mention import BrandView, Mention
from schemas.post import Author, Media, Place
from schemas.query.evaluate import evaluate
from schemas.query.parse import parse_query
from schemas.query.tree import And, FieldIs, Followers, Meant, Near, Node, Not, Or, Phrase, Prefix, Query
from sinks.sqlite.store import SqliteStore
from sinks.store import Store, Write
from tests.support.elastic import elastic_store
from tests.support.mentions import mention

# Few words, so that phrases meet: case, accents, sigils, apostrophes, emoji, both scripts of Chinese, an address.
PIECES = [
    "tea", "Tea", "$tea", "#TEA", "@tea", "teapot", "thé", "cup", "CUP.", "don't", "we$t", "Acme's", "愛", "爱客",
    "客美手機", "お茶", "ทดสอบ", "차", "☕", "\U0001f1f9\U0001f1fc", "http://t.co/tea", "tea-cup", "x_1", '"', "-", ",",
    "NEAR", "AND", "*",
]  # fmt: skip
WORDS = ["tea", "$tea", "#tea", "@tea", "cup", "teapot", "the", "don't", "x_1", "near", "and", *"爱客美茶お☕"]


def text(random: Random) -> str | None:
    """Return a few pieces, or no text at all."""
    return " ".join(random.choices(PIECES, k=random.randrange(1, 9))) if random.random() < 0.7 else None


def documents() -> list[Mention]:
    """Return many small documents with all kinds of texts and fields, the same each time."""
    random = Random(5)
    return [
        mention(
            str(n),
            text=text(random),
            title=text(random),
            quoted_text=text(random),
            media=[Media(kind="image", alt=text(random)) for _ in range(random.randrange(3))],
            lang=random.choice([None, "en", "zh-Hant"]),
            url=random.choice([None, "https://www.acme.example/post"]),
            place=random.choice([None, Place(country="TW")]),
            author=random.choice([None, Author(handle="ann", followers=random.choice([None, 5, 500]))]),
            brand=random.choice(["acme", "zeta"]),
            brand_views=[BrandView(id="acme", meant=meant) for meant in ((), (0.35,), (0.7, 0.2), (None, 0.9))[n % 4]],
        )
        for n in range(150)
    ]


DOCUMENTS = documents()


@pytest.fixture(scope="module", params=["sqlite", pytest.param("elastic", marks=pytest.mark.services)])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store of each kind that holds the documents."""
    kind: str = request.param
    file = tmp_path_factory.mktemp("search") / "store.db"
    with SqliteStore(file) if kind == "sqlite" else elastic_store(request) as made:
        made.write(Write(mentions=DOCUMENTS))
        yield made


words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(tuple)
several = st.lists(words, min_size=2, max_size=3, unique=True).map(tuple)
leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(Phrase, words),
    st.builds(Prefix, words),
    st.builds(Near, several, st.integers(0, 4)),
    st.builds(FieldIs, st.just("lang"), st.sampled_from(["en", "zh"])),
    st.builds(FieldIs, st.just("author"), st.sampled_from(["ann", "bob"])),
    st.builds(FieldIs, st.just("site"), st.just("acme.example")),
    st.builds(FieldIs, st.just("country"), st.just("TW")),
    st.builds(Followers, st.sampled_from([None, 10]), st.sampled_from([None, 100])),
    st.builds(Meant, st.sampled_from([None, 40]), st.sampled_from([None, 70])),
)
nodes = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


def found(store: Store, query: Query, brand: str | None = None) -> set[str]:
    """Return the native ids of what a store finds."""
    return {m.native_id for m in store.mentions(brand, query, None, None, "new", 1000)}


def expected(query: Query) -> set[str]:
    """Return the native ids of what matches."""
    return {document.native_id for document in DOCUMENTS if evaluate(query, document) is True}


@given(nodes)
def test_a_store_finds_exactly_what_matches(store: Store, root: Node) -> None:
    query = Query("", root)
    assert found(store, query) == expected(query)


@pytest.mark.parametrize(
    "written",
    [
        "tea", "$tea", "te*", "tea*", '"tea cup"', '"cup tea"~2', "愛", "爱", "愛客", "愛客美手機", '"愛 美"~1', "茶",
        "ทด*", "차", "☕", "\U0001f1f9\U0001f1fc", "don't", "tea -cup", "tea AND NOT lang:en", "NOT tea",
        "NOT followers:>10", "followers:[5 TO 10] OR lang:zh", "near", '"AND"', "THÉ", "Acme", "x_1",
    ],
)  # fmt: skip
def test_queries_as_people_write_them(store: Store, written: str) -> None:
    query = parse_query(written)
    assert found(store, query) == expected(query)
    assert expected(query), "a query that finds nothing shows nothing"


def test_a_query_is_asked_within_a_brand_a_time_and_a_limit(store: Store) -> None:
    query = parse_query("tea OR 茶")
    assert found(store, query, "acme") == {d.native_id for d in DOCUMENTS if d.brands[0].id == "acme"} & expected(query)
    few = store.mentions(None, query, None, None, "reach", 3)
    assert few == store.mentions(None, query, None, None, "reach", 1000)[:3]
    assert len(few) == 3


def test_large_and_deep_queries(store: Store) -> None:
    wide = parse_query(" OR ".join(f"w{n}" for n in range(2_000)) + " OR tea")
    assert found(store, wide) == expected(wide)
    deep = "tea"
    for n in range(48):
        deep = f"({deep} {'AND' if n % 2 else 'OR'} {'cup' if n % 2 else '爱'})"
    query = parse_query(deep)
    assert found(store, query) == expected(query)
