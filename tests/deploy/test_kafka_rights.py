"""The rights of each principal: no more than its work needs, in the names of the deployment."""

from collections import defaultdict

import pytest
from kafka.admin import ACLOperation, ACLPermissionType
from kafka.admin import ACLResourcePatternType as Pattern

from deploy.kafka.rights import RIGHTS, Work, principal, rules
from enrich.runner.text import TextWorker
from enrich.runner.trends import TrendsWorker
from schemas.settings import KafkaSettings
from schemas.topics import TOPICS
from sinks.intake import BURIED, READ

PREFIXED = KafkaSettings(topic_prefix="pr.")


def may(work: Work, deed: str) -> set[str]:
    return {right.name for right in RIGHTS[work] if deed in right.deeds and right.kind == "topic"}


def test_who_reads_and_who_writes() -> None:
    assert may("enrich", "read") == {*TextWorker.reads, *TrendsWorker.reads}
    assert may("sink", "read") == {*READ, BURIED}
    assert may("sink", "write") == {BURIED}
    assert may("ingest", "read") == {"positions.v1", "pushed.v1"}
    assert not may("keeper", "read") | may("keeper", "write")
    writers = defaultdict(set)
    for work in ("ingest", "enrich", "sink"):
        for topic in may(work, "write"):
            writers[topic].add(work)
    assert {topic for topic, those in writers.items() if len(those) > 1} == {"dead.v1"}
    assert TOPICS.keys() - writers.keys() == {"suppressions.v1"}


@pytest.mark.parametrize("work", RIGHTS)
def test_rules_name_what_is_there_and_forbid_nothing(work: Work) -> None:
    for rule in rules(PREFIXED, work):
        assert rule.principal == f"User:{principal(work)}"
        assert rule.permission_type == ACLPermissionType.ALLOW
        assert rule.operation not in (ACLOperation.ALL, ACLOperation.DELETE)
        name = rule.resource_pattern.resource_name
        assert name.startswith("pr.")
        literal = rule.resource_pattern.pattern_type == Pattern.LITERAL
        assert name.removeprefix("pr.") in TOPICS or name.startswith("pr.hearken."), name
        assert literal or name.endswith("-")


def test_only_the_keeper_makes_topics_of_the_table() -> None:
    for work in RIGHTS:
        assert bool(may(work, "create")) is (work == "keeper")
