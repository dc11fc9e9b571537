"""Kafka and Elasticsearch with security on: the whole way with least rights, and every refusal in one line."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

import orjson
import pytest
from pydantic import SecretStr

from deploy.cli import main
from deploy.kafka.clients import consumer, kafka_faults, producer
from deploy.kafka.rights import RIGHTS, Work
from deploy.kafka.topics import ensure_topics, set_up
from deploy.replay_dead import replay_dead
from deploy.replay_to_kafka import replay_to_kafka
from deploy.sink_worker import run_sink
from deploy.stack.stack import Stack
from deploy.stores import open_store
from ingest.publisher import Message, Publisher
from schemas.brand import Brand
from schemas.codec import encode
from schemas.dead_letter import dead_letter
from schemas.errors import Fatal, Poison, UsageError
from schemas.settings import KafkaSettings, Settings
from sinks.elastic.store import ElasticStore
from sinks.questions import Span
from tests.support.deployment import ROOT, Worker
from tests.support.secured import Protocol, Tenant, environment

BRANDS = (Brand(name="Acme", query="acme"),)
DAY = datetime(2024, 3, 4, tzinfo=UTC)
COMMANDS = ("topics", "replay", "enrich", "sink")
IDLE = "2"


@pytest.fixture
def tenant(secured: Stack) -> Tenant:
    return Tenant(secured)


@pytest.fixture(scope="module")
def ready(secured: Stack) -> Tenant:
    tenant = Tenant(secured)
    tenant.set_up()
    return tenant


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Thirty posts that no other test publishes, with totals."""
    path = tmp_path / "posts.ndjson"
    at = "2024-03-04T10:00:00Z"
    rows = [
        {"native_id": f"{tmp_path.name} {n}", "text": f"acme phone {n}", "published_at": at, "counts": {"likes": n}}
        for n in range(30)
    ]
    path.write_bytes(b"\n".join(map(orjson.dumps, rows)))
    return path


def enrich(settings: Settings, brands: Path) -> bytes:
    brands.write_text('[[brands]]\nname = "Acme"\nquery = "acme"\n')
    code = "import sys; from deploy.cli import main; sys.exit(main())"
    command = [sys.executable, "-W", "ignore", "-c", code, "enrich", "--until-idle", IDLE, "--brands", str(brands)]
    worker = Worker(command, os.environ | environment(settings) | {"PYTHONPATH": str(ROOT)})
    output, errors = worker.communicate(timeout=120)
    assert worker.returncode == 0, errors.decode()
    return output


@pytest.mark.parametrize("protocol", get_args(Protocol))
def test_the_whole_way_with_only_the_rights_of_each(
    ready: Tenant, protocol: Protocol, recording: Path, tmp_path: Path
) -> None:
    before = mentions(ready)
    ingest = ready.settings("ingest", protocol).model_copy(update={"brands": BRANDS})
    assert replay_to_kafka(recording, "ndjson", ingest).published == 30
    done = orjson.loads(enrich(ready.settings("enrich", protocol), tmp_path / "brands.toml"))
    assert done == {"text": 60, "trends": 30}
    again = orjson.loads(enrich(ready.settings("enrich", protocol), tmp_path / "brands.toml"))
    assert again == {"text": 0, "trends": 0}  # the tables are recovered, the offsets committed
    tally = run_sink(ready.settings("sink", protocol), lambda: False, until_idle_s=2)
    assert tally.read == tally.stored > 60
    assert mentions(ready) == before + 30


def mentions(tenant: Tenant) -> int:
    """Return how many mentions the trends of the day count, as a reader is told."""
    reader = tenant.elasticsearch("reader")
    with ElasticStore(tenant.elasticsearch("sink")) as sink:
        sink.refresh()
    store = open_store(reader.url, elasticsearch=reader)
    try:
        (point,) = store.volume("acme", Span(DAY, DAY + timedelta(days=1), 86_400_000))
    finally:
        store.close()
    return point.count


def publish(settings: KafkaSettings, topic: str) -> None:
    client = producer(settings, "test")
    try:
        with kafka_faults(settings):
            Publisher(client, settings.named).publish([Message(topic, "k", b"{}")])
    finally:
        client.close(timeout=0)


def consume(settings: KafkaSettings, topic: str, group: str | None = None) -> None:
    with kafka_faults(settings):
        client = consumer(settings, group or "x", group=group is not None)
        try:
            client.subscribe([settings.named(topic)])
            for _ in range(20):
                client.poll(500)
        finally:
            client.close(autocommit=False)


@pytest.mark.parametrize(
    ("work", "deed"),
    [
        ("sink", lambda kafka: publish(kafka, "mentions.raw.v1")),
        ("ingest", lambda kafka: publish(kafka, "mentions.enriched.v1")),
        ("enrich", lambda kafka: publish(kafka, "mentions.raw.v1")),
        ("ingest", lambda kafka: consume(kafka, "mentions.enriched.v1", "sink")),
        ("enrich", lambda kafka: consume(kafka, "mentions.raw.v1", "sink")),
        ("keeper", lambda kafka: publish(kafka, "alerts.v1")),
        ("ingest", lambda kafka: set_up(kafka)),
    ],
)
def test_a_foreign_right_is_refused(ready: Tenant, work: Work, deed: Callable[[KafkaSettings], None]) -> None:
    with pytest.raises(Fatal, match=r"Authorization|does not allow|refuses a message"):
        deed(ready.settings(work).kafka)


@pytest.mark.parametrize("protocol", get_args(Protocol))
def test_a_worker_sees_before_it_begins_what_it_may_not_do(ready: Tenant, protocol: Protocol) -> None:
    for work in RIGHTS:
        ensure_topics(ready.settings(work, protocol).kafka, work)
    foreign: tuple[tuple[Work, Work], ...] = (("sink", "ingest"), ("ingest", "enrich"), ("enrich", "sink"))
    for one, other in foreign:
        settings = ready.settings(one, protocol).kafka
        with pytest.raises(
            Fatal, match=r"does not allow .* to (read|write) .*: an administrator .*hearken topics --grant"
        ):
            ensure_topics(settings, other)


@pytest.mark.parametrize("protocol", get_args(Protocol))
def test_dead_letters_go_back_with_the_rights_for_that_alone(ready: Tenant, protocol: Protocol) -> None:
    letter = dead_letter(
        Poison("bad_json", "x"), protocol.encode(), origin=f"{ready.prefix}pushed.v1", position="0:0", stage="push",
        at=DAY, key=b"k",
    )  # fmt: skip
    client = producer(ready.settings("ingest", protocol).kafka, "test")
    Publisher(client, ready.settings("ingest").kafka.named).publish([Message("dead.v1", letter.id, encode(letter))])
    client.close()
    sender = ready.settings("replay-dead", protocol)
    waiting = [one.id for one in replay_dead(sender, dry_run=True).letters if one.fate == "waiting"]
    assert waiting == [letter.id]
    assert [replay_dead(sender).sent for _ in range(2)] == [1, 0]
    others: tuple[Work, ...] = ("sink", "ingest")
    for work in others:
        with pytest.raises(Fatal, match="does not allow this: "):
            replay_dead(ready.settings(work, protocol))


def test_nobody_but_the_keeper_makes_topics(tenant: Tenant) -> None:
    works: tuple[Work, ...] = ("ingest", "enrich", "sink")
    for work in works:
        with pytest.raises(Fatal, match=rf"has no topic {tenant.prefix}mentions\.raw\.v1, .*run `hearken topics` as a"):
            ensure_topics(tenant.settings(work).kafka, work)


def test_a_sink_without_templates_says_which_command_makes_them(tenant: Tenant) -> None:
    set_up(tenant.settings("keeper").kafka)
    with pytest.raises(Fatal, match=r"index templates \S+mentions, .* run `hearken topics` as a keeper") as caught:
        run_sink(tenant.settings("sink"), lambda: True)
    assert "\n" not in str(caught.value)


def test_the_command_sets_everything_up(tenant: Tenant, capsys: pytest.CaptureFixture[str], at: "At") -> None:
    at(tenant.settings("keeper"))
    assert main(["topics", "--check"]) == 1
    assert main(["topics"]) == 0
    said = capsys.readouterr().err
    assert "index templates put: " in said
    assert main(["topics", "--check"]) == 0
    assert "all index templates are as they should be" in capsys.readouterr().err
    assert main(["topics", "--grant"]) == 1
    assert "for an administrator to give" in capsys.readouterr().err


At = Callable[[Settings], None]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> At:
    def put(settings: Settings) -> None:
        for name, value in environment(settings).items():
            monkeypatch.setenv(name, value)

    return put


WRONG: dict[str, tuple[Callable[[Tenant], dict[str, object]], str]] = {
    "password": (lambda _: {"password": SecretStr("canary")}, "does not accept the credentials: see kafka.username"),
    "user": (lambda _: {"username": "nobody"}, "does not accept the credentials: see kafka.username"),
    "authority": (
        lambda tenant: {"ca_file": tenant.security.certificate("hearken")[0]},
        "its certificate is not trusted",
    ),
    "name": (
        lambda tenant: {"bootstrap_servers": tenant.broker.address.replace("127.0.0.1", "127.1")},
        "its certificate is not made out to 127.1",
    ),
    "port": (
        lambda tenant: {"bootstrap_servers": tenant.broker.certificates_address},
        "it wants a client certificate: set kafka.certificate_file and kafka.key_file",
    ),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_setting_is_one_line_from_every_worker(
    ready: Tenant,
    at: At,
    recording: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    command: str,
    wrong: str,
) -> None:
    change, said = WRONG[wrong]
    settings = ready.settings("sink")
    at(settings.model_copy(update={"kafka": settings.kafka.model_copy(update=change(ready))}))
    assert main([*words(command, recording, tmp_path)]) == 2
    told = complaint(capsys)
    assert said in told
    assert "canary" not in told


def test_whoever_speaks_plainly_to_tls_is_told(ready: Tenant) -> None:
    for server in (ready.broker.address, ready.broker.certificates_address):
        with pytest.raises(UsageError, match=r"it speaks TLS: set kafka\.security_protocol"):
            ensure_topics(KafkaSettings(bootstrap_servers=server))


def test_whoever_speaks_tls_to_plaintext_is_told(ready: Tenant, kafka: str) -> None:
    settings = ready.kafka("hearken").model_copy(update={"bootstrap_servers": kafka})
    with pytest.raises(UsageError, match=r'it does not speak TLS: set kafka\.security_protocol = "PLAINTEXT"'):
        ensure_topics(settings)


def test_whoever_comes_without_a_password_or_to_the_wrong_port_is_told(ready: Tenant) -> None:
    by_certificate = ready.kafka("hearken", "SSL")
    with pytest.raises(UsageError, match="wants a user and a password"):
        ensure_topics(by_certificate.model_copy(update={"bootstrap_servers": ready.broker.address}))
    both: dict[str, object] = {"bootstrap_servers": ready.broker.certificates_address, "security_protocol": "SASL_SSL"}
    both |= {"username": "hearken", "password": SecretStr(ready.security.password("hearken"))}
    with pytest.raises(UsageError, match=r'takes no user and password here: set kafka\.security_protocol = "SSL"'):
        ensure_topics(by_certificate.model_copy(update=both))
    with pytest.raises(UsageError, match=r"does not know PLAIN: see kafka\.sasl_mechanism"):
        ensure_topics(ready.kafka("hearken").model_copy(update={"sasl_mechanism": "PLAIN"}))
    ensure_topics(ready.kafka("hearken").model_copy(update={"sasl_mechanism": "SCRAM-SHA-256"}))


def words(command: str, recording: Path, folder: Path) -> list[str]:
    brands = folder / "brands.toml"
    brands.write_text('[[brands]]\nname = "Acme"\nquery = "acme"\n')
    if command == "replay":
        return ["replay", str(recording), "--format", "ndjson", "--to", "kafka", "--brands", str(brands)]
    return [command, "--brands", str(brands)] if command == "enrich" else [command]


def complaint(capsys: pytest.CaptureFixture[str]) -> str:
    """Return the one line that the command said at its end; what it logs besides has no traceback."""
    lines = [line for line in capsys.readouterr().err.splitlines() if line]
    assert "Traceback" not in "".join(lines)
    assert [line for line in lines if line.startswith("hearken: ")] == lines[-1:]
    return lines[-1]
