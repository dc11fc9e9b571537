from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from enrich.emotion_model import CLASSES, NEVER, read, write
from enrich.stages.emotion import MODEL, Emotion
from schemas.errors import UsageError
from schemas.mention import Analysis, EmotionLabel, Sentiment, SentimentLabel
from schemas.settings import Settings, TextSettings


@pytest.fixture(scope="module")
def stage() -> Emotion:
    return Emotion(Settings())


def shown(stage: Emotion, text: str, felt: SentimentLabel, language: str = "zh-Hans") -> EmotionLabel | None:
    feeling = Sentiment(label=felt, positive=0.3, neutral=0.4, negative=0.3)
    return stage.apply([Analysis(text=text, language=language, sentiment=feeling)])[0].emotion


def test_joy_and_anger(stage: Emotion) -> None:
    assert shown(stage, "太开心了，好喜欢，谢谢大家[心]", "positive") == "joy"
    assert shown(stage, "太開心了，好喜歡，謝謝大家[心]", "positive", "zh-Hant") == "joy"
    assert shown(stage, "气死我了，真他妈恶心，滚", "negative") == "anger"
    assert shown(stage, "气死我了，真他妈恶心，滚", "unknown") == "anger"


def test_never_against_the_feeling(stage: Emotion) -> None:
    assert shown(stage, "太开心了，好喜欢，谢谢大家[心]", "negative") is None
    assert shown(stage, "气死我了，真他妈恶心，滚", "positive") is None
    assert shown(stage, "太开心了，好喜欢，谢谢大家[心]", "neutral") is None


@pytest.mark.parametrize("text", ["", "😀", "x" * 10_000, "?" * 10_000, "\ud83d", "今天星期一"])
def test_what_shows_nothing(stage: Emotion, text: str) -> None:
    assert shown(stage, text, "unknown", "zh-Hans" if text != "😀" else "und") is None


def test_only_the_languages_that_are_asked_for(stage: Emotion) -> None:
    angry = "I am so furious and outraged, I hate you all #angry"
    assert shown(stage, angry, "negative", "en") is None
    both = Emotion(Settings(text=TextSettings(emotions=("en", "zh", "xx"))))
    assert shown(both, angry, "negative", "en") == "anger"
    assert both.describe() == "en: joy, anger, sadness; zh: joy, anger"
    assert stage.describe() == "zh: joy, anger"
    assert Emotion(Settings(text=TextSettings(emotions=()))).describe() == "off"
    assert Emotion(Settings(), Path("absent.npz")).describe() == "off"


def test_probabilities_are_those_of_the_text_alone() -> None:
    model = read(MODEL)["zh"]
    texts = ["好", "太开心了，好喜欢", "", "气死我了" * 40]
    together = model.probabilities(texts, "zh")
    assert together.sum(axis=1) == pytest.approx(np.ones(4))
    assert np.array_equal(together, np.vstack([model.probabilities([text], "zh") for text in texts]))


def test_the_file_and_its_card(tmp_path: Path) -> None:
    languages = read(MODEL)
    again = tmp_path / "again.npz"
    write(again, languages)
    assert again.read_bytes() == MODEL.read_bytes()
    assert sha256(MODEL.read_bytes()).hexdigest() in MODEL.with_suffix(".md").read_text(encoding="utf-8")
    for own in languages.values():
        assert set(own.classes) <= set(CLASSES)
        assert all(0.3 <= least <= 1 or least == NEVER for least in own.least)


@pytest.mark.parametrize("content", [b"", b"no model", MODEL.with_name("sentiment.npz").read_bytes()])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="not an emotion model"):
        Emotion(Settings(), path)
