"""deploy/compose.yaml: commands and settings are ours, images are pinned, nothing is open, no secret is in it."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.kibana.export import FILE
from schemas.settings import load
from tests.support.arguments import parse

OUTWARD = ("ingest", "reception", "notify")
WORKERS = ("enrich-text", "enrich-trends", "sink", *OUTWARD)
CANARY = "canary" * 4
ASKED = re.compile(r"\$\{(\w+):\?[^}]+\}")
OPTIONAL = re.compile(r"\$\{(\w+):-\}")


@pytest.fixture(scope="module")
def compose(root: Path) -> dict[str, Any]:
    text = (root / "deploy/compose.yaml").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(text)
    return read


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose["services"]
    return found


def ours(services: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {name: service for name, service in services.items() if service["image"].startswith("hearken")}


def test_it_holds_the_pipeline(services: dict[str, dict[str, Any]]) -> None:
    assert {"kafka", "elasticsearch", "kibana", "topics", "dashboard", *WORKERS} <= services.keys()
    assert services["kafka"]["image"] == "apache/kafka:4.1.1"
    assert services["elasticsearch"]["image"] == "elasticsearch:8.19.3"
    assert services["kibana"]["image"] == "kibana:8.19.3"


def test_its_commands_parse(services: dict[str, dict[str, Any]]) -> None:
    for service in ours(services).values():
        parse(service["command"])


def test_its_environment_is_made_of_settings(
    services: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, service in ours(services).items():
        with monkeypatch.context() as patch:
            for key, value in service["environment"].items():
                patch.setenv(key, OPTIONAL.sub("", ASKED.sub(CANARY, value)))
            settings = load()
        assert settings.kafka.bootstrap_servers == "kafka:9092"
        assert settings.observe.port == (0 if name == "dashboard" else 9464)
        password = settings.elasticsearch.password
        asks = name in ("sink", "notify", "dashboard")
        assert (password is not None and password.get_secret_value() == CANARY) is asks


def test_the_dashboard_opens_for_who_has_the_token(
    services: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    dashboard = services["dashboard"]
    for key, value in dashboard["environment"].items():
        monkeypatch.setenv(key, ASKED.sub(CANARY, value))
    settings = load()
    assert settings.store == "http://elasticsearch:9200"
    [token] = settings.api.tokens
    assert token.token.get_secret_value() == CANARY
    assert token.role == "responder"  # brands are saved to a file of one's own, and here is none
    assert dashboard["ports"] == [f"127.0.0.1:8900:{settings.api.port}"]
    assert f":{settings.api.port}/'" in dashboard["healthcheck"]["test"][-1]


def test_sources_and_channels_may_come_from_the_environment(
    services: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    given = {
        "SOURCES": '{"mastodon-stream": {"token": "canary"}}',
        "CHANNELS": '[{"name": "a", "url": "json://a.test"}]',
        "DOORS": '{"ndjson": {"secret": "canary"}}',
    }
    for name in OUTWARD:
        for key, value in services[name]["environment"].items():
            if found := OPTIONAL.fullmatch(value):
                monkeypatch.setenv(key, given.pop(found[1]))
    settings = load()
    assert given == {}
    assert settings.sources == {"mastodon-stream": {"token": "canary"}}
    assert [channel.name for channel in settings.alerts.channels] == ["a"]
    assert settings.reception.doors == {"ndjson": {"secret": "canary"}}


def test_the_reception_is_open_in_its_own_worker_alone(
    services: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "hearken.toml").write_text("[reception]\nport = 9999\n")
    monkeypatch.chdir(tmp_path)
    opened = {}
    for name in ("ingest", "reception"):
        with monkeypatch.context() as patch:
            for key, value in services[name]["environment"].items():
                if "RECEPTION__PORT" in key or "RECEPTION__HOST" in key:
                    patch.setenv(key, value)
            opened[name] = load().reception.port
    assert opened == {"ingest": 0, "reception": 8080}
    assert services["reception"]["ports"] == ["127.0.0.1:8080:8080"]


def test_what_speaks_to_the_outside_runs_only_when_asked_for(services: dict[str, dict[str, Any]]) -> None:
    for name, service in ours(services).items():
        assert service.get("profiles", []) == ([name] if name in OUTWARD else []), name
        assert ("outside" in service["networks"]) is (name in (*OUTWARD, "dashboard")), name
    for name in ("notify", "dashboard"):
        reading = services[name]["environment"]
        assert reading["HEARKEN_ELASTICSEARCH__USERNAME"] == "hearken-reader"  # and not as who may write


def test_images_have_a_version(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert re.search(r":\d+\.\d+\.\d+$", service["image"]), name


def test_ports_are_open_on_this_machine_only(services: dict[str, dict[str, Any]]) -> None:
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert len(ports) == 5
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in ports)


def test_every_credential_is_asked_for(root: Path, services: dict[str, dict[str, Any]]) -> None:
    asked = set()
    for service in services.values():
        for key, value in service.get("environment", {}).items():
            if re.search("PASSWORD|KEY|SECRET|TOKEN", key):
                found = ASKED.search(value) if key == "HEARKEN_API__TOKENS" else ASKED.fullmatch(value)
                assert found, key
                asked.add(found[1])
            elif found := OPTIONAL.fullmatch(value):
                asked.add(found[1])
    lines = (root / "deploy/compose.env").read_text(encoding="utf-8").splitlines()
    assert {line for line in lines if line and not line.startswith("#")} == {f"{name}=" for name in asked}


def test_workers_are_confined_probed_and_bounded(services: dict[str, dict[str, Any]]) -> None:
    for name, service in ours(services).items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert ("ports" in service) is (name in ("reception", "dashboard")), name
    for name in WORKERS:
        probe = services[name]["healthcheck"]["test"][-1]
        assert ":9464/" in probe
        assert "'live'" in probe
        assert "'ready'" in probe
        compile(probe, name, "exec")
    assert all("mem_limit" in service for service in services.values())


def test_everything_it_names_is_there(root: Path, compose: dict[str, Any], services: dict[str, dict[str, Any]]) -> None:
    files = {name: (root / "deploy" / config["file"]).resolve() for name, config in compose["configs"].items()}
    assert files.pop("settings") == root / "hearken.toml"  # the user's own
    assert files.pop("saved-objects") == FILE
    assert all(path.is_file() for path in files.values())
    for service in services.values():
        assert service.get("depends_on", {}).keys() <= services.keys()
        assert {config["source"] for config in service.get("configs", [])} <= compose["configs"].keys()
        assert set(service["networks"]) <= compose["networks"].keys()
        if "build" in service:
            assert (root / "deploy" / service["build"]["context"]).resolve() == root
            assert (root / service["build"]["dockerfile"]).is_file()
        named = [volume.split(":")[0] for volume in service.get("volumes", [])]
        assert set(named) <= compose["volumes"].keys()
