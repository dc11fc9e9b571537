import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.hashed_text import Grams, character_grams, plain, word_grams, words

BITS = 18
TEXTS = st.lists(st.text(max_size=40), min_size=1, max_size=5)


def of(grams: Grams, number: int) -> set[int]:
    return set(np.split(grams.ids, grams.starts[1:])[number].tolist())


def test_the_hash_is_the_same_everywhere() -> None:
    assert character_grams(["ab"], 2, 2, BITS).ids.tolist() == [96618, 119502, 227460]
    assert word_grams([["good", "day"]], 2, BITS).ids.tolist() == [70809, 108778, 187342]


@given(TEXTS)
def test_a_text_has_the_same_grams_alone_and_among_others(texts: list[str]) -> None:
    together = character_grams([plain(text) for text in texts], 2, 4, BITS)
    wordy = word_grams([words(plain(text), "en") for text in texts], 2, BITS)
    for number, text in enumerate(texts):
        assert of(together, number) == of(character_grams([plain(text)], 2, 4, BITS), 0)
        assert of(wordy, number) == of(word_grams([words(plain(text), "en")], 2, BITS), 0)


def test_grams_do_not_cross_from_one_text_into_the_next() -> None:
    assert of(character_grams(["aa", "bb"], 3, 3, BITS), 0).isdisjoint(of(character_grams(["aa", "bb"], 3, 3, BITS), 1))
    assert word_grams([["a"], ["b"]], 2, BITS).counts.tolist() == [1, 1]


def test_each_gram_counts_once() -> None:
    assert word_grams([["so", "so", "so"]], 1, BITS).counts.tolist() == [1]


@pytest.mark.parametrize("texts", [[""], ["", ""], ["", "a", ""]])
def test_texts_without_words(texts: list[str]) -> None:
    assert word_grams([words(text, "en") for text in texts], 2, BITS).counts.tolist() == [len(text) for text in texts]
    assert len(character_grams(texts, 2, 5, BITS).starts) == len(texts)


def test_a_negation_colours_the_words_in_its_reach() -> None:
    assert words("not a good phone , but cheap", "en") == ["not", "!a", "!good", "!phone", ",", "but", "cheap"]
    assert words("das ist nicht gut", "de")[-1] == "!gut"
    assert words("das ist nicht gut", "en")[-1] == "gut"
    assert words("it isn't bad", "en")[-1] == "!bad"


def test_emoticons_emoji_and_emphasis_are_words() -> None:
    assert words("fine :) 😍😍 !!!", "en") == ["fine", ":)", "😍", "😍", "!!!"]


def test_plain_masks_who_and_where() -> None:
    assert plain("See @Anna at https://a.example/b SOOOOOO good") == "see @user at http sooo good"
    assert plain("go\u200bod\ufeff \u202eday") == "good day"
