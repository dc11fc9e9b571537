"""Topic set-up: what is done about each difference, and what is refused because it would cost messages."""

import pytest

from deploy.kafka.topics import Found, Verdict, compare, config
from schemas.topics import TOPICS


def cluster(**changes: Found) -> dict[str, Found]:
    """Return a cluster that fits the table but for these topics, named without their dots."""
    fitting = {name: Found(topic.partitions, config(topic)) for name, topic in TOPICS.items()}
    return fitting | {name: changes[key] for name in TOPICS for key in changes if key == name.replace(".", "_")}


def found(name: str, partitions: int | None = None, values: dict[str, str] | None = None) -> Found:
    topic = TOPICS[name]
    return Found(topic.partitions if partitions is None else partitions, config(topic) | (values or {}))


def test_a_cluster_that_fits_is_left_alone() -> None:
    plan = compare(cluster())
    assert (plan.differences, plan.create, plan.extend, plan.alter) == ([], [], {}, {})


def test_settings_are_written_as_kafka_has_them() -> None:
    assert config(TOPICS["mentions.raw.v1"]) == {
        "cleanup.policy": "delete",
        "retention.ms": str(28 * 86_400_000),
        "max.message.bytes": str(2**20),
    }
    assert config(TOPICS["positions.v1"])["retention.ms"] == "-1"
    assert config(TOPICS["positions.v1"])["segment.bytes"] == str(4 * 2**20)


def test_what_is_missing_is_created() -> None:
    there = cluster()
    del there["alerts.v1"]
    plan = compare(there)
    assert [topic.name for topic in plan.create] == ["alerts.v1"]
    assert [(one.topic, one.verdict) for one in plan.differences] == [("alerts.v1", "create")]


def test_too_few_partitions_become_more() -> None:
    plan = compare(cluster(engagement_v1=found("engagement.v1", 6)))
    assert plan.extend == {"engagement.v1": 12}
    assert "keys move" in plan.differences[0].said


def test_too_many_partitions_stay() -> None:
    plan = compare(cluster(alerts_v1=found("alerts.v1", 3)))
    assert [one.topic for one in plan.refused] == ["alerts.v1"]
    assert plan.extend == {}


@pytest.mark.parametrize(
    ("name", "values", "verdict"),
    [
        ("mentions.raw.v1", {"retention.ms": "1000"}, "alter"),
        ("mentions.raw.v1", {"retention.ms": "-1"}, "refuse"),
        ("mentions.raw.v1", {"retention.ms": "999999999999"}, "refuse"),
        ("positions.v1", {"retention.ms": "1000"}, "alter"),
        ("positions.v1", {"cleanup.policy": "delete"}, "alter"),
        ("mentions.raw.v1", {"cleanup.policy": "compact"}, "refuse"),
        ("mentions.enriched.v1", {"cleanup.policy": "compact"}, "refuse"),
        ("mentions.enriched.v1", {"cleanup.policy": "delete"}, "alter"),
        ("mentions.enriched.v1", {"cleanup.policy": "delete,compact"}, None),
        ("dead.v1", {"max.message.bytes": "1048588"}, "alter"),
    ],
)
def test_settings_change_unless_that_deletes_something(
    name: str, values: dict[str, str], verdict: Verdict | None
) -> None:
    plan = compare(cluster(**{name.replace(".", "_"): found(name, values=values)}))
    assert [one.verdict for one in plan.differences] == ([verdict] if verdict else [])
    assert list(plan.alter) == ([name] if verdict == "alter" else [])
