"""`hearken backtest spikes`: one row out for each row in, whatever the rows are."""

import csv
import gzip
import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from deploy.cli import main, spike_plot

FIRST = datetime(2024, 1, 1, 0, 2, 53, tzinfo=UTC)
BURST = 1_300
HEAD = "timestamp,value,anomaly_score,alert"


def rows(number: int = 1_440, minutes: int = 5) -> list[str]:
    random = Random(5)
    times = (f"{FIRST + timedelta(minutes=minutes * n):%Y-%m-%d %H:%M:%S}" for n in range(number))
    return [f"{time},{random.randrange(9) + (200 if n == BURST else 0)}" for n, time in enumerate(times)]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> "Run":
    return Run(tmp_path, capsys)


class Run:
    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder, self._capsys = folder, capsys
        self.err: list[str] = []

    def __call__(self, lines: list[str] | bytes, head: str = "timestamp,value", *more: str) -> list[list[str]]:
        file = self._folder / "counts.csv"
        file.write_bytes(lines if isinstance(lines, bytes) else "\n".join([head, *lines]).encode() + b"\n")
        assert main(["backtest", "spikes", str(file), *more]) == 0
        printed = self._capsys.readouterr()
        self.err = printed.err.splitlines()
        first, *found = csv.reader(io.StringIO(printed.out))
        assert ",".join(first) == HEAD
        return found


def test_the_burst_alerts_and_every_row_has_its_row(run: Run) -> None:
    given = rows()
    found = run(given)
    assert [",".join(row[:2]) for row in found] == given
    assert [n for n, row in enumerate(found) if row[3] == "1"] == [BURST]
    assert max(found, key=lambda row: float(row[2])) == found[BURST]
    assert all(0 <= float(row[2]) < 1 for row in found)
    assert len(found[BURST][2]) > 12
    assert run.err == []


@pytest.mark.parametrize("cut", [30, 48, 700, BURST + 1])
def test_the_rows_of_a_prefix_are_those_of_the_whole(run: Run, cut: int) -> None:
    assert run(rows()[:cut]) == run(rows())[:cut]


def test_rows_may_end_as_on_an_old_mac_and_a_huge_cell_is_one_bad_row(run: Run) -> None:
    given = rows(60)
    given[10] = f'"{"9" * 200_000}",1'
    found = run("\r".join(["timestamp,value", *given]).encode())
    assert [row[0] for row in found] == ["" if at == 10 else line.split(",")[0] for at, line in enumerate(given)]
    assert len(run.err) == 1


def test_rows_that_cannot_be_used_keep_their_place_and_change_nothing(run: Run) -> None:
    bad = {
        100: ("2024-01-01 09:00:00,", "no value"),
        200: ("2024-01-01 09:00:00,NaN", "not a number from 0"),
        300: ("2024-01-01 09:00:00,-3", "not a number from 0"),
        400: ("2024-01-01 09:00:00,many", "no number"),
        500: ("some day,3", "timestamp cannot be read"),
        600: (",3", "no timestamp"),
        700: ('"2024-01-01 09:00:00', "no value"),
        800: ("2024-01-01 00:02:53,9999", "line 2 has the same time"),
        900: ("2024-01-01 09:00:00,1e300", "not a number from 0"),
    }
    given, place = rows(), list(range(len(rows())))
    for at, (line, _) in bad.items():
        given.insert(at, line)
        place.insert(at, -1)
    found, clean = run(given), run(rows())
    assert [row for row, n in zip(found, place, strict=True) if n >= 0] == clean
    assert all(row[2:] == ["0.0", "0"] for row, n in zip(found, place, strict=True) if n < 0)
    run(given)
    assert len(run.err) == len(bad)
    for at, (_, reason) in bad.items():
        assert any(line.startswith(f"line {at + 2}: ") and reason in line for line in run.err)


def test_rows_out_of_order_are_read_in_order_of_time(run: Run) -> None:
    given = rows()
    mixed = Random(6).sample(given, len(given))
    assert sorted(map(tuple, run(mixed))) == sorted(map(tuple, run(given)))


def test_how_the_file_is_written_does_not_matter(run: Run) -> None:
    given = rows()
    plain = run(given)
    text = "\n".join(["timestamp,value", *given])
    assert run(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()) == plain
    assert run(gzip.compress(text.encode())) == plain
    assert run(text.encode("utf-16")) == plain
    turned = [",".join(("x", *reversed(line.split(",")))) for line in given]
    assert run(turned, "note,Value, TimeStamp ") == plain
    assert run([line.replace(",", ";") for line in given], "timestamp;value") == plain
    assert run([f"{line}\n" for line in given]) == plain
    assert run(given, "date,mentions") == run("\n".join(given).encode()) == plain
    assert [row[2:] for row in run([line.replace("-", "/").replace(",", " UTC,") for line in given])] == [
        row[2:] for row in plain
    ]


def test_zones_are_read_and_given_back_as_written(run: Run) -> None:
    given = rows()
    zoned = [line.replace(" ", "T").replace(",", "Z,") for line in given]
    found = run(zoned)
    assert [row[2:] for row in found] == [row[2:] for row in run(given)]
    assert found[0][0].endswith("Z")
    mixed = [*zoned[:700], *given[700:]]
    assert [row[2:] for row in run(mixed)] == [row[2:] for row in found]


@pytest.mark.parametrize("minutes", [1, 15, 60, 1_440])
def test_the_width_of_a_bucket_is_told_from_the_rows(run: Run, minutes: int) -> None:
    number = max(1_440, 4_320 // minutes)
    given = rows(number, minutes)
    late = number - 100
    for row, value in ((BURST, "4"), (late, "300.5")):
        given[row] = f"{given[row].split(',')[0]},{value}"
    assert run(given)[late][3] == "1"


def test_missing_rows_are_a_gap_that_does_not_fire(run: Run) -> None:
    given = rows()
    found = run([*given[:700], *given[1_000:]])
    assert [n for n, row in enumerate(found) if row[3] == "1"] == [BURST - 300]


@pytest.mark.parametrize("value", ["0", "7", "1e7"])
def test_a_series_that_never_changes_never_alerts(run: Run, value: str) -> None:
    found = run([f"{line.split(',')[0]},{value}" for line in rows()])
    assert {row[3] for row in found} == {"0"}


def test_steps_of_any_length_and_counts_of_any_size_have_their_burst(run: Run) -> None:
    random, at, uneven = Random(8), FIRST, list[str]()
    for line in rows():
        at += timedelta(minutes=random.choice([1, 2, 5, 5, 5, 9, 31]))
        uneven.append(f"{at:%Y-%m-%d %H:%M:%S},{line.split(',')[1]}")
    loud = [f"{line.split(',')[0]},{(int(line.split(',')[1]) + 10) * 1_000_000}" for line in rows()]
    for given in (uneven, loud):
        assert [n for n, row in enumerate(run(given)) if row[3] == "1"] == [BURST]


@pytest.mark.parametrize("minutes", [1_440, 10_080])
def test_days_and_weeks_are_held_against_their_own_record(run: Run, minutes: int) -> None:
    """What a series reaches now and then is nothing new after weeks, where a row is a day or a week."""
    assert [n for n, row in enumerate(run(rows(BURST + 40, minutes))) if row[3] == "1"] == [BURST]


@pytest.mark.parametrize("minutes", [5, 60, 360, 1_440, 10_080])
def test_what_grows_from_row_to_row_is_one_episode(run: Run, minutes: int) -> None:
    given = rows(800, minutes)
    for n in range(700, 706):
        given[n] = f"{given[n].split(',')[0]},{200 * 1.6 ** (n - 700)}"
    assert [n for n, row in enumerate(run(given)) if row[3] == "1"] == [700]


def test_of_many_bad_rows_some_are_told_and_the_others_counted(run: Run) -> None:
    found = run([f"{line.split(',')[0]},-1" for line in rows(200)])
    assert {(row[2], row[3]) for row in found} == {("0.0", "0")}
    assert len(run.err) == 22
    assert run.err[20] == "and 180 more such lines"


def test_a_few_rows_are_no_baseline(run: Run) -> None:
    found = run(rows(40))
    assert {(row[2], row[3]) for row in found} == {("0.0", "0")}
    assert "40 good rows are too few" in run.err[0]
    assert run([]) == []


def test_scores_go_into_a_file(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = run(rows())
    target = tmp_path / "scores.csv"
    assert main(["backtest", "spikes", str(tmp_path / "counts.csv"), "-o", str(target)]) == 0
    assert capsys.readouterr().out == ""
    assert list(csv.reader(target.read_text(encoding="utf-8").splitlines()))[1:] == printed
    assert main(["backtest", "spikes", str(tmp_path / "counts.csv"), "-o", str(tmp_path / "no" / "such")]) == 2
    assert "cannot write" in capsys.readouterr().err


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xd8\xff\xe0JFIF", b"{}"])
def test_what_is_no_table_is_one_line(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.csv").write_bytes(content)
    assert main(["backtest", "spikes", str(tmp_path / "x.csv")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "columns timestamp and value" in line


def test_the_drawing_is_a_picture_or_a_page(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for name, beginning in (("a.png", b"\x89PNG"), ("a.html", b"<!doctype html>")):
        run(rows(), "timestamp,value", "--plot", str(tmp_path / name))
        assert (tmp_path / name).read_bytes().startswith(beginning)
    assert b"<script" not in (tmp_path / "a.html").read_bytes()
    run(rows(10), "timestamp,value", "--plot", str(tmp_path / "empty.png"))


def test_without_matplotlib_one_line_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.csv").write_text("timestamp,value\n")
    monkeypatch.setattr(spike_plot, "find_spec", lambda name: None)
    assert main(["backtest", "spikes", str(tmp_path / "x.csv"), "--plot", str(tmp_path / "x.png")]) == 2
    assert "hearken[plot]" in capsys.readouterr().err
    assert main(["backtest", "spikes", str(tmp_path / "x.csv"), "--plot", str(tmp_path / "x.gif")]) == 2
    assert ".png or .html" in capsys.readouterr().err
