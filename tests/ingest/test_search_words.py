"""What of a brand query a platform's search is asked for: never less than the query means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.matcher import Matcher
from ingest.search_words import groups, quoted, search_words, wishes
from ingest.x_rules import rules
from schemas.brand import Brand
from schemas.errors import UsageError
from schemas.post import PostEvent, post_id
from schemas.text import index_text
from schemas.times import read_time

WORDS = ["acme", "phone", "kettle", "愛客美", "coca-cola", "Citroën", "#acme", "$T"]
LEAVES = st.sampled_from([*WORDS, '"acme phone"', '"acme phone"~2', "ket*", "lang:en", '"the acme" '])
QUERIES = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR"]), inner)
        | st.builds("({} AND NOT {})".format, inner, inner)
    ),
    max_leaves=6,
)
TEXTS = st.lists(st.sampled_from([*WORDS, "the", "爱客美", "kettles"]), max_size=6).map(" ".join)


def post(text: str) -> PostEvent:
    at = read_time("2024-03-01T12:00:00Z")
    return PostEvent(
        id=post_id("x", "1"),
        source="x",
        native_id="1",
        version=1,
        observed_at=at,
        published_at=at,
        text=text,
        lang="en",
    )


def has(text: str, word: str) -> bool:
    sigils = word[0] in "$#@"
    return f" {index_text(word, sigils=sigils)} " in f" {index_text(text, sigils=sigils)} "


@given(query=QUERIES, text=TEXTS)
def test_whatever_matches_has_one_of_the_words_and_meets_one_of_the_wishes(query: str, text: str) -> None:
    brand = Brand(name="Acme", query=query)
    try:
        words, wanted = search_words(brand), wishes(brand)
    except UsageError:
        return
    if Matcher([brand]).match(post(text)):
        assert any(has(text, word) for word in words)
        assert any(all(any(has(text, word) for word in need) for need in wish) for wish in wanted)


@given(query=QUERIES, longest=st.integers(64, 512))
def test_rules_are_short_enough_and_their_brackets_close(query: str, longest: int) -> None:
    try:
        made = rules([Brand(name="Acme", query=query)], longest)
    except UsageError:
        return
    assert made
    for rule in made:
        assert len(rule) <= longest
        assert rule.count("(") == rule.count(")")
        assert rule.count('"') % 2 == 0


@pytest.mark.parametrize("query", ["lang:en", "NOT acme", "acme OR lang:en", "ket*", "followers:>10"])
def test_what_can_be_true_without_a_word_cannot_be_searched_for(query: str) -> None:
    with pytest.raises(UsageError, match=r"^brand acme: .*write each alternative"):
        search_words(Brand(name="Acme", query=query))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("acme", ("acme",)),
        ('"Acme Phone" AND new', ("Acme Phone",)),
        ("愛客美", ("愛客美", "爱客美")),
        ("爱客美", ("爱客美", "愛客美")),
        ("Citroën", ("Citroën", "citroen")),
        ("coca-cola", ("coca-cola", "coca cola")),
        ("acme-pho*", ("acme",)),
        ("acme lang:en NOT job", None),
    ],
)
def test_words_are_asked_for_as_they_are_written(query: str, words: tuple[str, ...] | None) -> None:
    if words is None:
        with pytest.raises(UsageError):
            search_words(Brand(name="Acme", query=query))
    else:
        assert search_words(Brand(name="Acme", query=query)) == words


def test_words_are_shared_out_by_length_and_number() -> None:
    assert groups(["aaaa", "bbbb", "cccc"], 12, 4) == [["aaaa", "bbbb"], ["cccc"]]
    assert groups(["a", "b", "c"], 100, 4, most=2) == [["a", "b"], ["c"]]
    assert groups(["a" * 50, "b"], 10, 4) == [["a" * 50], ["b"]]
    assert [quoted(word) for word in ("acme", "a b", "愛")] == ["acme", '"a b"', '"愛"']
