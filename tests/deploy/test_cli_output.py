import csv
import io
import json

import pytest
from rich.console import Console

from deploy.cli.output import Column, emit, moment_text, number, percent, print_csv, print_json, print_table, safe

_NASTY = "\x1b]0;owned\x07\x1b[31mred\u202e\n[bold]not markup[/bold] \x9b1m :smile:"


def test_safe_leaves_a_terminal_nothing_to_obey() -> None:
    shown = safe(_NASTY)
    assert shown == "]0;owned[31mred [bold]not markup[/bold] 1m :smile:"
    assert safe(None) == ""


def test_table_prints_text_as_it_is_written(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([Column("post", lambda row: row["text"], wide=True)], [{"text": _NASTY}], title="[red]title\x1b")
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\x9b" not in printed
    assert "\u202e" not in printed
    assert "[bold]not markup[/bold]" in printed
    assert ":smile:" in printed
    assert "[red]title" in printed


def test_wide_column_wraps_and_the_others_stay_whole(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"id": "0123456789", "text": "word " * 100}]
    print_table([Column("id", lambda row: row["id"]), Column("post", lambda row: row["text"], wide=True)], rows)
    printed = capsys.readouterr().out
    assert printed.count("0123456789") == 1
    assert printed.count("word") == 100


def test_a_long_run_of_chinese_is_wrapped_and_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    print_table([Column("post", lambda row: row["text"], wide=True)], [{"text": "電池膨脹" * 60}])
    assert "".join(capsys.readouterr().out.split()).removeprefix("post") == "電池膨脹" * 60


def test_a_narrow_terminal_leaves_out_spare_columns_and_cuts_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    columns = [
        Column("day", lambda row: "Mon 2026-03-02"),
        Column("reach", lambda row: "1,234,567", "right", spare=True),
        Column("rate", lambda row: "0.25", "right", spare=True),
        Column("post", lambda row: "word " * 9, wide=True),
    ]
    shown = {}
    for width in (80, 50, 40, 20):
        out = Console(file=io.StringIO(), force_terminal=True, width=width, no_color=True)
        print_table(columns, [{}], to=out)
        assert isinstance(out.file, io.StringIO)
        shown[width] = out.file.getvalue(), capsys.readouterr().err.strip()
        assert "…" not in shown[width][0]
    assert [said for _, said in shown.values()] == [
        "",
        "too little room for: rate",
        *["too little room for: reach, rate"] * 2,
    ]
    assert "1,234,567" in shown[50][0]
    assert "1,234,567" not in shown[40][0]


def test_json_is_the_value_with_controls_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"text": _NASTY, "count": 1, "名": "維"}]
    print_json(rows)
    printed = capsys.readouterr().out
    assert json.loads(printed) == rows
    assert not {"\x1b", "\x9b", "\u202e", "\x07"} & set(printed)
    assert "維" in printed


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_csv_defuses_formulas(formula: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_csv([{"a": formula, "b": -1.5, "c": [1], "d": None}], ["a", "b", "c", "d"])
    _, row = csv.reader(io.StringIO(capsys.readouterr().out))
    assert row[0].startswith("'")
    assert row[1:] == ["-1.5", "[1]", ""]


def test_emit_says_on_stderr_that_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    emit("table", [], ["a"], lambda rows: None)
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "nothing is stored" in printed.err
    emit("json", [], ["a"], lambda rows: None)
    assert json.loads(capsys.readouterr().out) == []
    emit("csv", [], ["a"], lambda rows: None)
    assert capsys.readouterr().out == "a\n"


def test_numbers_for_people() -> None:
    assert number(12345) == "12,345"
    assert number(2.25) == "2.2"
    assert number(None) == "-"
    assert percent(0.256) == "26%"
    assert percent(None) == "-"
    assert moment_text("2026-03-02T13:05:00Z") == "Mon 2026-03-02 13:05"
    assert moment_text("2026-03-02T00:00:00Z", 86_400_000) == "Mon 2026-03-02"
