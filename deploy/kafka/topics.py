"""`hearken topics`: makes the cluster's topics what the topic table says, and never at the price of messages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource
from kafka.errors import AuthorizationError, TopicAlreadyExistsError, TopicAuthorizationFailedError

from deploy.kafka.clients import admin
from deploy.kafka.rights import Work, lack, require_rights
from schemas.clock import Clock, SystemClock
from schemas.errors import Fatal, Transient, UsageError
from schemas.settings import KafkaSettings
from schemas.topics import JOINED, TOPICS, Topic

Verdict = Literal["create", "extend", "alter", "refuse"]
_READY_MS = 60_000  # how long a busy cluster may take to give every new partition a leader
_LOOK_MS = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A topic as the cluster has it."""

    partitions: int
    config: Mapping[str, str]


class Difference(NamedTuple):
    """What of a topic is not as the table says, and what is done about it; `refuse`: it would cost messages."""

    topic: str
    verdict: Verdict
    said: str


@dataclass(slots=True)
class Plan:
    """What to do to make a cluster fit the table."""

    differences: list[Difference] = field(default_factory=list)
    create: list[Topic] = field(default_factory=list)
    extend: dict[str, int] = field(default_factory=dict)
    alter: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def refused(self) -> list[Difference]:
        """The differences that stay."""
        return [one for one in self.differences if one.verdict == "refuse"]


def set_up(settings: KafkaSettings, *, change: bool = True, clock: Clock | None = None) -> Plan:
    """Compare the cluster with the table and, with `change`, make it fit; return what was found different.

    Never makes a topic forget what it holds: fewer partitions, a shorter retention, and deletion by time where there
    was none are refused and stand in the plan. Raises Transient or Fatal when the cluster does not answer or refuse.
    """
    with admin(settings) as client:
        require_rights(client, settings, "keeper")
        plan = compare(_found(client, settings))
        if change:
            _create(client, settings, plan.create)
            if plan.extend:
                client.create_partitions({settings.named(name): count for name, count in plan.extend.items()})
            if plan.alter:
                _alter(client, settings, plan.alter)
            _wait_until_seen(client, settings, clock or SystemClock())
    return plan


def _wait_until_seen(client: KafkaAdminClient, settings: KafkaSettings, clock: Clock) -> None:
    """Wait until the brokers say what the controller was told: they hear of a change a little later."""
    for _ in range(_READY_MS // _LOOK_MS):
        rest = compare(_found(client, settings))
        if not (rest.create or rest.extend or rest.alter):
            return
        clock.sleep(_LOOK_MS / 1000)
    raise Transient(f"the brokers do not show the changed topics after {_READY_MS // 1000} s; run it again")


def ensure_topics(settings: KafkaSettings, work: Work | None = None) -> None:
    """Create the topics that are missing, as every worker does at its start; change nothing that is there.

    Raises UsageError when topics that are joined do not have the same number of partitions: a mention's engagement
    would reach another worker than the mention. Raises Fatal when topics are missing and we may not make them, or when
    we lack a right that this `work` needs.
    """
    with admin(settings) as client:
        found = _partitions(client, settings)
        missing = [topic for name, topic in TOPICS.items() if name not in found]
        try:
            _create(client, settings, missing)
        except AuthorizationError:
            names = ", ".join(settings.named(topic.name) for topic in missing)
            raise Fatal(
                f"Kafka at {settings.bootstrap_servers} has no topic {names}, and does not allow"
                f" {settings.username or 'this client'} to make it: run `hearken topics` as a keeper"
            ) from None
        if work is not None:
            require_rights(client, settings, work)
    counts = {name: found.get(name, TOPICS[name].partitions) for name in JOINED}
    if len(set(counts.values())) > 1:
        listed = ", ".join(f"{settings.named(name)} has {count}" for name, count in counts.items())
        raise UsageError(f"these topics need the same number of partitions: {listed}; `hearken topics` says more")


def ensure_states(settings: KafkaSettings, topics: Sequence[Topic]) -> None:
    """Create the topics in which workers keep their state, where they are missing, and wait until brokers know them."""
    with admin(settings) as client:
        _create(client, settings, topics)


def compare(found: Mapping[str, Found]) -> Plan:
    """Return what to do to topics as they were found, by their names in the table."""
    plan = Plan()
    for name, topic in TOPICS.items():
        if name not in found:
            plan.create.append(topic)
            plan.differences.append(Difference(name, "create", "is missing"))
            continue
        there = found[name]
        if there.partitions < topic.partitions:
            plan.extend[name] = topic.partitions
            said = f"has {there.partitions} partitions, {topic.partitions} are wanted; keys move to others of them"
            plan.differences.append(Difference(name, "extend", said))
        elif there.partitions > topic.partitions:
            said = f"has {there.partitions} partitions, {topic.partitions} are wanted: a topic cannot shrink"
            plan.differences.append(Difference(name, "refuse", said))
        for key, wanted in config(topic).items():
            was = there.config.get(key, "")
            if _same(was, wanted):
                continue
            verdict: Verdict = "refuse" if _forgets(key, was, wanted) else "alter"
            if verdict == "alter":
                plan.alter.setdefault(name, {})[key] = wanted
            why = ": it would delete what is there" if verdict == "refuse" else ""
            plan.differences.append(Difference(name, verdict, f"{key} is {was or 'not set'}, wanted {wanted}{why}"))
    return plan


def config(topic: Topic) -> dict[str, str]:
    """Return a topic's settings as Kafka names and writes them."""
    kept = -1 if topic.retention is None else int(topic.retention.total_seconds() * 1000)
    values = {
        "cleanup.policy": topic.cleanup,
        "retention.ms": str(kept),
        "max.message.bytes": str(topic.max_bytes),
    }
    if topic.segment_bytes is not None:
        values["segment.bytes"] = str(topic.segment_bytes)
    if topic.whole_for is not None:
        values["min.compaction.lag.ms"] = str(int(topic.whole_for.total_seconds() * 1000))
    return values


def _same(was: str, wanted: str) -> bool:
    return sorted(was.split(",")) == sorted(wanted.split(","))


def _forgets(key: str, was: str, wanted: str) -> bool:
    if key == "retention.ms" and wanted != "-1":
        return was == "-1" or int(was or 0) > int(wanted)
    return key == "cleanup.policy" and "delete" in wanted.split(",") and "delete" not in was.split(",")


def _partitions(client: KafkaAdminClient, settings: KafkaSettings) -> dict[str, int]:
    """Return how many partitions each topic has that is there, by its name in the table."""
    names = {settings.named(name): name for name in TOPICS}
    described = client.describe_topics(list(names))
    for one in described:
        if one["error_code"] == TopicAuthorizationFailedError.errno:
            raise lack(settings, f"see the topic {one['name']}")
    return {names[one["name"]]: len(one["partitions"]) for one in described if not one["error_code"]}


def _found(client: KafkaAdminClient, settings: KafkaSettings) -> dict[str, Found]:
    there = _partitions(client, settings)
    if not there:
        return {}
    resources = [ConfigResource("topic", settings.named(name)) for name in there]
    values = client.describe_configs(resources, config_filter="all")["topic"]
    return {
        name: Found(count, {key: str(one["value"]) for key, one in values[settings.named(name)].items()})
        for name, count in there.items()
    }


def _create(client: KafkaAdminClient, settings: KafkaSettings, topics: Sequence[Topic]) -> None:
    for topic in topics:
        wanted = {
            "num_partitions": topic.partitions,
            "replication_factor": settings.replication or -1,
            "configs": config(topic),
        }
        try:
            client.create_topics({settings.named(topic.name): wanted})
        except TopicAlreadyExistsError:
            continue  # another worker, starting at the same moment, was first
    if topics:
        client.wait_for_topics([settings.named(topic.name) for topic in topics], timeout_ms=_READY_MS)


def _alter(client: KafkaAdminClient, settings: KafkaSettings, changes: Mapping[str, dict[str, str]]) -> None:
    resources = [ConfigResource("topic", settings.named(name), values) for name, values in changes.items()]
    for name, result in client.alter_configs(resources)["topic"].items():
        if result != "OK":
            raise Fatal(f"Kafka does not change the settings of {name}: {result}")
