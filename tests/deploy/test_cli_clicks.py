"""From posts and a table of clicks to click-through, by the commands alone."""

import json
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from deploy.cli.app import app
from tests.support.live_runs import write_settings

LINK = "https://shop.example/phone?utm_source=net"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    settings = write_settings(tmp_path, "")
    post = {"native_id": "1", "text": f"the acme phone {LINK}", "published_at": "2024-03-01T12:00:00Z", "links": [LINK]}
    (tmp_path / "posts.ndjson").write_bytes(orjson.dumps(post | {"counts": {"views": 50}}))
    rows = [f"{LINK}&fbclid={number},2024-03-01T13:00:0{number}Z,click," for number in range(5)]
    rows.append(f"{LINK},2024-03-01T14:00:00Z,purchase,30")
    rows.append("https://elsewhere.example/,2024-03-01T14:00:00Z,click,")
    (tmp_path / "clicks.csv").write_text("url,time,event,value\n" + "\n".join(rows) + "\n")
    path = tmp_path / "store.db"
    for _ in range(2):  # again changes nothing
        for name, kind in (("clicks.csv", "clicks"), ("posts.ndjson", "ndjson")):
            asked = ["replay", str(tmp_path / name), "--format", kind, "-c", str(settings), "--store", str(path)]
            result = CliRunner().invoke(app, asked)
            assert result.exit_code == 0, result.output
    return path


def test_what_came_of_a_link_is_told(store: Path) -> None:
    asked = ["trends", "clicks", "--brand", "Acme", "--store", str(store)]
    result = CliRunner().invoke(app, [*asked, "--format", "json"])
    assert result.exit_code == 0, result.output
    (row,) = json.loads(result.stdout)
    assert (row["link"], row["clicks"], row["conversions"]) == ("shop.example/phone?utm_source=net", 5, 1)
    assert (row["views"], row["click_rate"], row["conversion_rate"], row["amounts"]) == (50, 0.1, 0.2, {"": 30.0})
    table = CliRunner().invoke(app, asked)
    assert "10 %" in table.stdout.replace("%", " %").replace("  ", " ")
    none = CliRunner().invoke(app, [*asked, "--from", "2024-03-02", "--to", "2024-03-03", "--format", "json"])
    assert json.loads(none.stdout) == []
