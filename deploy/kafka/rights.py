"""What each worker may do in a secured cluster, and no more: written out, granted, and looked at before work begins.

A principal is called after its work (`hearken-sink`), whether it comes with a password or a client certificate. None
may delete anything. Besides these, a worker sees every topic of the table, for it looks whether they are there.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from kafka import KafkaAdminClient
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ResourcePattern, ResourceType
from kafka.admin import ACLResourcePatternType as Pattern
from kafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError

from deploy.kafka.clients import admin
from schemas.errors import Fatal
from schemas.settings import KafkaSettings
from schemas.topics import TOPICS
from sinks.intake import READ

Work = Literal["keeper", "ingest", "enrich", "sink", "notify", "dashboard", "replay-dead"]
Deed = Literal["read", "write", "create", "alter", "describe", "describe_configs", "alter_configs"]


class Right(NamedTuple):
    """That something may be done with a topic or a group; `name` is in the topic table's terms.

    `topics` means every topic whose name begins so. To read or write includes to describe.
    """

    kind: Literal["topic", "topics", "group"]
    name: str
    deeds: tuple[Deed, ...]


def _topics(names: Sequence[str], *deeds: Deed) -> tuple[Right, ...]:
    return tuple(Right("topic", name, deeds) for name in names)


RIGHTS: Mapping[Work, tuple[Right, ...]] = {
    "keeper": _topics(tuple(TOPICS), "create", "alter", "describe_configs", "alter_configs"),
    "ingest": (
        *_topics(("mentions.raw.v1", "engagement.v1", "clicks.v1", "brands.v1", "dead.v1"), "write"),
        *_topics(("positions.v1", "pushed.v1"), "read", "write"),
    ),
    "enrich": (
        *_topics(("mentions.raw.v1", "engagement.v1"), "read"),
        *_topics(("brand.deltas.v1",), "read", "write"),
        *_topics(("mentions.enriched.v1", "brands.trends.v1", "alerts.v1", "dead.v1"), "write"),
        # The changelogs of its tables: it makes them itself, beside the topics.
        Right("topics", "hearken.text-", ("create", "read", "write", "describe_configs")),
        Right("topics", "hearken.trends-", ("create", "read", "write", "describe_configs")),
        Right("group", "hearken.text", ("read",)),
        Right("group", "hearken.trends", ("read",)),
    ),
    "sink": (
        *_topics(tuple(name for name in READ if name != "dead.v1"), "read"),
        *_topics(("dead.v1",), "read", "write"),
        Right("group", "hearken.sink", ("read",)),
    ),
    "notify": (
        *_topics(("alerts.v1",), "read"),
        *_topics(("positions.v1",), "read", "write"),
        Right("group", "hearken.notify", ("read",)),
    ),
    "dashboard": _topics(("positions.v1",), "read", "write"),  # who looks after an alert, and what is muted
    "replay-dead": _topics(tuple(TOPICS), "read", "write"),
}
"""What each kind of process needs. A `keeper` runs `hearken topics`; `hearken rebuild` needs what a sink does. Dead
letters go back to wherever they came from."""

_KINDS = {"topic": ResourceType.TOPIC, "topics": ResourceType.TOPIC, "group": ResourceType.GROUP}


def principal(work: Work) -> str:
    """Return what the principal of a kind of process is called."""
    return f"hearken-{work}"


def rules(settings: KafkaSettings, work: Work) -> Iterator[ACL]:
    """Yield the rules of the brokers' authorizer that give a principal its rights on this deployment."""
    for right in (*RIGHTS[work], *_topics(tuple(TOPICS), "describe")):
        pattern = Pattern.PREFIXED if right.kind == "topics" else Pattern.LITERAL
        resource = ResourcePattern(_KINDS[right.kind], settings.named(right.name), pattern)
        for deed in right.deeds:
            operation = ACLOperation[deed.upper()]
            yield ACL(f"User:{principal(work)}", "*", operation, ACLPermissionType.ALLOW, resource)


def grant(settings: KafkaSettings) -> None:
    """Give every principal its rights; safe to repeat. Needs the right to alter the cluster.

    Raises Transient when no broker answers, Fatal when they refuse or keep no rights.
    """
    with admin(settings) as client:
        refused = client.create_acls([rule for work in RIGHTS for rule in rules(settings, work)])["failed"]
    if refused:
        raise Fatal(
            f"Kafka at {settings.bootstrap_servers} does not take the rights: {refused[0].__name__}: they are for an"
            " administrator to give, on brokers with an authorizer"
        )


def require_rights(client: KafkaAdminClient, settings: KafkaSettings, work: Work) -> None:
    """Raise Fatal, which names the first one, when we lack a right that this work needs; brokers without an authorizer
    allow everything. Topics that are not there are passed over.
    """
    wanted = {settings.named(right.name): right.deeds for right in RIGHTS[work] if right.kind == "topic"}
    for found in client.describe_topics(list(wanted)):
        if found["error_code"] == TopicAuthorizationFailedError.errno:
            raise lack(settings, f"see the topic {found['name']}")
        allowed = found["authorized_operations"]  # None of a topic that is not there
        for deed in wanted[found["name"]]:
            if allowed is not None and deed.upper() not in allowed:
                raise lack(settings, f"{deed.replace('_', ' ')} the topic {found['name']}")
    for group in (settings.named(right.name) for right in RIGHTS[work] if right.kind == "group"):
        try:
            client.describe_groups([group])
        except GroupAuthorizationFailedError:
            raise lack(settings, f"read as the group {group}") from None
        except KafkaError as error:
            if not error.retriable:  # on a new cluster, the brokers know of no groups for a moment
                raise


def lack(settings: KafkaSettings, what: str) -> Fatal:
    """Return the error of who may not do something."""
    return Fatal(
        f"Kafka at {settings.bootstrap_servers} does not allow {settings.username or 'this client'} to {what}:"
        " an administrator gives each principal its rights with `hearken topics --grant`"
    )
