"""`hearken alerts` and `hearken backtest rules`, as they are typed."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.cli import main
from schemas.alert import Alert, Drivers, DrivingPost
from schemas.brand import Brand
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.mentions import T0, bucket, mention

_NASTY = "\x1b[2J=[red]Acme[/red]: 9 mentions"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Nine days of a mention an hour, thirty within half an hour on the ninth, and an alert that is stored."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "some.db"
    hours = [*range(9 * 24), *(8.3 * 24 + n / 60 for n in range(30))]
    mentions = [mention(str(n), hours=hour, hashtags=["fire"] if n >= 9 * 24 else []) for n, hour in enumerate(hours)]
    at = T0 + timedelta(days=8.3)
    alert = Alert(
        id="a", revision=2, brand="acme", kind="volume_spike", status="closed", opened_at=at, peak_at=at, closed_at=at,
        updated_at=at + timedelta(hours=1), scale_ms=3_600_000, observed=30, expected=1.0, ratio=30.0, novelty=0.5,
        summary=_NASTY, drivers=Drivers(posts=[DrivingPost(id="p")]),
    )  # fmt: skip
    with SqliteStore(path) as opened:
        opened.save_brands([Brand(name="Acme", query="acme"), Brand(name="Borealis", query="borealis")])
        opened.write(Write(mentions=mentions, trends=[bucket(hour) for hour in hours[::8]], alerts=[alert]))
    return str(path)


def test_alerts_are_shown_with_what_drives_them(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "--store", store, "--format", "json", "--brand", "Acme", "--status", "closed"]) == 0
    (alert,) = json.loads(capsys.readouterr().out)
    assert (alert["id"], alert["kind"], alert["observed"]) == ("a", "volume_spike", 30)
    assert alert["drivers"]["posts"] == [{"id": "p", "copies": 0}]
    assert alert["drivers"]["hashtags"] == [{"value": "fire", "count": 30}]
    assert main(["alerts", "--store", store, "--format", "csv"]) == 0
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["id"], json.loads(row["hashtags"])[0]["value"]) == ("a", "fire")
    assert main(["alerts", "--store", store]) == 0
    shown = capsys.readouterr().out
    assert "volume spike" in shown
    assert "\x1b[2J" not in shown


@pytest.mark.parametrize("option", [["--status", "open"], ["--to", "2024-03-05"], ["--brand", "borealis"]])
def test_what_is_not_asked_for_is_not_shown(store: str, option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["alerts", "--store", store, "--format", "json", *option]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main(["alerts", "--store", store, *option]) == 0
    assert "nothing is stored" in capsys.readouterr().err


def test_what_is_stored_goes_through_the_rules_again(store: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["backtest", "rules", "--store", store, "--brand", "Acme"]
    assert main([*asked, "--format", "json"]) == 0
    said = capsys.readouterr()
    (alert,) = json.loads(said.out)
    assert (alert["kind"], alert["replayed"]) == ("volume_spike", True)
    assert alert["opened_at"].startswith("2024-03-12T07:")
    assert "alerts: 1, brands: 1, per brand and week: 0.78" in said.err
    assert main([*asked, "--format", "json", "--to", "2024-03-12"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert main([*asked, "--format", "json", "--per-week", "0.001"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    with SqliteStore(store, read_only=True) as opened:
        assert [one.id for one in opened.alerts(None, None, None, None, 9)] == ["a"]
