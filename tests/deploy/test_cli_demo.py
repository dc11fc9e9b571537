"""The demonstration from the invented posts to the summary, through the whole pipeline, at a small scale."""

import json
import socket
from functools import partial
from pathlib import Path

import pytest

from deploy.cli import main
from deploy.cli.demo import DEFAULT_STORE
from deploy.demo.scenario import Scenario

_SCALE = 0.12


def _told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **changes: bool) -> str:
    monkeypatch.setattr("deploy.demo.scenario.Scenario", partial(Scenario, scale=_SCALE, **changes))
    assert main(["demo", "--no-dashboard"]) == 0
    printed = capsys.readouterr()
    assert "SYNTHETIC" in printed.out
    assert "SYNTHETIC" in printed.err
    return printed.out


@pytest.fixture(autouse=True)
def _own_folder_without_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the demonstration needs no network")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_the_demonstration_tells_the_story_that_the_store_holds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = _told(monkeypatch, capsys)
    assert "Good news, Tue 17 Mar" in said
    assert "Crisis, Fri 20 Mar to Sat 21 Mar" in said
    assert "Looks bought, Tue 24 Mar" in said
    assert "@una_fixes" in said
    assert "@gadgetgrady (486,000 followers)" in said
    assert "Chinese (traditional)" in said
    assert "Halvik" in said
    assert "quiet in the week" in said
    assert main(["trends", "volume", "--brand", "veridane", "--format", "json", "--store", str(DEFAULT_STORE)]) == 0
    days = {row["time"][:10]: row["count"] for row in json.loads(capsys.readouterr().out)}
    assert max(days, key=lambda day: days[day]) == "2026-03-21"
    assert f"{days['2026-03-17']:,} mentions" in said
    assert main(["mentions", "--query", '"very small number"', "--format", "json", "--store", str(DEFAULT_STORE)]) == 0
    assert all(row["kind"] == "quote" for row in json.loads(capsys.readouterr().out))  # the statement itself is gone
    assert main(["mentions", "--query", "campfire OR hockey", "--format", "json", "--store", str(DEFAULT_STORE)]) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_without_a_crisis_no_crisis_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = _told(monkeypatch, capsys, complaint=False, bought=False)
    assert "Crisis," not in said
    assert "No crisis" in said
    assert "Nothing looks bought" in said
    assert "Good news, Tue 17 Mar" in said
    assert "una_fixes" not in said
    assert "gadgetgrady" not in said


def test_a_store_of_somebodys_own_is_never_taken_away(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "own.db"
    own.write_text("precious")
    assert main(["demo", "--store", str(own)]) == 2
    assert "is there already" in capsys.readouterr().err
    assert own.read_text() == "precious"
