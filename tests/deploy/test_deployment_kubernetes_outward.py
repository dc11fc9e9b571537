"""deploy/kubernetes/: what speaks to the internet, and what drops old months, can do what it is for and no more."""

import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from deploy.listening.choice import chosen
from schemas.guard import is_public
from schemas.settings import load

Object = dict[str, Any]
OUTWARD = ("ingest", "reception", "notify")
PUBLIC = ("1.1.1.1", "9.255.255.255", "11.0.0.0", "172.32.0.1", "2606:4700:4700::1111", "2a00::1")
PRIVATE = (
    "0.1.2.3", "10.96.0.1", "100.64.0.1", "127.0.0.1", "169.254.169.254", "172.31.0.1", "192.0.0.1", "192.0.2.1",
    "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "255.255.255.255",
    "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "fd00::1", "fe80::1", "ff02::1", "2001::1", "2001:db8::1",
    "2002:a00::1", "3fff::1",
)  # fmt: skip


@pytest.fixture(scope="module")
def base(root: Path) -> Path:
    return root / "deploy/kubernetes/base"


def objects(file: Path) -> dict[tuple[str, str], Object]:
    read = yaml.safe_load_all(file.read_text(encoding="utf-8"))
    return {(one["kind"], one["metadata"]["name"]): one["spec"] for one in read}


@pytest.fixture(scope="module")
def policies(base: Path) -> dict[str, Object]:
    return {name: spec for (_, name), spec in objects(base / "network-policies.yaml").items()}


def components(policy: Object) -> set[str]:
    [chosen] = policy["podSelector"]["matchExpressions"]
    assert (chosen["key"], chosen["operator"]) == ("app.kubernetes.io/component", "In")
    return set(chosen["values"])


def reaches(policy: Object, address: str) -> bool:
    blocks = [to["ipBlock"] for rule in policy["egress"] for to in rule["to"]]
    return any(
        ip_address(address) in ip_network(block["cidr"])
        and not any(ip_address(address) in ip_network(without) for without in block["except"])
        for block in blocks
    )


@pytest.mark.parametrize("name", OUTWARD)
def test_there_is_one_and_never_two_of_ingest(base: Path, name: str) -> None:
    spec = objects(base / f"{name}.yaml")["Deployment", name]
    assert spec["replicas"] == (0 if name == "reception" else 1)  # which has no door until somebody sets one
    assert (spec["strategy"] == {"type": "Recreate"}) is (name != "notify")  # a source runs in one worker


def test_pushes_reach_the_reception_and_nothing_else(base: Path, policies: dict[str, Object]) -> None:
    found = objects(base / "reception.yaml")
    [port] = found["Service", "reception"]["ports"]
    pod = found["Deployment", "reception"]["template"]
    assert found["Service", "reception"]["selector"].items() <= pod["metadata"]["labels"].items()
    [container] = pod["spec"]["containers"]
    [opened] = [one["containerPort"] for one in container["ports"] if one["name"] == port["targetPort"]]
    said = {one["name"]: one.get("value") for one in container["env"]}
    assert said["HEARKEN_RECEPTION__PORT"] == str(opened)
    assert components(policies["pushes"]) == {"reception"}
    assert [rule["ports"] for rule in policies["pushes"]["ingress"]] == [[{"port": opened}]]


def test_who_looks_at_the_dashboard_reaches_it_and_nothing_else(base: Path, policies: dict[str, Object]) -> None:
    found = objects(base / "dashboard.yaml")
    [port] = found["Service", "dashboard"]["ports"]
    pod = found["Deployment", "dashboard"]["template"]
    assert found["Service", "dashboard"]["selector"].items() <= pod["metadata"]["labels"].items()
    [container] = pod["spec"]["containers"]
    assert container["ports"] == [{"name": port["targetPort"], "containerPort": 8900}]
    assert components(policies["pages"]) == {"dashboard"}
    assert [rule["ports"] for rule in policies["pages"]["ingress"]] == [[{"port": 8900}]]


@pytest.mark.parametrize("overlay", ["small", "production"])
def test_no_overlay_makes_more_of_them(base: Path, overlay: str) -> None:
    file = base.parent / "overlays" / overlay / "kustomization.yaml"
    patches = yaml.safe_load(file.read_text(encoding="utf-8")).get("patches", [])
    for patch in (one for one in patches if "/spec/replicas" in one["patch"]):
        assert not any(re.fullmatch(patch["target"].get("name", ".*"), name) for name in OUTWARD)


def test_only_they_get_outside_and_nobody_gets_to_a_private_address(policies: dict[str, Object]) -> None:
    outside = [name for name, policy in policies.items() if "ipBlock" in str(policy)]
    assert outside == ["outside"]
    policy = policies["outside"]
    assert components(policy) == set(OUTWARD)
    for block in (to["ipBlock"] for rule in policy["egress"] for to in rule["to"]):
        within = ip_network(block["cidr"])
        for without in map(ip_network, block["except"]):
            for edge in (without[0], without[-1]):
                assert edge in within  # else the cluster refuses it
                assert not reaches(policy, str(edge))
                assert not is_public(str(edge))
    some = Random(1)
    drawn = [str(ip_address(some.randrange(1 << 32))) for _ in range(2_000)]
    for address in (*PUBLIC, *PRIVATE, *drawn):
        assert reaches(policy, address) is is_public(address), address
    assert all(map(is_public, PUBLIC))
    assert not any(map(is_public, PRIVATE))


def test_elasticsearch_is_within_reach_of_those_that_have_a_key(base: Path, policies: dict[str, Object]) -> None:
    having = {path.stem for path in base.glob("*.yaml") if "elasticsearch-api-key" in path.read_text(encoding="utf-8")}
    assert components(policies["elasticsearch"]) == having


def test_the_settings_are_enough_for_a_source_and_to_drop_months(base: Path) -> None:
    settings = load(base / "hearken.toml")
    assert chosen(settings)
    assert settings.retention.mentions_days is not None


def test_old_months_are_dropped_once_a_day_by_the_keeper(base: Path) -> None:
    spec = objects(base / "rotate.yaml")["CronJob", "rotate"]
    minute, hour, *days = spec["schedule"].split()
    assert minute.isdigit()
    assert hour.isdigit()
    assert days == ["*", "*", "*"]
    assert spec["concurrencyPolicy"] == "Forbid"
    template = spec["jobTemplate"]["spec"]["template"]
    assert template["metadata"]["labels"]["app.kubernetes.io/component"] == "rotate"
    [container] = template["spec"]["containers"]
    assert container["args"][:3] == ["rotate", "--store", "$(HEARKEN_ELASTICSEARCH__URL)"]  # the overlay says where
