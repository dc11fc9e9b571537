"""Folding: one form for the same letters, and the way back to the original."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.text import Folded, fold

TEXTS = st.text(
    st.sampled_from("aAéÉßİıſŉǅΣςйЁ愛乾苧薴ガｶﾞがか\u3099\u309a한\u1112\u1161\u11ab\u0301\u0345\u0327ﬁ㍿ﷺ½…™👍🏽🇹")
    | st.characters(),
    max_size=30,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ACME Straße", "acme strasse"),
        ("Ａｃｍｅ　１２３（！）", "acme 123(!)"),
        ("ﬁn ①② ㍿", "fin 12 株式会社"),
        ("Café cafe\u0301 Đồng ŁÓDŹ", "cafe cafe dong lodz"),
        ("İstanbul ISTANBUL ıstanbul", "istanbul istanbul istanbul"),
        ("ΣΑΣ σας", "σασ σασ"),
        ("愛客美手機 乾隆", "爱客美手机 干隆"),
        ("ガ ｶﾞ カ\u3099 カ", "ガ ガ ガ カ"),
        ("한국 " + unicodedata.normalize("NFD", "한국"), "한국 한국"),
        ("don’t don‘t donʼt don´t don＇t", "don't don't don't don't don't"),
        ("Acme™", "acme "),
        ("👍🏽 ❤️ a\u200db\u00adc", "👍 ❤ abc"),
    ],
)
def test_one_form_for_the_same_letters(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXTS)
def test_composed_and_decomposed_text_is_the_same(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def test_traditional_chinese_keeps_its_offsets() -> None:
    text = "我在臺灣買了愛客美的手機,發現電池後來壞了"
    assert len(fold(text)) == len(text)
    assert [Folded(text).span(at, at + 1) for at in range(len(text))] == [(at, at + 1) for at in range(len(text))]


@pytest.mark.parametrize(
    ("text", "word", "original"),
    [
        ("the ACME phone", "acme", "ACME"),
        ("ein Straßenﬁlm", "strassenfilm", "Straßenﬁlm"),
        ("un cafe\u0301 noir", "cafe", "cafe\u0301"),
        ("新しいｶﾞﾑです", "ガム", "ｶﾞﾑ"),
        ("von der ㍿ gekauft", "会社", "㍿"),
        ("x " + unicodedata.normalize("NFD", "한국") + " y", "한국", unicodedata.normalize("NFD", "한국")),
        ("ok 👍🏽!", "👍", "👍🏽"),
        ("愛客 don’t", "don't", "don’t"),
    ],
)
def test_a_place_in_the_folded_text_is_found_in_the_original(text: str, word: str, original: str) -> None:
    folded = Folded(text)
    at = folded.text.index(word)
    start, end = folded.span(at, at + len(word))
    assert text[start:end] == original


@given(TEXTS)
def test_every_place_leads_back(text: str) -> None:
    folded = Folded(text)
    spans = [folded.span(at, at + 1) for at in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    for at, (start, end) in enumerate(spans):
        assert folded.text[at] in fold(text[start:end])
