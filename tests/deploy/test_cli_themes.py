"""`hearken trends themes` tells what the invented crisis is about."""

import json
from pathlib import Path

import pytest

from deploy.cli import main

ASKED = ("trends", "themes", "--brand", "Veridane", "--from", "2026-03-20", "--to", "2026-03-25")


def test_themes_of_a_brand_in_a_time(told: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*ASKED, "--store", str(told), "--limit", "6", "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert 0 < len(rows) <= 6
    assert all(row["brand"] == "veridane" and row["times_usual"] >= 2 and 0 < row["share"] < 1 for row in rows)
    assert main([*ASKED, "--store", str(told)]) == 0
    assert rows[0]["value"] in capsys.readouterr().out
