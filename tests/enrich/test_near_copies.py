import subprocess
import sys
from itertools import combinations
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.near_copies import bands, signature, similar

POST = "The battery of the new Acme phone died on me after a single hour"
CHINESE = "愛客美新手機的電池只用了一個小時就沒電了真的很失望"


def signed(text: str) -> str:
    result = signature(text)
    assert result is not None
    return result


@pytest.mark.parametrize(
    "copy",
    [
        f"RT @anna: {POST}",
        f"RT @bob: RT @anna: {POST} https://t.co/abc",
        f"{POST.upper()}!!!",
        f"{POST} #fail #AcmePhone https://acme.example/x @acme",
        f'"{POST}" via @anna',
        POST.replace(" ", "  ").replace("battery", "battéry"),
        f"😡😡 {POST} 😡",
    ],
)
def test_what_a_copy_adds_does_not_count(copy: str) -> None:
    assert signature(copy) == signature(POST)


@pytest.mark.parametrize(
    "copy",
    [
        "爱客美新手机的电池只用了一个小时就没电了真的很失望",
        f"//@某人: {CHINESE}。http://t.example/abc",
        f"轉發 @某人 {CHINESE} #愛客美#",
    ],
)
def test_a_chinese_copy(copy: str) -> None:
    assert signature(copy) == signature(CHINESE)


def test_one_word_in_ten_may_change() -> None:
    assert similar(signed(POST), signed(POST.replace("single", "short")))
    assert similar(signed(CHINESE), signed(CHINESE.replace("失望", "生氣")))
    assert similar(signed(POST), signed("RT @a_long_name: " + POST[:58] + "…"))


def test_unrelated_texts_are_no_copies() -> None:
    others = ["Our quarterly results will be published on Monday before the market opens", CHINESE, "one two three"]
    for one, other in combinations([POST, *others], 2):
        assert not similar(signed(one), signed(other))


@pytest.mark.parametrize(
    "text", ["", "so good", "RT @anna: so good https://t.co/a", "很好用的手機", "#a #b #c #d", "ha ha ha ha"]
)
def test_a_short_text_has_no_signature(text: str) -> None:
    assert signature(text) is None


def test_a_signature_is_the_same_for_ever() -> None:
    # Documents and trends keep it: a change here needs a new name of the scheme.
    expected = "m1.DjFW8drU24eCnieVXKmJslWc6Z7U9m3yodVbvAWdAGqISV2_cGlHLZwmH1TVqnZRIh5wSSxdd7c5_Am2kNSWSA"
    assert signature(POST) == expected


def test_a_signature_is_the_same_in_another_process(root: Path) -> None:
    code = f"from enrich.near_copies import signature; print(signature({POST!r}))"
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == signature(POST)


def synthetic_pairs(words: int, changed: int, pairs: int) -> list[tuple[str, str]]:
    """Texts of invented words, and the same with so many words replaced by others."""
    chance = Random(words)
    made = []
    for _ in range(pairs):
        text = [f"w{number}" for number in chance.sample(range(100_000), words + changed)]
        copy, fresh = text[:words], text[words:]
        for at, word in zip(chance.sample(range(words), changed), fresh, strict=True):
            copy[at] = word
        made.append((" ".join(text[:words]), " ".join(copy)))
    return made


@pytest.mark.parametrize("words", [10, 20, 40])
def test_recall_over_synthetic_pairs(words: int) -> None:
    signatures = [(signed(one), signed(other)) for one, other in synthetic_pairs(words, words // 10, 500)]
    assert sum(similar(one, other) for one, other in signatures) >= 498
    assert sum(bool({*bands(one)} & {*bands(other)}) for one, other in signatures) >= 499


@pytest.mark.parametrize("words", [10, 20, 40])
def test_half_changed_is_no_copy(words: int) -> None:
    signatures = [(signed(one), signed(other)) for one, other in synthetic_pairs(words, words // 2, 500)]
    assert sum(similar(one, other) for one, other in signatures) == 0


@given(st.text(), st.text())
def test_similar_is_symmetric_and_reflexive_for_any_text(one: str, other: str) -> None:
    first, second = signature(one), signature(other)
    if first and second:
        assert similar(first, first)
        assert similar(first, second) == similar(second, first)
        assert len(bands(first)) == len(set(bands(first))) == 16
    if first:
        assert first.isascii()
        assert len(first) == 89


def test_signatures_of_different_schemes_are_never_similar() -> None:
    assert not similar(signed(POST), signed(POST).replace("m1.", "m2."))
