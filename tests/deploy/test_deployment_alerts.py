"""deploy/prometheus/ and the runbook: rules about metrics that exist, a section for each, true commands and links."""

import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from deploy.listening.signs import ChannelName, ChannelSigns
from deploy.listening.source_metrics import SourceMetrics
from deploy.observation.notices import NoticeMetrics
from deploy.observation.pushes import PushMetrics
from deploy.observation.server import Observation
from deploy.reception.outcomes import Outcomes
from schemas.clock import SystemClock
from schemas.topics import TOPICS, WORKERS
from schemas.vitals import Vitals
from sinks.delivery.told import Told
from tests.support.arguments import parse

NOT_OURS = {"up", "kube_pod_container_resource_limits"}  # Prometheus's own, and that of kube-state-metrics


@pytest.fixture(scope="module")
def rules(root: Path) -> list[dict[str, Any]]:
    groups = yaml.safe_load((root / "deploy/prometheus/rules.yaml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.fixture(scope="module")
def runbook(root: Path) -> str:
    return (root / "deploy/runbook.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def labels() -> dict[str, set[str]]:
    """The metrics of a worker by the names that rules use, each with the labels it can have."""
    vitals = Vitals("sink")
    vitals.begin()
    vitals.behind({("alerts.v1", 0): 1})
    vitals.end({"alerts.v1": 1}, {"alerts.v1": 1}, {"bad_value": 1})
    sources = SourceMetrics("ingest", {ChannelName("hearing", ""): ChannelSigns(newest_ms=1)}, SystemClock())
    told = Told()
    told.of("on-call")
    notices = NoticeMetrics("notify", told, SystemClock())
    outcomes = Outcomes()
    for status in (200, 401, 503):
        outcomes.count("ndjson", status)
    server = Observation("127.0.0.1", 0, [vitals], 300, [sources, notices, PushMetrics("ingest", outcomes)])
    server.server_close()
    _, _, body = server.answer("/metrics")
    families = text_string_to_metric_families(body.decode())
    return {sample.name: set(sample.labels) for family in families for sample in family.samples}


def selectors(expression: promql_parser.Expr) -> list[promql_parser.VectorSelector]:
    found: list[promql_parser.VectorSelector] = []

    def visit(node: promql_parser.Expr) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)

    promql_parser.walk(expression, visit)
    return found


def test_every_rule_asks_for_metrics_and_labels_that_exist(
    rules: list[dict[str, Any]], labels: dict[str, set[str]]
) -> None:
    for rule in rules:
        asked = selectors(promql_parser.parse(rule["expr"]))
        assert asked, rule["alert"]
        for selector in asked:
            assert selector.name in labels or selector.name in NOT_OURS, rule["alert"]
            if selector.name in labels:
                named = {matcher.name for matcher in selector.matchers.matchers}
                assert named <= labels[selector.name] | {"job"}, rule["alert"]


def test_every_rule_says_how_bad_it_is_and_for_whom(rules: list[dict[str, Any]]) -> None:
    for rule in rules:
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"]["summary"]
        if "for" in rule:
            promql_parser.parse_duration(rule["for"])


def test_each_alert_has_its_section_and_each_section_its_alert(rules: list[dict[str, Any]], runbook: str) -> None:
    after = runbook.split("\n## Alerts\n")[1]
    sections = re.findall(r"(?m)^### (\w+)\n(.+)", after)
    assert [name for name, _ in sections] == [rule["alert"] for rule in rules]
    assert set(re.findall(r"\bHearken[A-Z]\w+", runbook)) == {rule["alert"] for rule in rules}


def test_a_source_that_says_nothing_or_is_given_up_calls_somebody(rules: list[dict[str, Any]]) -> None:
    asked = {one.name for rule in rules for one in selectors(promql_parser.parse(rule["expr"]))}
    assert {"hearken_source_silent", "hearken_source_stopped"} <= asked


def test_a_channel_that_takes_nothing_calls_somebody(rules: list[dict[str, Any]]) -> None:
    asked = {one.name for rule in rules for one in selectors(promql_parser.parse(rule["expr"]))}
    assert {"hearken_notices_oldest_seconds", "hearken_notices_failed_total"} <= asked


def test_prometheus_reads_the_rules_and_names_the_job_as_they_do(root: Path, rules: list[dict[str, Any]]) -> None:
    config = yaml.safe_load((root / "deploy/prometheus/prometheus.yaml").read_text(encoding="utf-8"))
    assert config["rule_files"] == ["rules.yaml"]
    jobs = {job["job_name"] for job in config["scrape_configs"]}
    assert {name for rule in rules for name in re.findall(r'job="(\w+)"', rule["expr"])} == jobs
    relabelled = [rule for job in config["scrape_configs"] for rule in job["relabel_configs"]]
    made = {rule["target_label"] for rule in relabelled if "target_label" in rule}
    assert made == {"namespace", "pod"}  # by which the rules join


def test_the_commands_of_the_runbook_are_ours(runbook: str) -> None:
    commands = {" ".join(found.split()) for found in re.findall(r"`hearken ([^`]+)`", runbook)}
    assert len(commands) > 5
    for command in commands:
        parse(command.replace("FILE", "x").replace("SOURCE", "ndjson").replace("CODE", "bad_value").split())


def test_what_the_runbook_points_at_is_there(root: Path, runbook: str) -> None:
    links = re.findall(r"\]\(([\w./-]+)\)", runbook)
    named = re.findall(r"`((?:deploy|schemas|sinks)/[\w./-]*)`", runbook)
    assert links
    assert named
    assert [link for link in links if not (root / "deploy" / link).exists()] == []
    assert [path for path in named if not (root / path).exists()] == []
    kubernetes = re.findall(r"`((?:overlays|prometheus|kubernetes)/[\w./-]*)`", runbook)
    assert all(any((root / "deploy" / place / path).exists() for place in (".", "kubernetes")) for path in kubernetes)


def test_what_the_runbook_says_of_topics_is_so(runbook: str) -> None:
    assert "Twelve for everything that is worked on side by side (`WORKERS` in `schemas/topics.py`)" in runbook
    assert WORKERS == 12
    rows = re.findall(r"\| `([\w.]+\.v1)` \| [^|]+ \| ([^|]+) \|", runbook)
    assert {name for name, _ in rows} == {
        "mentions.raw.v1", "engagement.v1", "brand.deltas.v1", "mentions.enriched.v1", "brands.trends.v1",
    }  # fmt: skip
    for name, kept in rows:
        retention = TOPICS[name].retention
        days = "for ever" if retention is None else f"{retention.days} days"
        assert kept.startswith(days), name
