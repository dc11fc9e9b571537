from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.character_features import CharacterFeatures, word_hashes
from enrich.name_models.tagger import FOLDER, Tagger
from enrich.name_tagger import NEVER, NameTagger, spans
from enrich.simplified import simplified
from enrich.word_features import FEATURES, WordFeatures
from schemas.errors import UsageError

NOTHING = np.zeros((0, 2), dtype=np.uint32)
LABELS = ("O", "B-person", "I-person")


def tagger() -> NameTagger:
    """Feature 1 speaks for a beginning, 2 for going on, 0 for nothing."""
    weights = np.array([[9, 0, 0], [0, 9, 0], [0, 0, 9], [0, 0, 0]], dtype=np.int8)
    begin = np.array([0, 0, NEVER], dtype=np.float32)
    steps = np.array([[0, 0, NEVER], [0, 0, 0], [0, 0, 0]], dtype=np.float32)
    return NameTagger(LABELS, weights, 0.5, begin, steps, {"reads": "words"}, {"lists": NOTHING})


def test_the_best_path_keeps_to_what_can_be() -> None:
    ids = np.array([[1], [2], [0], [2], [1], [2], [2]], dtype=np.int32)
    first, none, second = tagger().tags(ids, [4, 0, 3])
    assert first[:3] == ["B-person", "I-person", "O"]
    assert first[3] != "I-person", "a name does not go on behind an ordinary word"
    assert (none, second) == ([], ["B-person", "I-person", "I-person"])


@given(st.lists(st.lists(st.integers(0, 3), max_size=12), max_size=90))
def test_a_sequence_goes_by_itself_alone(sequences: list[list[int]]) -> None:
    ids = np.array([[feature] for own in sequences for feature in own], dtype=np.int32).reshape(-1, 1)
    together = tagger().tags(ids, [len(own) for own in sequences])
    for own, tags in zip(sequences, together, strict=True):
        assert tagger().tags(np.array(own, dtype=np.int32).reshape(-1, 1), [len(own)]) == [tags]


def test_spans_of_labels() -> None:
    assert spans(["B-a", "I-a", "O", "B-b", "B-b", "I-b", "I-a"]) == [
        (0, 2, "a"), (3, 4, "b"), (4, 6, "b"), (6, 7, "a"),
    ]  # fmt: skip


def test_a_tagger_is_the_same_when_it_is_read_again(tmp_path: Path) -> None:
    for name in ("a.npz", "b.npz"):
        tagger().write(tmp_path / name)
    read = NameTagger.read(tmp_path / "a.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert (read.labels, read.scale, read.about, read.bits) == (LABELS, 0.5, {"reads": "words"}, 2)
    assert (read.weights == tagger().weights).all()


@pytest.mark.parametrize("content", [b"", b"PK", b"no model"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.npz").write_bytes(content)
    with pytest.raises(UsageError, match="not a model of names"):
        NameTagger.read(tmp_path / "model.npz")


WORDS = st.lists(st.lists(st.text(min_size=1, max_size=12), max_size=8), max_size=6)


@given(WORDS)
def test_features_of_words_go_by_their_own_text(texts: list[list[str]]) -> None:
    features = WordFeatures(12, NOTHING, NOTHING)
    together = features(texts)
    assert together.shape == (sum(map(len, texts)), FEATURES)
    alone = [features([text]) for text in texts]
    assert (np.concatenate([*alone, np.zeros((0, FEATURES), np.int32)]) == together).all()


def test_remembered_words_are_forgotten_in_time() -> None:
    features = WordFeatures(12, NOTHING, NOTHING)
    first = features([["London", "calling"]])
    for start in range(0, 60_000, 10_000):
        features([[f"word{number}" for number in range(start, start + 10_000)]])
        assert len(features._rows) <= 60_000
    assert (features([["London", "calling"]]) == first).all()


@given(st.lists(st.text(alphabet="北京大学和@#a1 😀\n", max_size=12), max_size=5))
def test_features_of_characters_go_by_their_own_text(texts: list[str]) -> None:
    hashes = word_hashes(["北京", "大学", "北京大学"])
    order = np.argsort(hashes)
    words = np.stack([hashes[order], np.array([4, 2, 6], dtype=np.uint32)[order]], axis=1)
    features = CharacterFeatures(12, words)
    together = features(texts)
    assert len(together) == sum(map(len, texts))
    if together.size:
        assert (np.concatenate([features([text]) for text in texts if text]) == together).all()


def test_a_word_of_the_dictionary_is_seen() -> None:
    hashes = word_hashes(["北京"])
    known = CharacterFeatures(20, np.array([[hashes[0], 4]], dtype=np.uint32))
    unknown = CharacterFeatures(20, NOTHING)
    assert (known(["去北京"]) != unknown(["去北京"])).any()
    assert (known(["去南京"]) == unknown(["去南京"])).all()


@given(st.text(max_size=40))
def test_simplified_keeps_every_place(text: str) -> None:
    assert len(simplified(text)) == len(text)


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.glob("*.*.npz")))
def test_a_model_that_ships_is_the_one_that_its_card_describes(name: str) -> None:
    model = FOLDER / name
    card = model.with_suffix(".md").read_text(encoding="utf-8")
    assert sha256(model.read_bytes()).hexdigest() in card
    assert model.stat().st_size < 10_000_000


def test_english_and_chinese_ship() -> None:
    assert {"en", "zh"} <= Tagger.languages()
