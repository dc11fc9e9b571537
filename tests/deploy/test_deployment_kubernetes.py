"""deploy/kubernetes/: what kustomize needs is there, what runs is ours, and it all fits the workers."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from enrich.runner.text import TextWorker
from enrich.runner.trends import TrendsWorker
from schemas.settings import load
from schemas.topics import TOPICS
from sinks.intake import READ
from tests.support.arguments import parse

SCALED = {"enrich-text", "enrich-trends", "sink"}
OUTWARD = {"ingest", "reception", "notify"}
WORKERS = SCALED | OUTWARD
SERVED = "dashboard"
ASK_ELASTICSEARCH = {"sink", "notify", SERVED, "topics", "rotate"}
OVERLAYS = ("small", "production")
PRINCIPALS = ("setup", "enrich", "sink", "ingest", "reception", "notify", SERVED)
SECRETS = {f"hearken-{name}" for name in (*PRINCIPALS, "authorities")}
JSON = {
    "HEARKEN_SOURCES": "{}",
    "HEARKEN_RECEPTION__DOORS": "{}",
    "HEARKEN_ALERTS__CHANNELS": "[]",
    "HEARKEN_API__TOKENS": '[{"name": "canary", "token": "canary-of-twenty-letters"}]',
}
OF = {"enrich-text": "enrich", "enrich-trends": "enrich", "topics": "setup", "rotate": "setup"}
Object = dict[str, Any]


@pytest.fixture(scope="module")
def folder(root: Path) -> Path:
    return root / "deploy" / "kubernetes"


@pytest.fixture(scope="module")
def base(folder: Path) -> list[Object]:
    return objects(folder / "base")


def read(path: Path) -> Object:
    found: Object = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def objects(folder: Path) -> list[Object]:
    """Return what a kustomization lists itself, without that of the folders it builds on."""
    listed = [folder / name for name in read(folder / "kustomization.yaml")["resources"]]
    files = [path for path in listed if path.is_file()]
    return [one for path in files for one in yaml.safe_load_all(path.read_text(encoding="utf-8"))]


def pods(base: list[Object]) -> dict[str, Object]:
    """Return the pod of everything that runs, by its name."""
    specs = [(one["metadata"]["name"], one.get("spec", {})) for one in base]
    specs = [(name, spec.get("jobTemplate", {"spec": spec})["spec"]) for name, spec in specs]
    return {name: spec["template"]["spec"] for name, spec in specs if "template" in spec}


def environment(kustomization: Object) -> dict[str, str]:
    [generated] = [one for one in kustomization["configMapGenerator"] if one["name"] == "environment"]
    return dict(line.split("=", 1) for line in generated["literals"])


def test_every_object_has_a_kind_and_a_name_of_its_own(base: list[Object]) -> None:
    seen = [(one["apiVersion"], one["kind"], one["metadata"]["name"]) for one in base]
    assert len(seen) == len(set(seen))
    assert all(re.fullmatch(r"[a-z][a-z-]*", name) for _, _, name in seen)


@pytest.mark.parametrize("name", ["base", *(f"overlays/{name}" for name in OVERLAYS)])
def test_a_kustomization_lists_each_file_beside_it_and_no_other(folder: Path, name: str) -> None:
    here = folder / name
    kustomization = read(here / "kustomization.yaml")
    listed = set(kustomization["resources"])
    assert all((here / entry).exists() for entry in listed)
    generated = kustomization["configMapGenerator"]
    files = {file for one in generated for file in one.get("files", [])}
    beside = {path.name for path in here.iterdir()} - {"kustomization.yaml"}
    assert {entry for entry in listed if "/" not in entry} | files == beside


@pytest.mark.parametrize("name", OVERLAYS)
def test_an_overlay_changes_what_is_there(folder: Path, base: list[Object], name: str) -> None:
    kustomization = read(folder / "overlays" / name / "kustomization.yaml")
    assert kustomization["resources"][0] == "../../base"
    for patch in kustomization.get("patches", []):
        wanted = patch["target"]
        hit = [
            one
            for one in base
            if one["kind"] == wanted["kind"] and re.fullmatch(wanted.get("name", ".*"), one["metadata"]["name"])
        ]
        assert hit
        for operation in yaml.safe_load(patch["patch"]):
            for one in hit:
                place: Any = one
                for step in operation["path"].strip("/").split("/"):
                    place = place[int(step)] if isinstance(place, list) else place[step]
    images = {image["name"] for image in kustomization["images"]}
    assert {container["image"] for pod in pods(base).values() for container in pod["containers"]} == images
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", image["newTag"]) for image in kustomization["images"])


def test_what_runs_is_a_command_of_ours(base: list[Object]) -> None:
    assert pods(base).keys() == WORKERS | {SERVED, "topics", "rotate"}
    for pod in pods(base).values():
        parse(pod["containers"][0]["args"])


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_environment_is_made_of_settings(
    folder: Path, base: list[Object], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = environment(read(folder / "base/kustomization.yaml"))
    both |= environment(read(folder / "overlays" / name / "kustomization.yaml"))
    for pod in pods(base).values():
        [container] = pod["containers"]
        assert container["envFrom"] == [{"configMapRef": {"name": "environment"}}]
        with monkeypatch.context() as patch:
            for key, value in both.items():
                patch.setenv(key, value)
            for entry in container["env"]:
                patch.setenv(entry["name"], entry.get("value", JSON.get(entry["name"], "canary")))
            settings = load(folder / "base/hearken.toml")
        assert settings.brands
        assert settings.kafka.security_protocol == "SASL_SSL"
        assert not settings.kafka.allow_plaintext
        assert settings.elasticsearch.url.startswith("https://")
        ports = [port["containerPort"] for port in container.get("ports", [])]
        observed = [settings.observe.port]
        assert ports in ([], observed, [*observed, settings.reception.port], [settings.api.port])
        assert bool(settings.api.tokens) is (settings.api.host == "0.0.0.0") is (ports == [settings.api.port])  # noqa: S104
        assert bool(settings.reception.port) is (container["args"][:3] == ["ingest", "--source", "push"])
        assert settings.observe.host == "0.0.0.0"  # noqa: S104 - the pod's own network
        mounted = {mount["mountPath"] for mount in container["volumeMounts"]}
        for file in (settings.kafka.ca_file, settings.elasticsearch.ca_file):
            assert file is not None
            assert str(file.parent) in mounted


def test_secrets_are_named_and_never_held(base: list[Object]) -> None:
    assert not [one for one in base if one["kind"] == "Secret"]
    named = set()
    for pod in pods(base).values():
        told = {entry["name"]: entry["valueFrom"] for entry in pod["containers"][0]["env"] if "valueFrom" in entry}
        assert {"HEARKEN_KAFKA__USERNAME", "HEARKEN_KAFKA__PASSWORD"} <= told.keys()
        named |= {source["secretKeyRef"]["name"] for source in told.values()}
        named |= {volume["secret"]["secretName"] for volume in pod["volumes"] if "secret" in volume}
    assert named == SECRETS


def test_a_worker_has_the_credentials_of_its_own_work(base: list[Object]) -> None:
    for name, pod in pods(base).items():
        env = pod["containers"][0]["env"]
        assert any("ELASTICSEARCH" in entry["name"] for entry in env) is (name in ASK_ELASTICSEARCH), name
        secrets = {entry["valueFrom"]["secretKeyRef"]["name"] for entry in env if "valueFrom" in entry}
        assert secrets == {f"hearken-{OF.get(name, name)}"}


def test_pods_are_restricted(base: list[Object]) -> None:
    for name, pod in pods(base).items():
        assert pod["automountServiceAccountToken"] is False, name
        assert pod["enableServiceLinks"] is False, name  # else a Service hearken-x puts HEARKEN_X_PORT before `load`
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        [container] = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]},
        }  # fmt: skip
        assert container["resources"]["limits"].keys() == {"memory"}, name  # a limit of CPU only makes it wait
        assert container["resources"]["requests"].keys() == {"memory", "cpu"}, name


def test_probes_ask_the_worker(base: list[Object]) -> None:
    for name in WORKERS:
        [container] = pods(base)[name]["containers"]
        assert container["ports"][0]["name"] == "observe"
        asked = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
        assert {kind: one["path"] for kind, one in asked.items()} == {
            "startup": "/ready", "liveness": "/live", "readiness": "/ready",
        }  # fmt: skip
        assert {one["port"] for one in asked.values()} == {"observe"}
        assert pods(base)[name]["terminationGracePeriodSeconds"] > 30


def test_a_worker_that_grows_begins_again_before_its_limit(base: list[Object]) -> None:
    for name in ("enrich-text", "enrich-trends"):
        [container] = pods(base)[name]["containers"]
        first = container["env"][0]  # where the overlay for production puts another number
        assert first["name"] == "HEARKEN_ENRICH__RECYCLE_AT_MIB"
        limit = container["resources"]["limits"]["memory"]
        mebibytes = int(limit[:-2]) * {"Mi": 1, "Gi": 1024}[limit[-2:]]
        assert int(first["value"]) < 0.9 * mebibytes  # below which nobody is called


def test_a_node_can_be_emptied(base: list[Object]) -> None:
    budgets = {one["metadata"]["name"]: one["spec"] for one in base if one["kind"] == "PodDisruptionBudget"}
    deployments = {one["metadata"]["name"]: one["spec"] for one in base if one["kind"] == "Deployment"}
    assert budgets.keys() == deployments.keys() == WORKERS | {SERVED}
    for name, budget in budgets.items():
        assert budget["maxUnavailable"] == 1
        assert budget["selector"] == deployments[name]["selector"]
        labels = deployments[name]["template"]["metadata"]["labels"]
        assert labels == budget["selector"]["matchLabels"]


def scalers(folder: Path) -> Iterator[tuple[str, Object]]:
    for one in objects(folder / "overlays/production"):
        if one["kind"] == "ScaledObject":
            yield one["spec"]["scaleTargetRef"]["name"], one["spec"]


def test_scaling_follows_the_lag_of_the_right_group_and_ends_at_the_partitions(folder: Path) -> None:
    reads = {"enrich-text": ("hearken.text", TextWorker.reads), "enrich-trends": ("hearken.trends", TrendsWorker.reads)}
    reads["sink"] = ("hearken.sink", READ)
    seen = dict(scalers(folder))
    assert seen.keys() == SCALED
    servers = environment(read(folder / "overlays/production/kustomization.yaml"))["HEARKEN_KAFKA__BOOTSTRAP_SERVERS"]
    for name, scaler in seen.items():
        group, topics = reads[name]
        for trigger in (one["metadata"] for one in scaler["triggers"]):
            assert (trigger["consumerGroup"], trigger["bootstrapServers"]) == (group, servers)
            assert trigger["topic"] in topics
            assert TOPICS[trigger["topic"]].partitions == scaler["maxReplicaCount"]
