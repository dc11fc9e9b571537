"""The reading commands over a small store, as they are typed."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from deploy.cli import main
from schemas.brand import Brand
from schemas.mention import Entity, Sentiment
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.mentions import author, bucket, mention, velocity, virality

_ACME = Brand(name="Acme", query="acme", group="phones", aliases=("愛客美",))
_BOREALIS = Brand(name="Borealis Phone", query="borealis", group="phones")
_NASTY = "\x1b[2J[red]acme[/red]"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "some.db"
    with SqliteStore(path) as opened:
        opened.save_brands([_ACME, _BOREALIS])
        opened.write(
            Write(
                mentions=[
                    mention(
                        "1", hours=1, text=_NASTY, author=author("ada", 900), velocity=velocity(3.0), hashtags=["fire"],
                        intents=["complaint", "question"], emotion="anger",
                        url="https://x.example/\x1b]0;a\x07", engagement=7,
                        sentiment=Sentiment(label="negative", positive=0.1, neutral=0.2, negative=0.7),
                    ),
                    mention(
                        "2", hours=50, text="=acme too", author=author("ben", 5), velocity=velocity(5.0),
                        virality=virality(1.5), entities=[Entity(text="acme", label="brand", start=1, end=5)],
                    ),
                    mention("3", hours=51, text="borealis", brand="borealis-phone"),
                ],
                trends=[
                    bucket(1, count=3, distinct_count=1, negative=2, neutral=1),
                    bucket(50, count=1, positive=1, neutral=0),
                    bucket(51, brand="borealis-phone", count=1),
                ],
            )
        )  # fmt: skip
    return str(path)


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main([*arguments, "--format", "json"]) == 0
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return rows


def test_volume_fills_empty_intervals_over_what_is_stored(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = _json(capsys, "trends", "volume", "--brand", "Acme", "--store", store)
    assert [(row["time"], row["count"], row["distinct_count"]) for row in rows] == [
        ("2024-03-04T00:00:00Z", 3, 1), ("2024-03-05T00:00:00Z", 0, 0), ("2024-03-06T00:00:00Z", 1, 1),
    ]  # fmt: skip
    assert {row["brand"] for row in rows} == {"acme"}
    assert "expected" in rows[0]


def test_from_is_inclusive_and_to_exclusive(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = _json(
        capsys, "trends", "volume", "--brand", "acme", "--store", store, "--interval", "1h",
        "--from", "2024-03-04T01:00", "--to", "2024-03-04T03:00",
    )  # fmt: skip
    assert [(row["time"], row["count"]) for row in rows] == [("2024-03-04T01:00:00Z", 3), ("2024-03-04T02:00:00Z", 0)]


def test_without_a_brand_every_brand_answers(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = _json(capsys, "trends", "volume", "--store", store)
    assert [(row["brand"], row["count"]) for row in rows if row["count"]] == [
        ("acme", 3), ("acme", 1), ("borealis-phone", 1)
    ]  # fmt: skip
    assert main(["trends", "volume", "--store", store]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()[1:]] == ["acme", "borealis-phone"]


def test_sentiment_and_share(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    felt = _json(capsys, "trends", "sentiment", "--brand", "愛客美", "--store", store)
    assert [row["balance"] for row in felt] == [-1.0, None, 1.0]
    shares = _json(capsys, "trends", "share", "--brand", "acme", "--store", store)
    assert [(row["brand"], row["share"]) for row in shares] == [("acme", 1.0), ("acme", None), ("acme", 0.5)]
    everyone = _json(capsys, "trends", "share", "--store", store)
    assert {row["brand"] for row in everyone} == {"acme", "borealis-phone"}


def test_velocity_and_top(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = _json(capsys, "trends", "velocity", "--store", store)
    assert [row["text"] for row in rows] == ["=acme too", "[2J[red]acme[/red]"]
    assert rows[0].keys() >= {"id", "brands", "v5m", "v1h", "v12h", "acceleration", "as_of", "engagement", "url"}
    known = ("r", "forecast", "low", "high", "supercritical", "organic")
    assert [rows[0][name] for name in known] == [1.5, 90, 60, 200, True, 0.75]
    assert not any(name in rows[1] and rows[1][name] is not None for name in known)
    assert main(["trends", "velocity", "--store", store, "--format", "table"]) == 0
    assert "90 (60 to 200)" in capsys.readouterr().out
    tags = _json(capsys, "trends", "top", "hashtags", "--brand", "acme", "--store", store)
    assert [(row["value"], row["count"]) for row in tags] == [("fire", 1)]
    authors = _json(capsys, "trends", "top", "authors", "--brand", "acme", "--store", store)
    assert [(row["value"], row["reach"]) for row in authors] == [("ada", 900), ("ben", 5)]
    assert main(["trends", "top", "colours", "--store", store]) == 2


def test_mentions_are_whole_documents_sorted_and_filtered(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = _json(capsys, "mentions", "--brand", "acme", "--sort", "reach", "--store", store)
    assert [row["author"]["handle"] for row in rows] == ["ada", "ben"]
    assert rows[0].keys() >= {"id", "version", "brands", "sentiment", "published_at", "entities"}
    assert "place" not in rows[0]  # what nobody knows is absent
    assert [row["native_id"] for row in _json(capsys, "mentions", "--query", "too", "--store", store)] == ["2"]
    assert len(_json(capsys, "mentions", "--limit", "1", "--store", store)) == 1
    assert [
        row["native_id"]
        for row in _json(capsys, "mentions", "--from", "2024-03-06", "--brand", "acme", "--store", store)
    ] == ["2"]


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        (["--intent", "question", "--intent", "praise"], ["1"]),
        (["--not-intent", "question"], ["3", "2"]),
        (["--emotion", "anger", "--query", "too"], []),
        (["--not-emotion", "anger", "--brand", "acme", "--sort", "reach"], ["2"]),
        (["--intent", "complaint", "--sort", "velocity", "--limit", "1"], ["1"]),
    ],
)
def test_mentions_by_what_their_writers_are_after(
    asked: list[str], ids: list[str], store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [row["native_id"] for row in _json(capsys, "mentions", *asked, "--store", store)] == ids


@pytest.mark.parametrize(
    "command",
    [
        ["mentions"], ["trends", "velocity"], ["trends", "volume"], ["trends", "volume", "--brand", "acme"],
        ["trends", "sentiment"], ["trends", "sentiment", "--brand", "acme"], ["trends", "share"],
        ["trends", "share", "--brand", "acme"], ["trends", "top", "authors"], ["trends", "top", "entities"],
    ],
)  # fmt: skip
def test_every_answer_has_a_table_and_a_csv(command: list[str], store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--store", store]) == 0
    table = capsys.readouterr().out
    assert "acme" in table or "2024-03-04" in table
    assert not {"\x1b", "\x07"} & set(table)
    assert main([*command, "--store", store, "--format", "csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert len(rows) > 1
    assert all(len(row) == len(rows[0]) for row in rows)
    assert not any(cell.startswith("=") for row in rows for cell in row)


def test_text_of_a_post_is_shown_and_not_obeyed(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mentions", "--store", store]) == 0
    assert "[red]acme[/red]" in capsys.readouterr().out
    assert main(["mentions", "--store", store, "--format", "json"]) == 0
    assert not {"\x1b", "\x07"} & set(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["trends", "volume", "--brand", "Acmee"], "did you mean: Acme"),
        (["trends", "volume", "--from", "soon"], "--from 'soon' is not a date"),
        (["trends", "volume", "--from", "2024-03-05", "--to", "2024-03-05"], "--to is exclusive"),
        (["trends", "volume", "--interval", "7s"], "--interval '7s'"),
        (["trends", "volume", "--interval", "5m", "--from", "1995-01-01", "--to", "2024-01-01"], "points"),
        (["mentions", "--query", "acme AND"], "^"),
        (["mentions", "--limit", "0"], "--limit"),
        (["mentions", "--intent", "prase"], "intent 'prase' is none: there are complaint, question, praise, purchase"),
        (["mentions", "--not-emotion", "envy"], "emotion 'envy' is none"),
    ],
)
def test_what_cannot_be_asked_is_said_clearly(
    arguments: list[str], said: str, store: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--store", store]) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""
    assert "Traceback" not in printed.err


def test_a_missing_store_and_a_url_say_what_to_do(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["trends", "volume"], ["mentions"]):
        assert main([*command, "--store", "no-such.db"]) == 2
        assert "replay" in capsys.readouterr().err
        assert main([*command, "--store", "http://127.0.0.1:1"]) == 1
        assert "Elasticsearch at 127.0.0.1:1 cannot be reached" in capsys.readouterr().err
    assert not Path("no-such.db").exists()


def test_no_brands_at_all_says_how(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    SqliteStore(tmp_path / "empty.db").close()
    assert main(["trends", "volume", "--store", str(tmp_path / "empty.db")]) == 2
    assert "hearken init" in capsys.readouterr().err


def test_a_brand_with_nothing_stored_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with SqliteStore(tmp_path / "empty.db") as opened:
        opened.save_brands([_ACME])
    assert _json(capsys, "trends", "volume", "--brand", "acme", "--store", str(tmp_path / "empty.db")) == []
    assert main(["trends", "volume", "--brand", "acme", "--store", str(tmp_path / "empty.db")]) == 0
    assert "nothing is stored" in capsys.readouterr().err
