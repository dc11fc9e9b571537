from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from time import process_time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrich import encoder as module
from enrich.encoder import MODEL, Encoder, chosen
from enrich.encoder_tags import LABELS
from enrich.name_model import pipeline
from enrich.sentiment_model import SentimentModel
from enrich.stages.sentiment import MODEL as LINEAR
from enrich.stages.sentiment import UNKNOWN, Sentiment
from schemas.errors import UsageError
from schemas.mention import Analysis
from schemas.settings import Settings, TextSettings

TEXTS = [
    "",
    " \n",
    "😍",
    "x" * 10_000,
    "so good " * 1_250,
    "\u202eevol\u202c I شكرا",
    "lo\u200bve \u200d\u200d",
    "好 good جيد 😀 bien",
    "\ud83d",
    "\x00",
    "!" * 500,
    "👩‍👩‍👧‍👦🏳️‍🌈🇫🇷",
    "e\u0301" * 200,
    "Anna Miller flew to Berlin",
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.read(MODEL)


def names(encoder: Encoder, text: str) -> set[tuple[str, str]]:
    [reading] = encoder.readings([text])
    return {(text[start:end], label) for start, end, label in reading.names}


def test_the_card_is_of_the_file_that_ships() -> None:
    content = MODEL.read_bytes()
    card = MODEL.with_suffix(".md").read_text(encoding="utf-8")
    assert sha256(content).hexdigest() in card
    assert len(content) <= 25_000_000


def test_it_is_there_in_about_a_second() -> None:
    begin = process_time()
    Encoder.read(MODEL).readings(["The shop opens on Monday"])
    assert process_time() - begin < 3


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("I love this phone, it is wonderful", "I hate this phone, it is terrible"),
        ("the new phone 😍", "the new phone 😡"),
        ("not bad at all, well done Acme", "not good at all, shame on you Acme"),
        ("BEST DAY EVER", "WORST DAY EVER"),
    ],
)
def test_good_is_better_than_bad(encoder: Encoder, good: str, bad: str) -> None:
    praise, complaint = encoder.readings([good, bad])
    assert praise.feeling[2] > max(praise.feeling[0], complaint.feeling[2])
    assert complaint.feeling[0] > max(complaint.feeling[2], praise.feeling[0])


def test_a_statement_is_neutral(encoder: Encoder) -> None:
    [reading] = encoder.readings(["The shop opens on Monday at nine"])
    assert reading.feeling[1] == max(reading.feeling)


def test_names_and_their_labels(encoder: Encoder) -> None:
    text = "Yesterday Anna Miller flew from Berlin to New York to work for Microsoft"
    assert {("Anna Miller", "person"), ("Berlin", "place"), ("New York", "place")} <= names(encoder, text)
    assert names(encoder, "the shop opens on monday at nine") == set()


def test_offsets_are_code_points(encoder: Encoder) -> None:
    text = "😍👍🏽 e\u0301\u200b https://a.example/b @anna Anna Miller lives in Berlin now"
    assert {("Anna Miller", "person"), ("Berlin", "place")} <= names(encoder, text)


def test_names_behind_the_first_window(encoder: Encoder) -> None:
    text = "we like to go out and eat something good. " * 40 + "Anna Miller lives in Berlin now."
    assert ("Berlin", "place") in names(encoder, text)


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_has_a_reading(encoder: Encoder, text: str) -> None:
    [reading] = encoder.readings([text])
    assert sum(reading.feeling) == pytest.approx(1)
    behind = 0
    for start, end, label in reading.names:
        assert behind <= start < end <= len(text)
        assert label in LABELS
        behind = end


@settings(max_examples=40, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=80))
def test_any_text_at_all(encoder: Encoder, text: str) -> None:
    [reading] = encoder.readings([text])
    assert sum(reading.feeling) == pytest.approx(1)
    assert all(0 <= start < end <= len(text) for start, end, _ in reading.names)


@pytest.mark.parametrize(
    "text", ["", " ", "\u200b\u200e", "12 34", "https://a.example/b", "@anna", "ロシア語です", "हम"]
)
def test_nothing_known_is_unknown(encoder: Encoder, text: str) -> None:
    [reading] = encoder.readings([text])
    assert reading.feeling == (1 / 3, 1 / 3, 1 / 3)


def test_a_reading_goes_by_its_text_alone(encoder: Encoder) -> None:
    alone = [Encoder.read(MODEL).readings([text])[0] for text in TEXTS[4:8]]
    assert encoder.readings(TEXTS[4:8]) == alone
    assert encoder.readings(TEXTS[::-1]) == encoder.readings(TEXTS)[::-1]


def test_two_stages_cost_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Encoder.read(MODEL)
    monkeypatch.setattr(module, "shipped", lambda: own)
    monkeypatch.setattr("enrich.name_models.encoder.shipped", lambda: own)
    passes: list[str] = []

    def counted(text: str, logits: Callable[[str], object] = own.logits) -> object:
        passes.append(text)
        return logits(text)

    monkeypatch.setattr(own, "logits", counted)
    texts = [f"Anna Miller has {number} shops in Berlin and I love them" for number in range(300)]
    nlp = pipeline("en", "encoder")
    assert nlp is not None
    assert all(doc.ents for doc in nlp.pipe(texts))
    found = Sentiment(Settings()).apply([Analysis(text=text, language="en") for text in texts])
    assert {analysis.sentiment.label for analysis in found if analysis.sentiment} == {"positive"}
    assert len(passes) == len(texts)


def test_it_is_averaged_with_the_linear_model(encoder: Encoder) -> None:
    texts = ["never been happier", "the new phone 😡", "ロシア語です", ""]
    linear = SentimentModel.read(LINEAR)
    alone, mean = encoder.probabilities(texts, None), encoder.probabilities(texts, linear)
    other = linear.probabilities(texts, "en")
    assert alone.tolist() == [list(reading.feeling) for reading in encoder.readings(texts)]
    assert mean.sum(axis=1) == pytest.approx(1)
    between = np.log(mean[:2, 2] / mean[:2, 0])
    ends = np.sort([np.log(rows[:2, 2] / rows[:2, 0]) for rows in (alone, other)], axis=0)
    assert (ends[0] < between).all()
    assert (between < ends[1]).all()
    assert mean[2:] == pytest.approx(1 / 3)
    assert encoder.probabilities([], linear).shape == (0, 3)


def test_memory_does_not_grow_with_texts(encoder: Encoder) -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * 4_096

    if not Path("/proc/self/statm").is_file():
        pytest.skip("the system does not tell how much memory a process has")
    for number in range(100):
        encoder.readings([f"#tag{number} " * (1 + number % 9)])
    before = resident()
    for number in range(600):
        encoder.readings([f"#word{number}x{number * 7919} is new to me " * (1 + number % 9)])
    assert resident() - before < 30_000_000


def test_the_fast_profile_does_without() -> None:
    fast = Settings(text=TextSettings(profile="fast"))
    assert chosen(fast) is None
    assert chosen(Settings()) is not None
    assert "encoder" not in Sentiment(fast).describe()
    assert "en by the encoder" in Sentiment(Settings()).describe()


@pytest.mark.parametrize("language", ["de", "zh-Hans", "ja", "und"])
def test_other_languages_are_not_read_by_it(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Encoder, "readings", None)
    result = Sentiment(Settings()).apply([Analysis(text="I love this phone 😍", language=language)])[0].sentiment
    assert result is not None
    assert (result == UNKNOWN) == (language in ("ja", "und"))


def test_a_file_that_is_no_encoder(tmp_path: Path) -> None:
    path = tmp_path / "encoder.onnx"
    with pytest.raises(UsageError, match="No such file or directory: train one with `hearken train encoder`"):
        Encoder.read(path)
    path.write_bytes(b"not a graph")
    with pytest.raises(UsageError, match="no encoder that this version reads"):
        Encoder.read(path)
