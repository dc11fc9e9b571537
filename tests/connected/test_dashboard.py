"""The dashboard of a deployment on Kafka and Elasticsearch: what people do about alerts reaches the notifier."""

import time
from datetime import UTC, datetime, timedelta

import httpx

from deploy.notify_worker import run_notify
from deploy.sink_worker import run_sink
from ingest.publisher import Message
from schemas.codec import encode
from schemas.kibana import KibanaSettings
from schemas.settings import Settings
from tests.support.api import ACME, api, data
from tests.support.deployment import Deployment
from tests.support.episodes import episode
from tests.support.mentions import T0
from tests.support.receivers import receiver

IDLE_S = 2.0


def publish(deployment: Deployment, name: str, revision: int, *, closed: bool = False) -> None:
    hours = (datetime.now(UTC) - T0) / timedelta(hours=1)
    alert = episode(name, hours=hours, revision=revision, closed=closed)
    deployment.publish([Message("alerts.v1", alert.id, encode(alert))])


def seen(client: httpx.Client, alert: str) -> dict[str, object]:
    """Return who looks after an alert, as a server says that was not told of it itself."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        found = client.get(f"/v1/alerts/{alert}").json().get("acknowledged")
        if found:
            return dict(found)
        time.sleep(0.2)
    raise AssertionError("it was not heard of in time")


def test_an_alert_that_somebody_looks_after_is_not_told_further(deployment: Deployment) -> None:
    store, kafka = deployment.elasticsearch, deployment.kafka
    with deployment.store() as made:
        made.prepare()
    with receiver() as server:
        hook = {"name": "hook", "type": "webhook", "url": server.url(), "secret": "sixteen letters!"}
        given = {
            "kafka": kafka, "elasticsearch": store, "brands": [ACME], "outbound": {"allow": ["127.0.0.1"]},
            "alerts": {"channels": [hook | {"updates": True}]},
        }  # fmt: skip
        settings = Settings.model_validate(given)
        publish(deployment, "1", 1)
        publish(deployment, "2", 1)
        run_sink(settings, lambda: False, until_idle_s=IDLE_S)
        assert run_notify(settings, lambda: False, until_idle_s=IDLE_S).outcomes == {"taken": 2}
        kibana = KibanaSettings(url="https://kibana.example", space="brands")
        with (
            api(store.url, None, (ACME,), store, kafka, kibana) as client,
            api(store.url, None, (ACME,), store, kafka) as other,
        ):
            assert client.get("/v1/session").json()["kibana"] == "https://kibana.example/s/brands"
            assert other.get("/v1/session").json()["kibana"] is None
            assert {one["id"] for one in data(client.get("/v1/alerts"))} == {"acme-1", "acme-2"}
            path = "/v1/alerts/acme-1/acknowledgement"
            said = client.put(path, json={"note": "the workshop has it"}).json()
            assert said["acknowledged"]["note"] == "the workshop has it"
            assert seen(other, "acme-1")["note"] == "the workshop has it"
            assert client.put("/v1/alerts/none/acknowledgement", json={}).status_code == 404
            muted = client.put("/v1/brands/acme/mute", json={"minutes": 60})
            assert muted.json()["muted_until"]
            assert client.put("/v1/brands/acme/mute", json={"minutes": 0}).json()["muted_until"] is None
        publish(deployment, "1", 9)
        publish(deployment, "2", 9, closed=True)
        publish(deployment, "3", 1)
        told = run_notify(settings, lambda: False, until_idle_s=IDLE_S)
    keys = [one.headers["webhook-id"] for one in server.given]
    assert sorted(keys) == ["acme-1:opened", "acme-2:closed", "acme-2:opened", "acme-3:opened"]
    assert told.outcomes == {"taken": 2}
