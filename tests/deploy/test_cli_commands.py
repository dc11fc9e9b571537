"""The commands that need no store, as they are typed."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.cli import main


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
