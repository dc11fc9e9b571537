"""The first words with a broker, as every client would say them: what is wrong with the settings shows here, in words.

The client itself tries again and again, whatever the broker said, and gives up with nothing but a timeout.
"""

import socket
import ssl
import struct
from collections.abc import Sequence
from typing import NamedTuple

from kafka.errors import KafkaError
from kafka.net.sasl import get_sasl_mechanism

from schemas.errors import UsageError
from schemas.settings import KafkaSettings
from schemas.tls import speaks_tls

_PATIENCE_S = 5.0
_HANDSHAKE, _AUTHENTICATE = (17, 1), (36, 0)  # SaslHandshake and SaslAuthenticate, with the version that we speak
_FINE, _UNSUPPORTED, _NO_SASL_HERE = 0, 33, 34  # of the protocol's error codes
_MAX_BYTES = 1 << 16  # what answers more is no broker
_HOSTNAME, _IP_ADDRESS = 62, 64  # OpenSSL: the certificate is made out to another one


class Broker(NamedTuple):
    """Where a broker is reached."""

    host: str
    port: int


class _NoBrokerError(Exception):
    """What answers, answers something else than Kafka does."""


def greet(brokers: Sequence[Broker], settings: KafkaSettings, context: ssl.SSLContext | None) -> None:
    """Speak to the first broker that can be reached, with TLS when there is a `context`, and authenticate.

    Raises UsageError, one line, when it refuses what the settings say, or is not who it should be. A broker that cannot
    be reached, or falls silent, is not judged: it may come back.
    """
    for broker in brokers:
        try:
            _greet(broker, settings, context)
        except ssl.SSLCertVerificationError as error:
            raise UsageError(f"{_at(broker)}: {_distrust(error, broker)}") from None
        except (ssl.SSLError, ConnectionError, _NoBrokerError) as error:
            if said := _misunderstanding(broker, settings, context, error):
                raise UsageError(f"{_at(broker)}: {said}") from None
        except OSError:
            pass  # not reached, or too slow: another one may do better
        else:
            return


def _greet(broker: Broker, settings: KafkaSettings, context: ssl.SSLContext | None) -> None:
    with _Talk(broker, context) as talk:
        offered = talk.handshake(settings.sasl_mechanism)
        if settings.security_protocol != "SASL_SSL":
            if offered != _NO_SASL_HERE:
                raise UsageError(
                    f"{_at(broker)} wants a user and a password: set kafka.security_protocol ="
                    ' "SASL_SSL", kafka.username and kafka.password, or take its port for client certificates'
                )
            return
        if offered == _NO_SASL_HERE:
            raise UsageError(
                f'{_at(broker)} takes no user and password here: set kafka.security_protocol = "SSL", or take another'
                " port"
            )
        if offered == _UNSUPPORTED:
            raise UsageError(f"{_at(broker)} does not know {settings.sasl_mechanism}: see kafka.sasl_mechanism")
        if not talk.authenticates(broker, settings):
            raise UsageError(f"{_at(broker)} does not accept the credentials: see kafka.username and kafka.password")


class _Talk:
    """One connection, for requests of the first kind that a broker answers."""

    def __init__(self, broker: Broker, context: ssl.SSLContext | None) -> None:
        self._socket = socket.create_connection(broker, timeout=_PATIENCE_S)
        if context is not None:
            try:
                self._socket = context.wrap_socket(self._socket, server_hostname=broker.host)
            except BaseException:
                self._socket.close()
                raise

    def __enter__(self) -> "_Talk":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def handshake(self, mechanism: str) -> int:
        """Return the broker's error code for a SASL mechanism."""
        name = mechanism.encode()
        return _number(self._ask(_HANDSHAKE, struct.pack(">h", len(name)) + name))

    def authenticates(self, broker: Broker, settings: KafkaSettings) -> bool:
        """Return whether the broker takes the user and the password, after a handshake."""
        password = settings.password.get_secret_value() if settings.password else ""
        mechanism = get_sasl_mechanism(settings.sasl_mechanism)(
            host=broker.host,
            sasl_mechanism=settings.sasl_mechanism,
            sasl_plain_username=settings.username,
            sasl_plain_password=password,
        )
        while not mechanism.is_done():
            token = mechanism.auth_bytes()
            answer = self._ask(_AUTHENTICATE, struct.pack(">i", len(token)) + token)
            if _number(answer) != _FINE:
                return False
            words = 4 + max(0, _number(answer[2:]))  # of the error, which there is none of
            try:
                mechanism.receive(answer[words + 4 :])
            except (KafkaError, ValueError):
                return False
        return bool(mechanism.is_authenticated())

    def _ask(self, request: tuple[int, int], body: bytes) -> bytes:
        packed = struct.pack(">hhih", *request, 0, -1) + body
        self._socket.sendall(struct.pack(">i", len(packed)) + packed)
        size, correlation = struct.unpack(">ii", self._receive(8))
        if not 4 <= size <= _MAX_BYTES or correlation != 0:
            raise _NoBrokerError
        return self._receive(size - 4)

    def _receive(self, count: int) -> bytes:
        received = b""
        while len(received) < count:
            if not (more := self._socket.recv(count - len(received))):
                raise _NoBrokerError
            received += more
        return received


def _misunderstanding(
    broker: Broker, settings: KafkaSettings, context: ssl.SSLContext | None, error: Exception
) -> str | None:
    """Return what both sides take each other for; None where the broker may just be on its way out."""
    if context is not None and "ALERT" in (getattr(error, "reason", None) or ""):
        if settings.certificate_file is None:
            return "it wants a client certificate: set kafka.certificate_file and kafka.key_file"
        return "it does not accept our certificate: see kafka.certificate_file"
    if context is not None:
        return 'it does not speak TLS: set kafka.security_protocol = "PLAINTEXT"' if _speaks_plainly(broker) else None
    if speaks_tls(*broker):
        return 'it speaks TLS: set kafka.security_protocol = "SSL" or "SASL_SSL"'
    return None


def _speaks_plainly(broker: Broker) -> bool:
    try:
        with _Talk(broker, None) as talk:
            return talk.handshake("PLAIN") >= _FINE
    except (OSError, _NoBrokerError):
        return False


def _distrust(error: ssl.SSLCertVerificationError, broker: Broker) -> str:
    if error.verify_code in (_HOSTNAME, _IP_ADDRESS):
        return (
            f"its certificate is not made out to {broker.host}: write the name that it is made out to into"
            " kafka.bootstrap_servers, or set kafka.check_hostname = false"
        )
    return (
        f"its certificate is not trusted ({error.verify_message}): name the certificate of its authority in"
        " kafka.ca_file"
    )


def _number(answer: bytes) -> int:
    (number,) = struct.unpack_from(">h", answer)
    return int(number)


def _at(broker: Broker) -> str:
    host = f"[{broker.host}]" if ":" in broker.host else broker.host
    return f"Kafka at {host}:{broker.port}"
