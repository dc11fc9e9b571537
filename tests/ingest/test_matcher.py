"""The matcher: for every brand exactly what the evaluation of its query says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.literals import literals
from ingest.matcher import Matcher
from schemas.brand import Brand
from schemas.errors import QueryError
from schemas.post import Author, Media, PostEvent
from schemas.query.evaluate import evaluate
from schemas.query.parse import parse_query
from schemas.query.subject import Subject
from schemas.wire import from_ms

AT = from_ms(1_700_000_000_000)


def post(text: str | None, **fields: object) -> PostEvent:
    return PostEvent.model_validate(
        {"id": "1", "source": "x", "native_id": "1", "version": 0, "observed_at": AT, "text": text, **fields}
    )


def brands(*queries: str) -> list[Brand]:
    return [Brand(name=f"brand {number}", query=query) for number, query in enumerate(queries)]


def matched(queries: list[str], a_post: PostEvent) -> list[int]:
    """Return the numbers of the queries that match."""
    return [int(match.id.removeprefix("brand-")) for match in Matcher(brands(*queries)).match(a_post)]


def test_brands_come_in_their_order_with_the_version_of_their_query() -> None:
    three = brands("phone", "acme", "nothing")
    found = Matcher(three).match(post("Acme makes a phone; acme!"))
    assert [(match.id, match.query_version) for match in found] == [(b.id, b.query_version) for b in three[:2]]


def test_no_brands_match_nothing() -> None:
    assert Matcher([]).match(post("acme")) == []


def test_a_deletion_is_about_no_brand() -> None:
    assert Matcher(brands("acme", "NOT acme")).match(post("acme", op="delete")) == []


def test_a_query_that_cannot_be_read_names_its_brand() -> None:
    with pytest.raises(QueryError, match="brand brand-1: ") as caught:
        Matcher(brands("fine", "acme AND"))
    assert (caught.value.query, caught.value.at) == ("acme AND", 5)


@pytest.mark.parametrize(
    ("query", "needed"),
    [
        ("acme", {" acme "}),
        ("$T", {" $t "}),
        ('"buy $T now"', {" buy t now "}),
        ("愛客", {" 爱 客 "}),
        ("job*", {" job"}),
        ("a OR bb", {" a ", " bb "}),
        ("a AND incomparable", {" incomparable "}),
        ('"acme telephone"~3', {" telephone "}),
        ("acme AND NOT job*", {" acme "}),
        ("acme AND lang:en", {" acme "}),
        ("(a OR lang:en) AND bb", {" bb "}),
        ("lang:en", None),
        ("NOT acme", None),
        ("acme OR lang:en", None),
        ("acme OR NOT b", None),
    ],
)
def test_literals_are_what_a_match_cannot_do_without(query: str, needed: set[str] | None) -> None:
    assert literals(parse_query(query).root) == needed


# Parts that overlap, share words, need the other stream, or need none.
WORD_PARTS = [
    "a",
    "b",
    "ab",
    "ab*",
    "$a",
    "#b",
    "@ab",
    "a-b",
    '"a $b"',
    '"b a"',
    '"a b"~1',
    '"$a b ab"~2',
    "愛客",
    "客a*",
    "👍",
]
FIELD_PARTS = ["lang:en", "followers:>5", "source:x", "source:y"]
queries = st.recursive(
    st.sampled_from([*WORD_PARTS, *FIELD_PARTS]),
    lambda inner: st.one_of(
        inner.map(lambda one: f"NOT ({one})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: f"({' AND '.join(some)})"),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: f"({' OR '.join(some)})"),
    ),
    max_leaves=5,
)
WORDS = ["a", "b", "ab", "abc", "$a", "#b", "@ab", "$b", "愛客", "爱", "客a", "👍", ",", "a$b", "b's", "x", "t.co/a"]
texts = st.none() | st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
posts = st.builds(
    lambda text, title, alt, lang, followers: post(
        text, title=title, lang=lang, author=Author(followers=followers), media=[Media(kind="image", alt=alt)]
    ),
    texts, texts, texts, st.sampled_from([None, "en", "zh"]), st.sampled_from([None, 3, 9]),
)  # fmt: skip


@given(st.lists(queries, max_size=8), st.lists(posts, min_size=1, max_size=4))
def test_the_matcher_says_what_the_evaluation_says(some: list[str], many: list[PostEvent]) -> None:
    matcher = Matcher(brands(*some))
    parsed = [parse_query(query) for query in some]
    for one in many:
        expected = [f"brand-{number}" for number, query in enumerate(parsed) if evaluate(query, one) is True]
        assert [match.id for match in matcher.match(one)] == expected


@given(queries, posts)
def test_no_match_is_without_its_literals(query: str, one: PostEvent) -> None:
    parsed = parse_query(query)
    needed = literals(parsed.root)
    if needed is not None and evaluate(parsed, one) is True:
        subject = Subject.of(one)
        assert any(literal in subject.bare or literal in subject.written for literal in needed)


def test_many_brands_at_once() -> None:
    queries = [f'acme{number} OR "phone {number}"' for number in range(2_000)]
    assert matched(queries, post("ACME7 beats phone 1999, not phone 20 00 or xacme5")) == [7, 20, 1999]


def test_every_copy_of_a_word_is_one_match() -> None:
    assert matched(["acme", "acme*", "$acme", "NOT acme"], post("acme " * 10_000)) == [0, 1]
