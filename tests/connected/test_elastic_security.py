"""Elasticsearch with security on: each role can do its work and nothing else, and who is refused reads one line."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from elasticsearch import ApiError, TransportError
from elasticsearch import Elasticsearch as Client

from deploy.stack import elasticsearch as node
from deploy.stack.account import Account, service_account
from deploy.stack.elasticsearch import Elasticsearch
from deploy.stack.ports import free_port
from deploy.stack.stack import Addresses
from schemas.clock import SystemClock
from schemas.errors import Fatal, HearkenError, UsageError
from schemas.settings import ElasticsearchSettings
from sinks.elastic.indices import Names
from sinks.elastic.roles import roles
from sinks.elastic.store import ElasticStore
from sinks.store import Write
from tests.support.mentions import T0, bucket, mention
from tests.support.services import services_cache

PASSWORD = "canary-password"
NAMES = Names("pr-")


class Secured(Elasticsearch):
    """A node that asks everybody who they are: a user for each of our roles, named like it."""

    def configure(self, account: Account | None) -> None:
        super().configure(account)
        ours = roles(NAMES)
        (self.config / "users").write_text("".join(f"{name}:{PASSWORD}\n" for name in ours))
        (self.config / "users_roles").write_text("".join(f"{name}:{name}\n" for name in ours))
        lines = [f"{name}: {orjson.dumps(role).decode()}\n" for name, role in ours.items()]  # JSON is YAML too
        (self.config / "roles.yml").write_text("".join(lines))

    def answers(self) -> bool:
        with Client(self.address, basic_auth=("pr-hearken-reader", PASSWORD), max_retries=0) as client:
            try:
                return bool(client.cluster.health(wait_for_status="green", timeout="2s"))
            except (ApiError, TransportError):
                return False


@pytest.fixture(scope="module")
def url(services: Addresses, worker_id: str) -> Iterator[str]:
    folder = Path(services.dir).with_name(f"secured-{worker_id}")
    shutil.rmtree(folder, ignore_errors=True)
    server = Secured(folder, free_port(), 512, services_cache())
    with pytest.MonkeyPatch.context() as patch:
        on = node._OPEN.replace("false", "true")
        patch.setattr(node, "_OPEN", f"{on}\nxpack.security.transport.ssl.enabled: false")
        server.start(service_account())
    try:
        server.await_ready(SystemClock())
        yield server.address
    finally:
        server.stop(SystemClock())


@pytest.fixture
def store(url: str) -> Iterator[Callable[..., ElasticStore]]:
    opened: list[ElasticStore] = []

    def opener(role: str | None, **settings: object) -> ElasticStore:
        who: Mapping[str, object] = {"username": f"pr-hearken-{role}", "password": PASSWORD} if role else {}
        chosen = {"url": url, "index_prefix": "pr-", **who, **settings}
        opened.append(ElasticStore(ElasticsearchSettings.model_validate(chosen), deadline_s=20))
        return opened[-1]

    yield opener
    for one in opened:
        one.close()


def refused(do: Callable[[], object], said: str) -> None:
    with pytest.raises((UsageError, Fatal), match=said) as caught:
        do()
    assert "canary" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_each_role_does_its_own_work(store: Callable[..., ElasticStore]) -> None:
    keeper, sink, reader = store("keeper"), store("sink"), store("reader")
    for one in (keeper, sink, reader):
        one.check()
    keeper.prepare()
    sink.write(Write(mentions=[mention("1"), mention("2", hours=24 * 40)], trends=[bucket()]))
    sink.refresh()
    sink.write(Write(mentions=[mention("1", version=2, hours=24 * 40)]))
    sink.refresh()
    assert [row.count for row in reader.totals()] == [2]

    refused(lambda: reader.index([mention("3")]), "no right")
    refused(reader.refresh, "no right")
    refused(sink.prepare, "no right")
    refused(lambda: sink.retention(T0 + timedelta(days=50)), "no right")
    assert keeper.retention(T0 + timedelta(days=35)) == 1
    assert [row.count for row in reader.totals()] == [1]


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"username": "pr-hearken-sink", "password": "canary-wrong"},
        {"username": "nobody-canary", "password": PASSWORD},
        {"api_key": "Y2FuYXJ5OmNhbmFyeQ=="},
    ],
    ids=["none", "password", "user", "key"],
)
def test_who_is_not_known_reads_it_in_one_line(store: Callable[..., ElasticStore], wrong: dict[str, object]) -> None:
    stranger = store(None, **wrong)
    said = "does not accept the credentials: see elasticsearch"
    for do in (stranger.check, stranger.totals, lambda: stranger.index([mention()])):
        refused(do, said)


def test_a_server_without_tls_is_not_spoken_to_with_it(store: Callable[..., ElasticStore], url: str) -> None:
    with pytest.raises(HearkenError, match="does not speak TLS"):
        store("reader", url=url.replace("http:", "https:")).check()
