"""Elasticsearch with TLS and users: each role can do its work and nothing else, and who is refused reads one line."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from deploy.cli import main
from deploy.stack.stack import Stack
from schemas.errors import Fatal, HearkenError, UsageError
from schemas.settings import ElasticsearchSettings
from sinks.elastic.store import ElasticStore
from sinks.store import Write
from tests.support.mentions import T0, bucket, mention
from tests.support.secured import Tenant


@pytest.fixture(scope="module")
def tenant(secured: Stack) -> Tenant:
    return Tenant(secured)


@pytest.fixture
def store() -> Iterator[Callable[[ElasticsearchSettings], ElasticStore]]:
    opened: list[ElasticStore] = []

    def opener(settings: ElasticsearchSettings) -> ElasticStore:
        opened.append(ElasticStore(settings, deadline_s=20))
        return opened[-1]

    yield opener
    for one in opened:
        one.close()


Opener = Callable[[ElasticsearchSettings], ElasticStore]


def refused(do: Callable[[], object], said: str, kind: type[HearkenError] = UsageError) -> None:
    with pytest.raises(kind, match=said) as caught:
        do()
    assert "canary" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_each_role_does_its_own_work(tenant: Tenant, store: Opener) -> None:
    keeper, sink, reader = (store(tenant.elasticsearch(role)) for role in ("keeper", "sink", "reader"))
    for one in (keeper, sink, reader):
        one.check()
        assert len(one.outdated()) == 7
    refused(sink.prepare, "no right to do this .*: an administrator gives them the role", Fatal)
    keeper.prepare()
    assert sink.outdated() == []
    sink.write(Write(mentions=[mention("1"), mention("2", hours=24 * 40)], trends=[bucket()]))
    sink.refresh()
    sink.write(Write(mentions=[mention("1", version=2, hours=24 * 40)]))
    sink.refresh()
    assert [row.count for row in reader.totals()] == [2]

    refused(lambda: reader.index([mention("3")]), "no right", Fatal)
    refused(reader.refresh, "no right", Fatal)
    refused(sink.prepare, "no right", Fatal)
    refused(lambda: sink.retention(T0 + timedelta(days=50)), "no right", Fatal)
    assert keeper.retention(T0 + timedelta(days=35)) == 1
    assert [row.count for row in reader.totals()] == [1]


def test_templates_with_other_settings_are_outdated(tenant: Tenant, store: Opener) -> None:
    keeper = store(tenant.elasticsearch("keeper"))
    keeper.prepare()
    assert keeper.outdated() == []
    more = store(tenant.elasticsearch("keeper").model_copy(update={"replicas": 1}))
    assert f"{tenant.index_prefix}mentions" in more.outdated()


def test_a_role_may_come_with_a_password_too(secured: Stack, store: Opener) -> None:
    _, server = secured.services()
    names = {"username": "hearken-reader", "password": SecretStr(secured.security.password("hearken-reader"))}
    owner = secured.security.owner(server.address)
    reader = store(owner.model_copy(update=names))
    reader.check()
    refused(reader.prepare, "no right", Fatal)


@pytest.mark.parametrize(
    "wrong",
    [
        {"api_key": None},
        {"api_key": None, "username": "hearken-sink", "password": SecretStr("canary-wrong")},
        {"api_key": None, "username": "nobody-canary", "password": SecretStr("canary")},
        {"api_key": SecretStr("Y2FuYXJ5OmNhbmFyeQ==")},
    ],
    ids=["none", "password", "user", "key"],
)
def test_who_is_not_known_reads_it_in_one_line(tenant: Tenant, store: Opener, wrong: dict[str, object]) -> None:
    stranger = store(tenant.elasticsearch("reader").model_copy(update=wrong))
    said = "does not accept the credentials: see elasticsearch"
    for do in (stranger.check, stranger.totals, lambda: stranger.index([mention()])):
        refused(do, said)


def test_whom_we_do_not_trust_we_do_not_speak_to(tenant: Tenant, store: Opener, kafka: str) -> None:
    ours = tenant.elasticsearch("reader")
    stranger = tenant.security.certificate("hearken")[0]
    for wrong, said in (
        ({"ca_file": stranger}, r"no trusted TLS connection: name its authority's certificate in elasticsearch\.ca"),
        ({"ca_file": None}, "no trusted TLS connection"),
        ({"url": ours.url.replace("127.0.0.1", "127.1")}, r"is made out to another name: write that name in"),
        ({"url": ours.url.replace("https", "http"), "ca_file": None}, "it speaks TLS: write https://"),
        ({"url": ours.url.replace("https", "http")}, "ca_file is for TLS: write https://"),
    ):
        refused(lambda wrong=wrong: store(ours.model_copy(update=wrong)).check(), said)  # type: ignore[misc]


def test_a_server_without_tls_is_not_spoken_to_with_it(tenant: Tenant, store: Opener, elasticsearch: str) -> None:
    address = {"url": elasticsearch.replace("http:", "https:")}
    refused(store(tenant.elasticsearch("reader").model_copy(update=address)).check, "it does not speak TLS: write http")


@pytest.mark.parametrize("command", ["volume", "top"])
def test_a_question_to_a_server_that_refuses_is_one_line(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, tmp_path: Path
) -> None:
    settings = tenant.elasticsearch("reader")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEARKEN_ELASTICSEARCH__CA_FILE", str(settings.ca_file))
    monkeypatch.setenv("HEARKEN_ELASTICSEARCH__API_KEY", "Y2FuYXJ5OmNhbmFyeQ==")
    kind = ["entities"] if command == "top" else []
    span = ["--brand", "acme", "--from", "2024-03-04", "--to", "2024-03-05"]
    assert main(["trends", command, *kind, *span, "--store", settings.url]) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert "does not accept the credentials" in said
