"""`hearken kibana`: the file for the brands and addresses of the settings, and rules that are put into a space."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.cli import main
from deploy.kibana.rules import RULES
from tests.support.kibana_server import KibanaServer, kibana_server

BRANDS = '[[brands]]\nname = "Acme Phone"\nquery = "acme"\n[[brands]]\nname = "愛客"\nquery = "愛客"\n'


@pytest.fixture
def server() -> Iterator[KibanaServer]:
    with kibana_server() as running:
        yield running


def settings(folder: Path, port: int, **more: str) -> Path:
    values = {"url": f"http://127.0.0.1:{port}", "space": "brands", "api_key": "the-key"} | more
    path = folder / "hearken.toml"
    lines = [f'{name} = "{value}"' for name, value in values.items() if value]
    path.write_text("\n".join(['[outbound]\nallow = ["127.0.0.1"]', "[kibana]", *lines, BRANDS]), encoding="utf-8")
    return path


def put(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, int]:
    assert main(["kibana", "rules", "--put", "-c", str(path)]) == 0
    told: dict[str, int] = json.loads(capsys.readouterr().out)
    return told


def test_nothing_is_put_unless_it_is_asked_for(
    server: KibanaServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["kibana", "rules", "-c", str(settings(tmp_path, server.port))]) == 0
    printed = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["name"] for one in printed] == [f"hearken: {rule.name}" for rule in RULES]
    assert server.asked == []


def test_rules_are_there_once_however_often_they_are_put(
    server: KibanaServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = settings(tmp_path, server.port)
    assert put(path, capsys) == {"created": len(RULES), "updated": 0, "unchanged": 0}
    assert {space for space, _ in server.rules} == {"brands"}
    before = json.dumps(server.rules[next(iter(server.rules))])
    assert put(path, capsys) == {"created": 0, "updated": 0, "unchanged": len(RULES)}
    assert json.dumps(server.rules[next(iter(server.rules))]) == before
    assert put(settings(tmp_path, server.port, space=""), capsys)["created"] == len(RULES)
    assert len({rule for _, rule in server.rules}) == len(server.rules) == 2 * len(RULES)
    assert put(settings(tmp_path, server.port, space="default"), capsys)["unchanged"] == len(RULES)


def test_a_change_leaves_what_people_set_in_kibana(
    server: KibanaServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = settings(tmp_path, server.port)
    put(path, capsys)
    mail = {
        "group": "query matched",
        "id": "c1",
        "params": {"to": ["ops"]},
        "uuid": "u",
        "frequency": {"summary": False},
    }
    rule = server.rules[next(iter(server.rules))]
    rule |= {"actions": [mail], "enabled": False, "alert_delay": {"active": 3}, "schedule": {"interval": "1d"}}
    assert put(path, capsys) == {"created": 0, "updated": 1, "unchanged": len(RULES) - 1}
    assert rule["schedule"] == {"interval": "5m"}
    assert (rule["actions"], rule["enabled"], rule["alert_delay"]) == ([mail], False, {"active": 3})


@pytest.mark.parametrize(
    ("says", "status", "words"),
    [
        ([(401, b"{}")], 2, "does not accept the API key"),
        ([(403, b"{}")], 1, "needs all of Stack Rules"),
        ([(503, b"Kibana server is not ready yet")], 1, "too busy or not ready (503)"),
        ([(302, b"")], 1, "not as a Kibana does (302)"),
        ([(200, b"<html>")], 1, "not as a Kibana does (200)"),
        ([(200, b"[" * 2**21)], 1, "not as a Kibana does (200)"),
        ([(404, b"{}"), (404, b"{}")], 1, "is the space there?"),
        (
            [(404, b"{}"), (400, b'{"message": "the encryption\\n key is missing"}')],
            1,
            "(400): the encryption key is mis",
        ),
    ],
)
def test_every_failure_is_one_line(
    server: KibanaServer,
    tmp_path: Path,
    says: list[tuple[int, bytes]],
    status: int,
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.says = says
    assert main(["kibana", "rules", "--put", "-c", str(settings(tmp_path, server.port))]) == status
    said = capsys.readouterr().err.strip()
    assert words in said
    assert "\n" not in said
    assert "the-key" not in said


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"url": ""}, "no Kibana is configured"),
        ({"api_key": ""}, "HEARKEN_KIBANA__API_KEY"),
        ({"api_key": "wrong"}, "does not accept the API key"),
        ({"url": "http://kibana.example"}, "http is not encrypted"),
        ({"url": "https://10.0.0.1:5601"}, "no public address"),
        ({"url": "https://kibana.example:22"}, "no port of the web"),
        ({"url": "https://me:pw@kibana.example"}, "kibana.url"),
        ({"ca_file": "/nowhere.pem"}, "kibana.ca_file"),
        ({"space": "Brands!"}, "kibana.space"),
    ],
)
def test_what_cannot_be_asked_is_said_before(
    server: KibanaServer, tmp_path: Path, more: dict[str, str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["kibana", "rules", "--put", "-c", str(settings(tmp_path, server.port, **more))]) == 2
    said = capsys.readouterr().err.strip()
    assert words in said
    assert "\n" not in said
    assert "pw" not in said


def test_a_server_that_is_away_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with kibana_server() as gone:
        port = gone.port
    assert main(["kibana", "rules", "--put", "-c", str(settings(tmp_path, port))]) == 1
    assert "does not answer (ConnectError)" in capsys.readouterr().err


def test_the_file_has_a_list_of_each_brand_and_the_addresses_of_the_settings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HEARKEN_ELASTICSEARCH__INDEX_PREFIX", "team-")
    path = settings(tmp_path, 1, dashboard_url="https://listen.example/")
    file = tmp_path / "kibana.ndjson"
    assert main(["kibana", "export", "-o", str(file), "-c", str(path)]) == 0
    made = {one["id"]: one["attributes"] for one in map(json.loads, file.read_text(encoding="utf-8").splitlines())}
    listed = made["hearken-search-brand-acme-phone"]
    assert listed["title"] == "hearken: Acme Phone"
    assert 'brand: \\"acme-phone\\"' in listed["kibanaSavedObjectMeta"]["searchSourceJSON"]
    assert "hearken-search-brand-愛客" in made
    view = made["hearken-mentions"]
    assert view["title"] == "team-mentions"
    link = json.loads(view["fieldFormatMap"])["id"]["params"]["urlTemplate"]
    assert link == "https://listen.example/mention/{{value}}"
    assert "https://listen.example/alert/{{value}}" in made["hearken-alerts"]["fieldFormatMap"]
    assert main(["kibana", "export", "-c", str(path)]) == 0
    assert capsys.readouterr().out == file.read_text(encoding="utf-8")
    assert main(["kibana", "export", "-o", str(tmp_path), "-c", str(path)]) == 2
    assert "cannot write" in capsys.readouterr().err
