"""The connection: what is refused before anything is written, in one line without a credential."""

from collections import deque
from pathlib import Path

import pytest
from pydantic import SecretStr

from deploy.stack.ports import free_port
from schemas.errors import Fatal, HearkenError, Transient, UsageError
from schemas.settings import ElasticsearchSettings
from sinks.elastic.store import ElasticStore
from tests.support.elastic_fake import FakeElastic, Told, Whole
from tests.support.mentions import mention


def store(fake: FakeElastic, **settings: object) -> ElasticStore:
    return ElasticStore(ElasticsearchSettings.model_validate(settings), node_class=fake.node_class())


@pytest.mark.parametrize("version", ["8.19.3", "9.4.2", "9.5.3"])
def test_a_sound_server_is_used(version: str) -> None:
    store(FakeElastic(version=version)).check()


@pytest.mark.parametrize("version", ["9.5.0", "9.5.1", "9.5.2"])
def test_a_server_that_loses_writes_is_refused(version: str) -> None:
    with pytest.raises(Fatal, match=rf"is of version {version}, which can lose writes: update it to 9\.5\.3"):
        store(FakeElastic(version=version)).check()


@pytest.mark.parametrize(
    ("told", "kind", "said"),
    [
        (Whole(401), UsageError, "does not accept the credentials"),
        (Whole(403), Fatal, "no right"),
        (Whole(503), Transient, "too busy or not ready"),
    ],
)
def test_what_a_server_may_say_is_one_line_without_a_secret(told: Told, kind: type[HearkenError], said: str) -> None:
    fake = FakeElastic(always=told)
    for settings in ({"api_key": "canary"}, {"username": "ann", "password": SecretStr("canary")}):
        with pytest.raises(kind, match=said) as caught:
            store(fake, **settings).check()
        assert "\n" not in str(caught.value)
        assert "canary" not in str(caught.value)
    with pytest.raises(kind, match=r"Elasticsearch at 127\.0\.0\.1:1\b") as caught:
        store(FakeElastic(deque([told]), told), url="http://ann:canary@127.0.0.1:1", request_timeout_s=1).check()
    assert "canary" not in str(caught.value)


def test_a_server_that_is_not_there_may_come() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with ElasticStore(ElasticsearchSettings(url=url)) as away:
        with pytest.raises(Transient, match="cannot be reached: is it up, and is the URL right"):
            away.check()
        with pytest.raises(Transient, match="cannot be reached"):
            away.totals()


@pytest.mark.parametrize(
    "url", ["search.example:9200", "ftp://search.example:9200", "https://search.example", "http:/"]
)
def test_a_url_needs_its_parts(url: str) -> None:
    with pytest.raises(UsageError, match="needs a scheme, a host and a port"):
        store(FakeElastic(), url=url)


def test_plaintext_to_another_host_is_only_for_who_asks_for_it() -> None:
    with pytest.raises(UsageError, match=r"http is not encrypted: .*allow_plaintext"):
        store(FakeElastic(), url="http://search.example:9200")
    store(FakeElastic(), url="http://search.example:9200", allow_plaintext=True).index([mention()])
    for here in ("http://localhost:9200", "http://[::1]:9200", "http://127.0.0.9:9200"):
        store(FakeElastic(), url=here).index([mention()])


def test_an_authority_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ca_file: there is no file"):
        store(FakeElastic(), url="https://search.example:9200", ca_file=tmp_path / "ca.pem")
