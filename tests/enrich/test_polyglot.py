from hashlib import sha256
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrich import polyglot as module
from enrich.polyglot import MODEL, Polyglot, chosen
from enrich.sentiment_model import SentimentModel
from enrich.stages.sentiment import MODEL as LINEAR
from enrich.stages.sentiment import UNKNOWN, Sentiment
from schemas.errors import UsageError
from schemas.mention import Analysis
from schemas.mention import Sentiment as Feeling
from schemas.settings import Settings, TextSettings

LANGUAGES = ["ar", "de", "es", "fr", "hi", "it", "pt", "zh"]
ODD = [
    "",
    " \n",
    "😍",
    "x" * 10_000,
    "好" * 10_000,
    "مرحبا " * 2_000,
    "\u202eevol\u202c شكرا",
    "\ud83d",
    "\x00",
    "e\u0301",
]


@pytest.fixture(scope="module")
def stage() -> Sentiment:
    return Sentiment(Settings())


def felt(stage: Sentiment, text: str, language: str) -> Feeling:
    result = stage.apply([Analysis(text=text, language=language)])[0].sentiment
    assert result is not None
    return result


def test_the_card_is_of_the_file_that_ships() -> None:
    content = MODEL.read_bytes()
    assert sha256(content).hexdigest() in MODEL.with_suffix(".md").read_text(encoding="utf-8")
    assert len(content) <= 36_000_000


def test_it_is_there_in_about_a_second_and_knows_its_languages() -> None:
    begin = process_time()
    found = Polyglot.read(MODEL)
    assert process_time() - begin < 3
    assert sorted(found.languages) == LANGUAGES


@pytest.mark.parametrize(
    ("language", "good", "bad"),
    [
        ("de", "Das neue Telefon gefällt mir richtig gut", "Das neue Telefon gefällt mir überhaupt nicht"),
        ("fr", "Le service est impeccable, merci à l'équipe", "Le service est lamentable, je ne reviendrai pas"),
        ("es", "El envío llegó antes de tiempo, muy contento", "El envío nunca llegó, estoy harto de esperar"),
        ("it", "La batteria dura tantissimo, che bello", "La batteria non dura niente, che delusione"),
        ("pt", "O atendimento foi maravilhoso, amei", "O atendimento foi horrível, que raiva"),
        ("ar", "الخدمة ممتازة جدا شكرا لكم", "الخدمة سيئة جدا لن أعود أبدا"),
        ("zh-Hans", "手机很流畅，拍照也清楚，推荐", "手机太卡了，拍照糊，后悔买"),
        ("zh-Hant", "手機很流暢，拍照也清楚，推薦", "手機太卡了，拍照糊，後悔買"),
    ],
)
def test_good_is_better_than_bad(stage: Sentiment, language: str, good: str, bad: str) -> None:
    praise, complaint = felt(stage, good, language), felt(stage, bad, language)
    assert praise.positive > praise.negative
    assert complaint.negative > complaint.positive


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", ODD)
def test_any_text_has_a_defined_answer(stage: Sentiment, language: str, text: str) -> None:
    result = felt(stage, text, language)
    assert round(result.positive + result.neutral + result.negative, 9) == 1


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=40), st.sampled_from(LANGUAGES)), max_size=4))
def test_a_text_goes_by_itself_alone(stage: Sentiment, posts: list[tuple[str, str]]) -> None:
    batch = [Analysis(text=text, language=language) for text, language in posts]
    assert stage.apply(batch) == [stage.apply([analysis])[0] for analysis in batch]


def test_both_scripts_of_chinese_are_one(stage: Sentiment) -> None:
    assert felt(stage, "這個東西真討厭", "zh-Hant") == felt(stage, "这个东西真讨厌", "zh-Hans")


def test_names_beside_emoji_need_no_language_either(stage: Sentiment) -> None:
    assert felt(stage, "Acme ❤️", "und").label == "positive"
    assert felt(stage, "Acme 😡😡", "und").label == "negative"
    assert felt(stage, "qua qua qua qua 😡😡", "und") == felt(stage, "Acme", "und") == UNKNOWN


@pytest.mark.parametrize("language", ["und", "en", "ja", "zh-Hans"])
@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("😍😍😍", "positive"),
        ("❤️", "positive"),
        (":)", "positive"),
        ("@acme 💔 https://a.example/b", "negative"),
        ("😡😡", "negative"),
        (":(", "negative"),
        ("🖕", "unknown"),  # no word piece
        ("10/10 !!", "unknown"),
    ],
)
def test_emoji_alone_need_no_language(stage: Sentiment, language: str, text: str, label: str) -> None:
    assert felt(stage, text, language).label == label


@pytest.mark.parametrize(
    ("text", "language"), [("हम खुश हैं", "hi"), ("12 34", "de"), ("ロシア語です", "fr"), ("よかった", "ja")]
)
def test_what_nothing_is_known_of_is_unknown(stage: Sentiment, text: str, language: str) -> None:
    assert felt(stage, text, language) == UNKNOWN


def test_the_fast_profile_does_without(stage: Sentiment) -> None:
    fast = Sentiment(Settings(text=TextSettings(profile="fast")))
    assert chosen(Settings(text=TextSettings(profile="fast"))) is None
    assert "polyglot" not in fast.describe()
    assert f"{' '.join(LANGUAGES)} by the polyglot" in stage.describe()
    linear = SentimentModel.read(LINEAR)
    [row] = linear.probabilities(["Das ist gut"], "de").tolist()
    assert felt(fast, "Das ist gut", "de").positive == pytest.approx(row[2], abs=1e-4)


def test_without_the_file_the_linear_models_speak(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "MODEL", tmp_path / "none.onnx")
    monkeypatch.setattr(module, "_shipped", module._shipped.__wrapped__)
    assert chosen(Settings()) is None


@pytest.mark.parametrize("content", [b"", b"PK", b"no model"])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "polyglot.onnx").write_bytes(content)
    with pytest.raises(UsageError, match=r"no polyglot that this version reads .*`hearken train polyglot`"):
        Polyglot.read(tmp_path / "polyglot.onnx")
