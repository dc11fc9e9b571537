import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import settings as profile
from hypothesis import strategies as st

from enrich.analyze import analyze_lines
from enrich.chain import Chain
from schemas.brand import Brand
from schemas.settings import Settings

SHAPE = {"id", "language", "sentiment", "entities", "hashtags", "handles", "emoji", "links", "signature"}
SHAPE |= {"intents", "emotion"}


@pytest.fixture(scope="module")
def chain() -> Chain:
    return Chain(Settings(brands=(Brand(name="Acme", query="acme", aliases=("愛客美",)),)))


def asked(**request: object) -> bytes:
    return json.dumps(request).encode()


def answers(chain: Chain, *lines: bytes) -> list[dict[str, object]]:
    return [json.loads(line) for line in analyze_lines(chain, lines)]


def assert_whole(answer: dict[str, object], text: str) -> None:
    """What holds of every answer: all fields, probabilities that sum to 1, true offsets without overlap."""
    assert answer.keys() >= SHAPE
    sentiment = answer["sentiment"]
    assert isinstance(sentiment, dict)
    assert round(sentiment["positive"] + sentiment["neutral"] + sentiment["negative"], 9) == 1
    behind = 0
    entities = answer["entities"]
    assert isinstance(entities, list)
    for entity in entities:
        assert text[entity["start"] : entity["end"]] == entity["text"] != ""
        assert entity["start"] >= behind
        behind = entity["end"]


def test_one_answer(chain: Chain) -> None:
    text = "@anna loves her #Acme phone 😀 https://a.example/b"
    [answer] = answers(chain, asked(id=7, text=text, lang="en"))
    assert_whole(answer, text)
    assert {key: answer[key] for key in ("id", "language", "hashtags", "handles", "emoji", "links")} == {
        "id": 7,
        "language": "en",
        "hashtags": ["Acme"],
        "handles": ["anna"],
        "emoji": ["😀"],
        "links": ["https://a.example/b"],
    }
    assert {"text": "Acme", "label": "brand", "start": 17, "end": 21, "name": "Acme"} in answer["entities"]  # type: ignore[operator]
    assert "error" not in answer


@pytest.mark.parametrize(
    ("line", "given_id", "error"),
    [
        (b"", None, "truncated"),
        (b'{"id": 1, "text": "cut', None, "truncated"),
        (b"not json", None, "bad_json"),
        (b'{"id": 1, "text": "\xff"}', None, "bad_encoding"),
        (b'{"id": NaN, "text": "a"}', None, "bad_json"),
        (b"[" * 100_000, None, "too_deep"),
        (b"[1]", None, "bad_shape: not an object"),
        (b'{"id": 1}', 1, "bad_shape: text"),
        (b'{"id": 1, "text": 5}', 1, "bad_shape: text"),
        (b'{"id": 1, "text": "a", "lang": 5}', 1, "bad_shape: lang"),
        (b'{"id": 1, "text": ""}', 1, "bad_value: text is empty"),
        (b'{"id": 1, "text": " \\n"}', 1, "bad_value: text is empty"),
    ],
)
def test_a_bad_line_is_answered_in_place(chain: Chain, line: bytes, given_id: object, error: str) -> None:
    before, answer, after = answers(chain, asked(id="a", text="fine"), line, asked(id="b", text="fine"))
    assert (before["id"], after["id"]) == ("a", "b")
    assert "error" not in before.keys() | after.keys()
    assert answer["id"] == given_id
    assert str(answer["error"]).startswith(error)
    assert_whole(answer, "a")


@pytest.mark.parametrize(
    "text",
    [
        "\ud83d Acme and \udc00 Acme",
        "Ac\u202eme and Acme\u202c",
        "\r\nAcme\r\n\rAcme\r",
        "Ac\u200dme \u200bAcme\ufeff",
        "شركة Acme ممتازة Acme",
        "😀 Acme 👨‍👩‍👧 Acme",
        "愛客美 爱客美",
        "\0Acme\x7f Acme\x85",
    ],
)
def test_offsets_count_the_text_as_given(chain: Chain, text: str) -> None:
    [answer] = answers(chain, asked(id="\ud800", text=text))
    assert_whole(answer, text)
    assert len(answer["entities"]) == 2  # type: ignore[arg-type]
    assert answer["id"] == "\ud800"


@pytest.mark.parametrize("text", ["😀", "\u200b", "x" * 10_000, "Acme " * 10_000, "\u0301" * 1_000])
def test_odd_texts_have_an_answer(chain: Chain, text: str) -> None:
    [answer] = answers(chain, asked(id=1, text=text))
    assert_whole(answer, text)
    assert "error" not in answer


@profile(max_examples=60)
@given(st.lists(st.text(st.characters(codec=None)), max_size=3))
def test_any_text_has_an_answer(chain: Chain, texts: list[str]) -> None:
    found = answers(chain, *(asked(id=at, text=text) for at, text in enumerate(texts)))
    assert [answer["id"] for answer in found] == list(range(len(texts)))
    for answer, text in zip(found, texts, strict=True):
        assert_whole(answer, text)


def test_lines_are_read_in_batches(chain: Chain) -> None:
    taken = 0

    def lines() -> Iterator[bytes]:
        nonlocal taken
        for number in range(1_000):
            taken += 1
            yield asked(id=number, text="Acme")

    first = next(analyze_lines(chain, lines()))
    assert json.loads(first)["id"] == 0
    assert taken < 1_000
