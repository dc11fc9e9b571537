"""Clients of Kafka as the settings describe them; what the packages leave open to loss is set here, once."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.errors import AuthorizationError, KafkaError, KafkaTimeoutError, SaslAuthenticationFailedError

from deploy.kafka.greeting import Broker, greet
from schemas.errors import Fatal, HearkenError, Transient, UsageError
from schemas.settings import KafkaSettings
from schemas.tls import tls_context
from schemas.topics import DEAD_BYTES

DELIVERY_MS = 120_000  # how long a message may wait for its acknowledgement, whatever happens to the brokers
_PORT = 9092  # where a broker listens when nothing else is said
_ANSWER_MS = 15_000  # how long a start waits for the first broker
_RECONNECT_MS = 2_000  # between attempts at a broker that is away; the package would let half a minute pass
_BATCH_BYTES = 2**17  # one request for a batch of ours and partition, instead of eight
_LINGER_MS = 50  # a message alone is not sent before `flush`: a request each would cost three times the time
_FETCH_BYTES = 8 * 2**20  # per request; the package's 50 MiB would stand in memory while the sink waits
_SESSION_MS = 15_000  # how long the partitions of a worker that was killed stand still: five heartbeats, not fifteen
_REQUEST_BYTES = DEAD_BYTES + 2**20  # room for the envelope around the largest message

# It warns of each tenth of a second that its loop stood still, which on a busy machine says nothing of Kafka.
logging.getLogger("kafka.net.selector").setLevel(logging.ERROR)


@contextmanager
def admin(settings: KafkaSettings) -> Iterator[KafkaAdminClient]:
    """Yield a client that sets topics up. Raises Transient when no broker answers, Fatal for what is not allowed."""
    with kafka_faults(settings):
        client = KafkaAdminClient(client_id="hearken-topics", **_connection(settings))
        try:
            yield client
        finally:
            client.close()


def producer(settings: KafkaSettings, role: str) -> KafkaProducer:
    """Return a producer that calls a message delivered when every replica in sync has it, and writes it once.

    Raises Transient when no broker answers, UsageError when one may not be spoken to in plaintext.
    """
    with kafka_faults(settings):
        return KafkaProducer(
            client_id=f"hearken-{role}",
            acks="all",
            enable_idempotence=True,  # said outright, so that a setting that would switch it off is refused
            delivery_timeout_ms=DELIVERY_MS,
            batch_size=_BATCH_BYTES,
            linger_ms=_LINGER_MS,
            max_request_size=_REQUEST_BYTES,
            max_block_ms=DELIVERY_MS,
            allow_auto_create_topics=False,
            metrics_enabled=False,
            **_connection(settings),
        )


def consumer(settings: KafkaSettings, role: str, *, group: bool = True) -> KafkaConsumer:
    """Return a consumer that commits nothing by itself and starts at the oldest message.

    With `group` it shares its topics with every other consumer of this role. Raises as `producer` does.
    """
    with kafka_faults(settings):
        return KafkaConsumer(
            client_id=f"hearken-{role}",
            group_id=settings.named(f"hearken.{role}") if group else None,
            enable_auto_commit=False,  # the package's default commits what was never stored
            auto_offset_reset="earliest",  # and its default of the latest skips what came before the first start
            fetch_max_bytes=_FETCH_BYTES,
            session_timeout_ms=_SESSION_MS,
            allow_auto_create_topics=False,
            metrics_enabled=False,
            **_connection(settings),
        )


@contextmanager
def kafka_faults(settings: KafkaSettings) -> Iterator[None]:
    """Turn the package's errors inside the block into ours: Transient for what may pass, Fatal for the rest."""
    try:
        yield
    except HearkenError:
        raise
    except KafkaTimeoutError:
        raise Transient(
            f"Kafka does not answer at {settings.bootstrap_servers}: `hearken stack up` starts one on this machine,"
            " HEARKEN_KAFKA__BOOTSTRAP_SERVERS names another"
        ) from None
    except AuthorizationError as error:
        raise Fatal(
            f"Kafka at {settings.bootstrap_servers} does not allow this: {type(error).__name__}: an administrator gives"
            " the rights with `hearken topics --grant`"
        ) from None
    except SaslAuthenticationFailedError:
        raise UsageError(
            f"Kafka at {settings.bootstrap_servers} does not accept the credentials: see kafka.username and"
            " kafka.password"
        ) from None
    except KafkaError as error:
        kind = Transient if error.retriable else Fatal
        raise kind(f"Kafka at {settings.bootstrap_servers}: {type(error).__name__}") from None


def _connection(settings: KafkaSettings) -> dict[str, Any]:
    servers = [server.strip() for server in settings.bootstrap_servers.split(",") if server.strip()]
    brokers = [_broker(server) for server in servers]
    encrypted = settings.security_protocol != "PLAINTEXT"
    for broker in brokers:
        if not encrypted and not settings.allow_plaintext and not _is_here(broker.host):
            raise UsageError(
                f"kafka.bootstrap_servers: {broker.host} is another machine, and would be spoken to without encryption:"
                ' set kafka.security_protocol = "SSL" or "SASL_SSL", or kafka.allow_plaintext = true if that network'
                " is yours alone"
            )
    context = tls_context(settings) if encrypted else None
    greet(brokers, settings, context)
    connection: dict[str, Any] = {
        "bootstrap_servers": servers,
        "bootstrap_timeout_ms": _ANSWER_MS,
        "reconnect_backoff_max_ms": _RECONNECT_MS,
        "security_protocol": settings.security_protocol,
        "ssl_context": context,
    }
    if settings.security_protocol == "SASL_SSL" and settings.password is not None:
        connection |= {
            "sasl_mechanism": settings.sasl_mechanism,
            "sasl_plain_username": settings.username,
            "sasl_plain_password": settings.password.get_secret_value(),
        }
    return connection


def _broker(server: str) -> Broker:
    address = urlsplit(f"//{server}")
    try:
        port = address.port or _PORT
    except ValueError:
        port = 0
    if not address.hostname or not port:
        raise UsageError(f"kafka.bootstrap_servers: {server!r}: write each as host:port, with commas between them")
    return Broker(address.hostname, port)


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
