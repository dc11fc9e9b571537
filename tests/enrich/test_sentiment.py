from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.sentiment_model import SentimentModel
from enrich.stages.sentiment import MODEL, UNKNOWN, Sentiment, feeling
from schemas.errors import UsageError
from schemas.mention import Analysis
from schemas.mention import Sentiment as Feeling
from schemas.settings import Settings, TextSettings

LANGUAGES = ["ar", "de", "en", "es", "fr", "hi", "it", "pt", "zh"]


FAST = Settings(text=TextSettings(profile="fast"))


@pytest.fixture(scope="module")
def stage() -> Sentiment:
    return Sentiment(FAST)


def felt(stage: Sentiment, text: str, language: str = "en") -> Feeling:
    result = stage.apply([Analysis(text=text, language=language)])[0].sentiment
    assert result is not None
    return result


@pytest.mark.parametrize(
    ("language", "good", "bad"),
    [
        ("en", "I love this phone, it is wonderful", "I hate this phone, it is terrible"),
        ("en", "the new phone 😍", "this phone is not good"),
        ("zh-Hans", "今天真开心，太喜欢了[心]", "气死我了，真恶心"),
        ("zh-Hant", "今天真開心，太喜歡了", "氣死我了，真噁心"),
        ("fr", "J'adore ce film, merci, c'est génial", "C'est nul, j'ai honte, quelle merde"),
        ("de", "Super, ich freue mich sehr, danke!", "So ein Mist, das ist schlimm und traurig"),
        ("it", "Bellissimo, grazie, che bella giornata", "Che schifo, vergogna, governo di ladri"),
        ("pt", "Amo muito, que lindo, feliz demais", "Que ódio, que raiva, estou triste"),
        ("es", "Me encanta, gracias, qué feliz", "Qué asco, odio esto, muy triste"),
        ("ar", "الحمد لله أحب هذا جميل جدا شكرا", "حزن وظلم وقتل والله يلعن الإرهاب"),
        ("hi", "bahut accha hai bhai, love you", "bakwas hai, sharam karo chor"),
    ],
)
def test_good_is_better_than_bad(stage: Sentiment, language: str, good: str, bad: str) -> None:
    praise, complaint = felt(stage, good, language), felt(stage, bad, language)
    assert praise.positive - praise.negative > 0
    assert complaint.positive - complaint.negative < 0


def test_a_statement_is_neutral(stage: Sentiment) -> None:
    assert felt(stage, "The shop opens on Monday at nine").label == "neutral"


@pytest.mark.parametrize("text", ["这部手机真的很好用，太开心了", "今天真難過，氣死我了"])
def test_both_scripts_of_chinese_are_one(stage: Sentiment, text: str) -> None:
    assert felt(stage, text, "zh-Hans") == felt(stage, text, "zh-Hant")


def test_traditional_is_read_as_simplified(stage: Sentiment) -> None:
    assert felt(stage, "這個東西真討厭", "zh-Hant") == felt(stage, "这个东西真讨厌", "zh-Hans")


@pytest.mark.parametrize("language", ["ja", "ko", "ru", "und"])
def test_a_language_without_a_model_is_unknown(stage: Sentiment, language: str) -> None:
    assert felt(stage, "I love this 😍", language) == UNKNOWN
    assert UNKNOWN.positive + UNKNOWN.neutral + UNKNOWN.negative == 1


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b\u200e", "12 34", "https://a.example/b", "@anna", "ロシア語です", "हम"]
)
def test_nothing_known_is_unknown(stage: Sentiment, text: str) -> None:
    assert felt(stage, text) == UNKNOWN


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "text",
    ["😍", "x" * 10_000, "好 good جيد 😀 bien", "\u202eevol\u202c شكرا", "lo\u200bve", "\ud83d", "\x00", "!" * 500],
)
@pytest.mark.timeout(10)
def test_any_text_has_a_defined_answer(stage: Sentiment, language: str, text: str) -> None:
    result = felt(stage, text, language)
    assert round(result.positive + result.neutral + result.negative, 9) == 1


@pytest.mark.parametrize(("language", "text"), [("en", "so good"), ("de", "super schön"), ("zh-Hans", "太喜欢了")])
def test_many_emoji_hide_no_words(stage: Sentiment, language: str, text: str) -> None:
    assert felt(stage, text + "😍" * 12, language).label == "positive"


def test_zero_width_characters_change_nothing(stage: Sentiment) -> None:
    assert felt(stage, "I lo\u200bve t\ufeffhis").label == felt(stage, "I love this").label == "positive"


@given(st.lists(st.tuples(st.text(max_size=60), st.sampled_from([*LANGUAGES, "und"])), max_size=5))
def test_a_text_goes_by_itself_alone(stage: Sentiment, posts: list[tuple[str, str]]) -> None:
    batch = [Analysis(text=text, language=language) for text, language in posts]
    together = stage.apply(batch)
    assert together == stage.apply(batch)
    assert together == [stage.apply([analysis])[0] for analysis in batch]


@given(st.tuples(*[st.floats(min_value=1e-9, max_value=1)] * 3), st.floats(min_value=0.3334, max_value=0.9))
def test_the_label_is_the_likeliest_or_unknown(weights: tuple[float, float, float], sure: float) -> None:
    negative, neutral, positive = (weight / sum(weights) for weight in weights)
    result = feeling(negative, neutral, positive, sure)
    shares = {"positive": result.positive, "neutral": result.neutral, "negative": result.negative}
    assert round(sum(shares.values()), 9) == 1
    if result.label == "unknown":
        assert max(shares.values()) <= sure + 0.0002
    else:
        assert shares[result.label] >= max(shares.values()) - 0.0002


def test_the_model_is_the_one_that_its_card_describes(stage: Sentiment) -> None:
    card = MODEL.with_suffix(".md").read_text(encoding="utf-8")
    assert sha256(MODEL.read_bytes()).hexdigest() in card
    assert MODEL.stat().st_size < 10_000_000
    assert sorted(SentimentModel.read(MODEL).languages) == LANGUAGES
    assert stage.describe().startswith("ar de en es fr hi it pt zh ")


def test_without_a_model_english_goes_by_the_lexicon(tmp_path: Path) -> None:
    stage = Sentiment(FAST, tmp_path / "none.npz")
    assert felt(stage, "I love this").label == "positive"
    assert felt(stage, "ich liebe das", "de") == UNKNOWN
    assert "VADER" in stage.describe()


@pytest.mark.parametrize("content", [b"", b"PK", b"no model", MODEL.name.encode() * 100])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "model.npz").write_bytes(content)
    with pytest.raises(UsageError, match="not a sentiment model"):
        SentimentModel.read(tmp_path / "model.npz")
