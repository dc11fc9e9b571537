"""The words of a text: the rules, one by one, and that every analyzer that splits at spaces sees the same ones."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.text import FTS5_TOKENIZER, fold, has_address, index_text, is_spaceless, tokens

# Characters that the rules speak of, so that random texts meet them.
TRICKY = st.text(
    st.sampled_from("abAZst09_ '’$#@.-/:\n\t!éß愛爱機手かガｶﾞ한กิहि😀👍🏽\u200d\ufe0f\u0301\u3099🇹🇼™＃ｗ，。")
    | st.characters(),
    max_size=40,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Buy the ACME phone, now!", "buy the acme phone now"),
        ("snake_case x2 1,000.50", "snake_case x2 1 000 50"),
        ("coca-cola at acme.com, by mail: help@acme.com", "coca cola at acme com by mail help acme com"),
        ("we$t coa$t ma$$ive", "we$t coa$t ma$$ive"),
        ("US$5", "us 5"),
        ("don’t don't L'Oréal", "don't don't l'oreal"),
        ("Acme's and Acme’s phones' price, it's", "acme and acme phones price it"),
        ("'quoted' $", "quoted"),
        ("Café Ørsted Łódź Straße ﬁn ＡＣＭＥ １２", "cafe orsted lodz strasse fin acme 12"),
        ("Acme™ Acme® 𝗔𝗰𝗺𝗲", "acme acme acme"),
        ("愛客美手機", "爱 客 美 手 机"),
        ("iPhone手機12", "iphone 手 机 12"),
        ("サムスンの新しいｽﾏﾎ", "サ ム ス ン の 新 し い ス マ ホ"),
        ("電話、スマホ。", "电 话 ス マ ホ"),
        ("한국어 휴대폰", "한국어 휴대폰"),
        ("กาแฟดี", "ก า แ ฟ ดี"),
        ("हिन्दी में", "हिन्दी में"),
        ("مُحَمَّد عربي", "محمد عربي"),
        ("ac\u00adme ac\u200dme", "acme acme"),
        ("good👍🏽job ❤️ 👨‍👩‍👧 🇹🇼🇯🇵", "good 👍 job ❤ 👨 👩 👧 🇹🇼 🇯🇵"),
        ("see https://t.co/T and t.co/T or www.T.com, HTTP://T.com", "see and or"),
        ("（https://acme.com/a）acme 看https://t.cn/abc很好", "acme 看 很 好"),
        ("and/or 24/7 pic.twitter.com/x", "and or 24 7"),
        ("", ""),
        (" \n。", ""),
    ],
)  # fmt: skip
def test_the_words_of_a_text(text: str, words: str) -> None:
    assert index_text(text) == words


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("T $T #T @T", "t $t #t @t"),
        ("$$T #$T ($T) .@T", "$t $t $t @t"),
        ("a@T a#T 1$T", "a t a t 1 t"),
        ("S#$T S$$T, S@#$T", "s t s$$t s t"),
        ("a$t", "a$t"),
        ("$ T # T", "t t"),
        ("我愛#華為#手機 ＃タグ ＄T", "我 爱 #华 为 #手 机 #タ グ $t"),
        ("#👍 $", "👍"),
        ("$AAPL's", "$aapl"),
    ],
)
def test_sigils_belong_to_the_word_only_when_asked_for(text: str, written: str) -> None:
    assert index_text(text, sigils=True) == written
    assert index_text(text) == " ".join(word.lstrip("$#@") for word in written.split())


@given(TRICKY)
def test_both_streams_have_the_same_positions(text: str) -> None:
    bare, written = index_text(text).split(), index_text(text, sigils=True).split()
    assert bare == [word.lstrip("$#@") for word in written]


@given(TRICKY)
def test_tokens_are_the_words_with_their_places(text: str) -> None:
    folded = fold(text)
    found = list(tokens(folded))
    assert [token.word for token in found] == index_text(text).split(" ") or not found
    assert [token.written for token in found] == [folded[token.start : token.end] for token in found]


@given(TRICKY)
def test_indexing_words_again_changes_nothing(text: str) -> None:
    words = index_text(text)
    assert index_text(words) == words


@given(TRICKY)
def test_a_query_finds_the_words_that_stand_alone(text: str) -> None:
    for word in index_text(text, sigils=True).split():
        assert index_text(word, sigils=True) == word


def test_no_word_is_longer_than_elasticsearch_takes() -> None:
    text = "x" * 1000 + " " + f"{'y' * 80}$$$" * 20 + "'".join(["z" * 60] * 9)
    words = index_text(text).split()
    assert max(map(len, words)) <= 255
    assert "".join(words).count("x") == 1000


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_read_like_any_other_text(text: str) -> None:
    assert index_text(f"{text} 愛", sigils=True).split() == [*index_text(text, sigils=True).split(), "爱"]


def test_addresses_and_spaceless_words_are_recognised() -> None:
    assert has_address("see HTTPS://acme.com")
    assert has_address("acme.com/phone")
    assert not has_address("acme.com and/or")
    assert is_spaceless("机")
    assert is_spaceless("ดี")
    assert not is_spaceless("机机")
    assert not is_spaceless("a")
    assert not is_spaceless("한")


@pytest.fixture(scope="module")
def fts5() -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.execute(f'CREATE VIRTUAL TABLE texts USING fts5(words, tokenize="{FTS5_TOKENIZER}")')
    database.execute("CREATE VIRTUAL TABLE seen USING fts5vocab(texts, instance)")
    return database


@given(TRICKY)
def test_fts5_sees_exactly_these_words(fts5: sqlite3.Connection, text: str) -> None:
    words = index_text(text, sigils=True)
    fts5.execute("DELETE FROM texts")
    fts5.execute("INSERT INTO texts VALUES (?)", (words,))
    seen = fts5.execute("SELECT term FROM seen ORDER BY offset").fetchall()
    assert [term for (term,) in seen] == words.split()
