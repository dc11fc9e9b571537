"""`hearken backtest cascades`: one row for each cascade, from what was seen by the moment alone."""

import csv
import gzip
import io
from math import isfinite
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.cli import main
from deploy.cli.event_table import read_cascades

HEAD = "cascade_id,seconds,followers\n"


def _file(tmp_path: Path, text: str | bytes, name: str = "events.csv") -> str:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[list[dict[str, str]], str]:
    capsys.readouterr()
    assert main(["backtest", "cascades", *arguments]) == 0
    said = capsys.readouterr()
    return list(csv.DictReader(io.StringIO(said.out))), said.err


def _events(number: int = 40, cascade: str = "a") -> str:
    return f"{cascade},0,900\n" + "".join(f"{cascade},{20 * n},{n * 10}\n" for n in range(1, number))


def test_the_columns_and_their_bounds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, _ = _run(capsys, _file(tmp_path, HEAD + _events()), "--observe", "600")
    assert [list(row) for row in rows] == [
        ["cascade_id", "observed", "velocity", "r", "forecast", "low", "high", "supercritical"]
    ]
    row = rows[0]
    assert row["observed"] == "30"
    assert 30 <= int(row["low"]) <= float(row["forecast"]) <= int(row["high"])
    assert row["supercritical"] == str(int(float(row["r"]) >= 1))
    assert 19 < float(row["velocity"]) < 20.8  # 30 reshares, nearly each of them counts ln 2 an hour


def test_every_cascade_has_a_row_in_order_of_first_appearance(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = HEAD + 'late,99999,\n"b, ""c""",0,5\nlate,0,\nonly bad,x,\n"b, ""c""",7,\n=1+1,0,\n'
    rows, said = _run(capsys, _file(tmp_path, text), "--observe", "600")
    assert [(row["cascade_id"], row["observed"], row["r"]) for row in rows] == [
        ("late", "0", ""), ('b, "c"', "1", ""), ("only bad", "0", ""), ("=1+1", "0", ""),
    ]  # fmt: skip
    assert "line 5: seconds 'x'" in said
    assert rows[0]["velocity"] == "0"
    assert all(isfinite(float(row["high"])) for row in rows)


@pytest.mark.parametrize("name", ["events.csv", "events.csv.gz"])
def test_headers_in_another_order_marks_line_ends_and_packing_change_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    plain, _ = _run(capsys, _file(tmp_path, HEAD + _events()), "--observe", "300")
    lines = [line.split(",") for line in (HEAD + _events()).splitlines()]
    turned = "\ufeff" + "".join(f"{followers} , {seconds},{name}\r\n" for name, seconds, followers in lines)
    packed = gzip.compress(turned.encode()) if name.endswith("gz") else turned.encode()
    other, _ = _run(capsys, _file(tmp_path, packed, name), "--observe", "300")
    assert other == plain
    for separator in ";\t":
        text = (HEAD + _events()).replace(",", separator)
        assert _run(capsys, _file(tmp_path, text), "--observe", "300")[0] == plain


def test_a_column_of_followers_is_not_needed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = "cascade_id,seconds\n" + "".join(f"a,{20 * n}\n" for n in range(40))
    empty = HEAD + "".join(f"a,{20 * n},\n" for n in range(40))
    short = HEAD + "".join(f"a,{20 * n}\n" for n in range(40))
    nought = HEAD + "".join(f"a,{20 * n},0\n" for n in range(40))
    found = [_run(capsys, _file(tmp_path, text), "--observe", "300")[0] for text in (bare, empty, short, nought)]
    assert found[0] == found[1] == found[2] == found[3]


def test_bad_rows_are_told_by_line_and_stop_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = HEAD + _events(10) + "a,nan,1\na,1e999,1\na,,\na\n,5,5\n\na,50,many\na,60,-3\na,-20,5\n"
    rows, said = _run(capsys, _file(tmp_path, text), "--observe", "300")
    assert rows[0]["observed"] == "12"
    for line in (12, 13, 14, 15, 16, 18, 19):
        assert f"line {line}:" in said
    many, said = _run(capsys, _file(tmp_path, HEAD + "a,x,\n" * 100), "--observe", "300")
    assert len(many) == 1
    assert len(said.splitlines()) == 21


def test_without_a_root_all_rows_are_reshares(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, _ = _run(capsys, _file(tmp_path, HEAD + "a,5,\na,1,\nb,0,\nb,0,\n"), "--observe", "300")
    assert [row["observed"] for row in rows] == ["2", "1"]


def test_a_moment_behind_the_horizon_leaves_nothing_to_come(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, _ = _run(capsys, _file(tmp_path, HEAD + _events()), "--observe", "7200", "--horizon", "3600")
    assert (rows[0]["forecast"], rows[0]["low"], rows[0]["high"]) == ("39.0", "39", "39")


@pytest.mark.parametrize("source", ["default", "weibo", "x"])
def test_a_learned_source_can_be_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str], source: str) -> None:
    rows, _ = _run(capsys, _file(tmp_path, HEAD + _events()), "--observe", "600", "--source", source)
    assert float(rows[0]["forecast"]) >= 30


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--observe", "0"], "--observe 0: write seconds"),
        (["--observe", "nan"], "--observe nan: write seconds"),
        (["--observe", "60", "--horizon", "-1"], "--horizon -1: write seconds"),
        (["--observe", "60", "--source", "fax"], "no kernel was learned for 'fax': there are default, weibo, x"),
    ],
)
def test_a_mistake_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    assert main(["backtest", "cascades", _file(tmp_path, HEAD + _events()), *arguments]) == 2
    said = capsys.readouterr()
    assert says in " ".join(said.err.split())
    assert said.out == ""


@pytest.mark.parametrize("text", ["", "id,when\n1,2\n", "\n\n", "cascade_id\nx\n", b"\xff\xfe\x00"])
def test_a_file_of_another_kind_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | bytes
) -> None:
    assert main(["backtest", "cascades", _file(tmp_path, text), "--observe", "60"]) == 2
    assert "cascade_id,seconds[,followers]" in " ".join(capsys.readouterr().err.split())
    assert main(["backtest", "cascades", str(tmp_path / "none.csv"), "--observe", "60"]) == 2


_ODD = {
    "one": ["3,"], "same second": ["77,10"] * 50, "with the post": ["0,10"] * 50, "before the post": ["-9,5"] * 40,
    "at the end": ["600,5"] * 40, "behind the end": ["601,5"] * 40, "out of order": ["500,3", "2,", "50,4"] * 9,
    "parts": ["0.5,2.5", "7.25,"] * 9, "absurd followers": ["60,99999999999999999999"] * 40, "absurd age": ["1e300,5"],
    "many": ["599,1"] * 20_000,
}  # fmt: skip


def test_cascades_of_any_shape_have_a_finite_forecast(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = HEAD + "".join(f"{name},{row}\n" for name, told in _ODD.items() for row in ["0,1e300", *told])
    for observe in ("0.001", "600", "604800", "3e9"):
        rows, said = _run(capsys, _file(tmp_path, text), "--observe", observe)
        assert [row["cascade_id"] for row in rows] == list(_ODD)
        assert said == ""
        for row in rows:
            assert int(row["observed"]) <= int(row["low"]) <= float(row["forecast"]) + 0.5
            assert float(row["forecast"]) <= int(row["high"]) + 0.5
            assert all(isfinite(float(row[name] or 0)) for name in row if name != "cascade_id")


_rows = st.lists(
    st.tuples(
        st.sampled_from("ab"), st.floats(0, 2000).map(lambda at: round(at, 1)), st.none() | st.integers(0, 10**6)
    ),
    max_size=40,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(_rows, st.randoms(use_true_random=False))
def test_later_rows_and_the_order_of_rows_change_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: list[tuple[str, float, int | None]], random: Random
) -> None:
    def answer(chosen: list[tuple[str, float, int | None]]) -> dict[str, dict[str, str]]:
        text = HEAD + "".join(f"{name},{at},{'' if f is None else f}\n" for name, at, f in chosen)
        found, _ = _run(capsys, _file(tmp_path, text), "--observe", "600")
        return {row["cascade_id"]: row for row in found}

    rows = [("a", 1.0, 5), ("b", 1.0, None), *rows]
    seen = [row for row in rows if row[1] <= 600]
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert answer(rows) == answer(seen) == answer(shuffled)


def test_state_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    random = Random(3)
    rows = "".join(f"a,{1 + random.expovariate(1 / 4000):.1f},{random.randrange(999)}\n" for _ in range(30_000))
    found = read_cascades(Path(_file(tmp_path, HEAD + rows)), 1e6, lambda text: None)
    assert found["a"].seen == 30_000
    assert len(found["a"].cascade.deeds) < 450
