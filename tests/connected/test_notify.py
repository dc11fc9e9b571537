"""The notifier on a real Kafka: what it tells, what it remembers for others, and what a kill leaves."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deploy.notify_worker import run_notify
from deploy.silences import keep
from ingest.publisher import Message
from schemas.alert import Alert
from schemas.codec import encode
from schemas.settings import Settings
from sinks.delivery.silence import Silence
from tests.support.deployment import Deployment
from tests.support.episodes import episode
from tests.support.mentions import T0, mention
from tests.support.receivers import Receiver, receiver

IDLE_S = 2.0


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def with_channel(deployment: Deployment, server: Receiver) -> Settings:
    hook = {"name": "hook", "type": "webhook", "url": server.url(), "secret": "sixteen letters!"}
    given = {
        "kafka": deployment.kafka,
        "elasticsearch": deployment.elasticsearch,
        "brands": [{"name": "Acme", "query": "acme"}],
        "outbound": {"allow": ["127.0.0.1"]},
        "alerts": {"channels": [hook]},
    }
    return Settings.model_validate(given)


def live(name: str, **fields: Any) -> Alert:
    return episode(name, hours=(datetime.now(UTC) - T0) / timedelta(hours=1), **fields)


def publish(deployment: Deployment, *alerts: Alert) -> None:
    deployment.publish([Message("alerts.v1", alert.id, encode(alert)) for alert in alerts])


def test_it_tells_once_and_another_machine_goes_on(deployment: Deployment, server: Receiver) -> None:
    settings = with_channel(deployment, server)
    publish(deployment, live("1"), live("2"), episode("old", closed=True))
    told = run_notify(settings, lambda: False, until_idle_s=IDLE_S)
    assert told.outcomes == {"taken": 2}
    assert deployment.committed("notify") == 3
    publish(deployment, live("1", revision=2, closed=True), live("1"))
    assert run_notify(settings, lambda: False, until_idle_s=IDLE_S).outcomes == {"taken": 1}
    keys = [given.headers["webhook-id"] for given in server.given]
    assert sorted(keys) == ["acme-1:closed", "acme-1:opened", "acme-2:opened"]


def test_what_is_begun_and_not_noted_is_told_again_under_the_same_key(deployment: Deployment, server: Receiver) -> None:
    settings = with_channel(deployment, server)
    server.slow_s = 4  # the worker leaves before it hears the answer
    publish(deployment, live("1"))
    run_notify(settings, lambda: bool(server.given))
    server.slow_s = 0
    run_notify(settings, lambda: False, until_idle_s=IDLE_S)
    assert Counter(given.headers["webhook-id"] for given in server.given) == {"acme-1:opened": 2}


def test_wishes_reach_it_over_kafka(deployment: Deployment, server: Receiver) -> None:
    settings = with_channel(deployment, server)
    url = deployment.elasticsearch.url
    keep(Silence(kind="muted", about="acme", at=T0, until=datetime.now(UTC) + timedelta(hours=1)), settings, url)
    publish(deployment, live("1"))
    assert run_notify(settings, lambda: False, until_idle_s=IDLE_S).silenced == 1
    assert server.given == []
    with deployment.store() as store:
        store.prepare()
        store.index([post := mention("p", text="acme")])
        store.refresh()
    keep(Silence(kind="muted", about="acme", at=T0, until=datetime.now(UTC)), settings, url)
    publish(deployment, live("2", drivers={"posts": [{"id": post.id}]}))
    run_notify(settings, lambda: False, until_idle_s=IDLE_S)
    [given] = server.given
    assert [one["text"] for one in given.json["data"]["posts"]] == ["acme"]
