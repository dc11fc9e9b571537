"""What is refused: with the caret under the place, and a hint."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import QueryError
from schemas.query.parse import parse_query


# The caret stands under the place that the second line marks.
@pytest.mark.parametrize(
    ("query", "caret", "says"),
    [
        ("/acme.*/", "^", "regular"),
        ("a /b/", "  ^", "regular"),
        ("acme^2", "    ^", "boost"),
        ("acme~", "    ^", "spellings"),
        ("acme~2", "    ^", "spellings"),
        ('"a b"~', "     ^", "number"),
        ('"a b"~2.5', "     ^", "number"),
        ('"a b"~99999', "     ^", "number"),
        ("(a b)~2", "     ^", "phrase"),
        ("*", "^", "every post"),
        ("a OR *", "     ^", "every post"),
        ("*phone", "^", "begin"),
        ("a*c", " ^", "end of a word"),
        ("ac*e*", "  ^", "end of a word"),
        ("ph?ne", "  ^", "letter"),
        ("j*", " ^", "two letters"),
        ("job-*", "    ^", "two letters"),
        ('"acme pho*"', "         ^", "inside quotes"),
        ("title:acme", "^", "field"),
        ("a OR lng:en", "     ^", "field"),
        ("lang:site:acme.com", "     ^", "field inside"),
        ("lang:(en OR site:acme.com)", "            ^", "field inside"),
        ('"lang":en', "^", "field"),
        (":en", "^", "colon"),
        ("lang:", "^", "value"),
        ("a AND lang:", "      ^", "value"),
        ("lang:-en", "^", "value"),
        ("lang:en*", "     ^", "lang"),
        ("lang:?", "     ^", "lang"),
        ("site:acme", "     ^", "site"),
        ("country:Taiwan", "        ^", "country"),
        ("followers:many", "          ^", "followers"),
        ("followers:*", "          ^", "followers"),
        ("followers:>x", "          ^", "followers"),
        ("followers:>", "          ^", "number"),
        ("followers:[1 TO", "          ^", "closed"),
        ("followers:[1 2]", "          ^", "range"),
        ("followers:[20 TO 10]", "          ^", "range"),
        ("lang:[a TO b]", "     ^", "lang"),
        ("lang:>en", "     ^", "lang"),
        ('lang:"a b"~2', "     ^", "lang"),
        ("[1 TO 2]", "^", "field"),
        (">5", "^", "field"),
        ("http://x", "^", "web address"),
        ("see https://acme.com/a", "    ^", "web address"),
        ("site:https://acme.com", "     ^", "web address"),
        ("www.acme.com", "^", "web address"),
        ('"at acme.com/phone"', "^", "web address"),
        ("", "^", "empty"),
        ("  ", "^", "empty"),
        ("(a OR b", "^", "closed"),
        ("a AND (b OR (c)", "      ^", "closed"),
        ("a)", " ^", "opened"),
        ("a OR ()", "     ^", "nothing"),
        ('"acme phone', "^", "closed"),
        ('a "b" "c', "      ^", "closed"),
        ('acme" phone', "    ^", "quote"),
        ("'acme phone'", "^", "single quote"),
        ("a AND", "  ^", "AND"),
        ("a OR", "  ^", "OR"),
        ("NOT", "^", "NOT"),
        ("a NOT", "  ^", "NOT"),
        ("(a AND) b", "   ^", "AND"),
        ("(a AND", "   ^", "AND"),
        ("AND a", "^", "AND"),
        ("a OR AND b", "     ^", "AND"),
        ("a OR (AND b)", "      ^", "AND"),
        ("a && b", "  ^", "&&"),
        ("a&&b", " ^", "&&"),
        ("a || b", "  ^", "||"),
        ("!a", "^", "!"),
        ("a !b", "  ^", "!"),
        ("a - b", "  ^", "-"),
        ("a --b", "  ^", "-"),
        ("+a b", "   ^", "+"),
        ("a OR b -c", "       ^", "OR"),
        ("a AND b -c d", "        ^", "OR"),
        ("a AND b TO", "        ^", "TO"),
        ("& OR a", "^", "letter"),
        ('a OR "..."', "     ^", "letter"),
        ("a \\", "  ^", "backslash"),
        ("（愛客 OR 手機", "^", "closed"),
        ("愛客 OR “手機", "      ^", "closed"),
    ],
)
def test_what_is_refused(query: str, caret: str, says: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(query)
    assert caught.value.at == caret.index("^")
    assert caught.value.query == query
    assert says in caught.value.problem


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("lng:en", "lang"),
        ("body:x", "author"),
        ("http://x", "site:"),
        ("a && b", "AND"),
        ("!a", "NOT"),
        ("acme~", "OR"),
    ],
)
def test_the_hint_says_what_to_write(query: str, hint: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(query)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("query", "at"),
    [
        ("(" * 1000 + "a" + ")" * 1000, 50),
        ("NOT " * 1000 + "a", 196),
        ("lang:" * 1000 + "en", 5),
        ("a " * 20_000, 20_000),
        ("-" * 100_000, 0),
        ("a:" * 50_000, 20_000),
    ],
)
def test_endless_queries_are_refused(query: str, at: int) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(query)
    assert caught.value.at == at
    assert len(str(caught.value)) < 5_000


@pytest.mark.parametrize("query", ["x" * 100_000, '"' + "a " * 49_000 + '"', "機" * 100_000, "(" * 40 + "a" + ")" * 40])
def test_long_queries_are_read(query: str) -> None:
    assert parse_query(query).text == query


WORDS = [
    "a",
    "手機",
    "$T",
    "job*",
    '"a b"',
    "lang:",
    "lang:en",
    "followers:",
    "10",
    "AND",
    "OR",
    "NOT",
    "TO",
    "http://x",
    "😀",
]
SIGNS = [
    "*",
    "\\",
    ":",
    ">",
    "<=",
    "[",
    "]",
    "}",
    "(",
    ")",
    '"',
    "~",
    "~3",
    "^2",
    "+",
    "-",
    "!",
    "/",
    "&&",
    "'",
    "“",
    "：",
    "（",
]
SPACES = [" ", " ", " ", "\n", "　", "\u200b", "\x00", "\ud800"]


def refusal(text: str) -> QueryError | None:
    """Return how a query is refused, None when it is not."""
    try:
        parse_query(text)
    except QueryError as error:
        return error
    return None


@given(st.lists(st.sampled_from(WORDS + SIGNS + SPACES), max_size=14).map("".join) | st.text(max_size=20))
def test_any_text_is_a_query_or_refused(text: str) -> None:
    error = refusal(text)
    assert error is None or (0 <= error.at <= len(text) and error.query == text)
