"""The commands that need no store, as they are typed."""

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from inspect import signature
from pathlib import Path

import pytest
import typer

from deploy.cli import main
from deploy.cli.app import app


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _lines(path: Path, *lines: str) -> str:
    path.write_bytes("\n".join(lines).encode("utf-8", "surrogateescape") + b"\n")
    return str(path)


def test_help_loads_neither_models_nor_a_store() -> None:
    code = (
        "import sys; from deploy.cli import main; main(['--help'])\n"
        "print([name for name in ('spacy', 'sqlite3', 'luqum', 'orjson.none', 'enrich.chain') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parents[2], check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert "trends" in done.stdout


def callbacks(commands: typer.Typer) -> Iterator[Callable[..., object]]:
    for each in commands.registered_commands:
        assert each.callback is not None
        yield each.callback
    for group in commands.registered_groups:
        assert group.typer_instance is not None
        yield from callbacks(group.typer_instance)


def test_every_command_takes_a_settings_file() -> None:
    found = list(callbacks(app))
    assert len(found) > 40
    assert [each.__name__ for each in found if "config" not in signature(each).parameters] == []


def test_init_writes_a_file_that_check_accepts_and_never_overwrites(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init"]) == 0
    assert "hearken check" in capsys.readouterr().err
    written = (tmp_path / "hearken.toml").read_text(encoding="utf-8")
    assert main(["init"]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "hearken.toml").read_text(encoding="utf-8") == written
    assert main(["check"]) == 0
    assert "WRONG" not in capsys.readouterr().out


def test_sources_name_their_formats_credentials_and_promise(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    names = [row["name"] for row in rows]
    assert names == sorted(names)
    assert {"x-v1.1", "ndjson", "csv"} <= set(names)
    assert all(row["promise"] in ("at-least-once", "at-most-once") and row["formats"] for row in rows)
    assert {row["name"]: (row["live"], row["past"]) for row in rows}.items() >= {
        "csv": (False, False), "bluesky-jetstream": (True, False), "hackernews-algolia": (False, True),
    }.items()  # fmt: skip
    assert main(["sources"]) == 0
    assert "at-least-once" in capsys.readouterr().out


def test_match_says_where_and_why_not(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _lines(tmp_path / "lines.txt", "my 愛客美 phone", "no such thing", "爱客美 job", "", "\udcff Acme")
    assert main(["match", "(愛客美 OR acme) AND NOT job*", file, "--format", "json"]) == 0
    printed = capsys.readouterr()
    rows = json.loads(printed.out)
    assert [row["matches"] for row in rows] == [True, False, False, False, True]
    assert rows[0]["spans"] == [[3, 6]]
    assert rows[1]["reason"] == "misses: 愛客美 or acme"
    assert "job*" in rows[2]["reason"]
    assert rows[4]["text"] == "\ufffd Acme"
    assert printed.err.strip() == "2 of 5 lines match"


def test_match_table_shows_every_line_and_obeys_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = _lines(tmp_path / "lines.txt", "\x1b[31m Acme [bold]x[/bold]", "other")
    assert main(["match", "acme", file]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert "\x1b" not in first
    assert "Acme [bold]x[/bold]" in first
    assert "[at 6-10]" in first
    assert "other" in second
    assert "[misses: acme]" in second


def test_match_csv_is_defused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", "acme", _lines(tmp_path / "lines.txt", "=acme()"), "--format", "csv"]) == 0
    assert capsys.readouterr().out.splitlines()[1] == '1,True,"[[1,5]]",,\'=acme()'


def test_match_puts_a_caret_under_a_wrong_query(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", "acme AND (x", _lines(tmp_path / "lines.txt", "acme")]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "\n           ^" in printed.err
    assert "Traceback" not in printed.err


def test_match_reads_standard_input(capsys: pytest.CaptureFixture[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from deploy.cli import run; run()", "match", "acme", "-"],
        input=b"acme\nno\n", capture_output=True, cwd=Path(__file__).parents[2], check=True,
    )  # fmt: skip
    assert done.stderr.strip() == b"1 of 2 lines match"


@pytest.mark.parametrize(
    ("shell", "said"),
    [
        ("analyze <&-", ""),
        ("parse ndjson - <&-", '{"events":0,"skipped":{},"bad":0}'),
        ("match acme lines >/dev/full", "hearken: No space left on device"),
        ("match acme nowhere >&-", "hearken: no such file: nowhere"),
        ("trends top", "hearken: Missing argument 'KIND'. Choose from: entities, authors, hashtags, links, mentions"),
        ("mentions --sort odd", "hearken: Invalid value for '--sort': 'odd' is not one of 'new', 'velocity', 'reach'."),
    ],
)
def test_what_cannot_be_read_written_or_meant_is_one_line(tmp_path: Path, shell: str, said: str) -> None:
    _lines(tmp_path / "lines", "acme")
    command = f"{sys.executable} -c 'from deploy.cli import run; run()' {shell}"
    there = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False, env=there)  # noqa: S602
    assert (done.stdout, done.stderr.strip()) == ("", said)


def test_data_are_utf_8_in_every_locale(tmp_path: Path) -> None:
    file = _lines(tmp_path / "lines", "愛客美 😀")
    there = {**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", "from deploy.cli import run; run()", "match", "愛客美", file, "--format", "json"]
    done = subprocess.run(command, capture_output=True, check=True, env=there)
    assert json.loads(done.stdout)[0]["text"] == "愛客美 😀"


def test_parse_prints_events_and_reports_what_is_bad(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    good = '{"text":"Acme is fine","published_at":"2024-03-04T10:00:00Z"}'
    file = _lines(tmp_path / "posts.ndjson", good, "{broken", '{"text":"no time"}', good)
    assert main(["parse", "ndjson", file]) == 0
    printed = capsysbinary.readouterr()
    events = [json.loads(line) for line in printed.out.splitlines()]
    assert [event["text"] for event in events] == ["Acme is fine"] * 2
    lines = printed.err.decode().splitlines()
    assert lines[0].startswith("record 2: ")
    assert lines[1].startswith("record 3: bad_time")
    assert json.loads(lines[-1]) == {"events": 2, "skipped": {}, "bad": 2}
    assert b"broken" not in printed.err


def test_parse_fails_when_nothing_comes_out(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["parse", "ndjson", _lines(tmp_path / "posts.ndjson", "{}")]) == 1
    assert json.loads(capsysbinary.readouterr().err.splitlines()[-1]) == {"events": 0, "skipped": {}, "bad": 1}
    assert main(["parse", "no-such-source", "x"]) == 2
    assert main(["parse", "ndjson", "no-such-file"]) == 2
    assert b"Traceback" not in capsysbinary.readouterr().err


def test_parse_accounts_for_what_a_cut_file_still_had(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    good = b'{"text":"Acme is fine","published_at":"2024-03-04T10:00:00Z"}\n'
    (tmp_path / "posts.ndjson.gz").write_bytes(gzip.compress(good * 1000)[:-9])
    assert main(["parse", "ndjson", str(tmp_path / "posts.ndjson.gz")]) == 0
    *_, said, account = capsysbinary.readouterr().err.splitlines()
    assert b" is cut: " in said
    assert json.loads(account)["bad"] >= 1


def test_analyze_answers_each_line_in_order(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    text = "I love Berlin 😀, says Ada Holt."
    file = _lines(
        tmp_path / "texts", json.dumps({"id": 7, "text": text}), "", '{"id":"b","text":"維瑞丹","lang":"zh-Hant"}'
    )
    assert main(["analyze", file]) == 0
    first, second, third = (json.loads(line) for line in capsysbinary.readouterr().out.splitlines())
    assert (first["id"], first["language"], first["sentiment"]["label"]) == (7, "en", "positive")
    assert all(text[entity["start"] : entity["end"]] == entity["text"] for entity in first["entities"])
    assert second["error"]
    assert (third["id"], third["language"]) == ("b", "zh-Hant")


def test_check_shows_what_is_wrong_and_no_secret(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hearken.toml").write_text(
        '[[brands]]\nname = "Acme"\nquery = "acme AND"\n[elasticsearch]\napi_key = "canary-1"\n'
        '[sources.x]\ntoken = "canary-2"\n',
        encoding="utf-8",
    )
    assert main(["check"]) == 1
    printed = capsys.readouterr().out
    assert "WRONG  Acme" in printed
    assert "^" in printed
    assert "entities" in printed
    assert "not there yet" in printed
    assert "canary" not in printed


def test_check_without_brands_says_how_to_get_some(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 1
    assert "hearken init" in capsys.readouterr().out


def test_a_missing_settings_file_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["check"], ["sources"], ["trends", "volume"], ["mentions"], ["analyze", "x"]):
        status = main([*command, "-c", "no-such.toml"])
        printed = capsys.readouterr().err
        assert (status, len(printed.splitlines())) == (2, 1), command
