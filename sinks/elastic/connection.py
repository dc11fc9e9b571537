"""The connection to Elasticsearch: made from settings, checked once, and its errors in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from elasticsearch import ApiError, ConnectionError, Elasticsearch, SSLError, TransportError, UnsupportedProductError
from elasticsearch.serializer import OrjsonSerializer

from schemas.errors import Fatal, Transient, UsageError
from schemas.settings import ElasticsearchSettings
from schemas.tls import speaks_tls

LOSES_WRITES = frozenset({"9.5.0", "9.5.1", "9.5.2"})
"""Servers that can lose writes to replicas when they push back (elastic/elasticsearch#158212)."""


def connect(settings: ElasticsearchSettings, node_class: type[object] | None = None) -> Elasticsearch:
    """Return a client for these settings; it asks nothing yet, and never tries again by itself.

    `node_class` replaces elastic_transport's BaseNode in tests. Raises UsageError for settings that make no connection.
    """
    address = urlsplit(settings.url)
    try:
        port = address.port
    except ValueError:
        port = None
    if address.scheme not in ("http", "https") or not address.hostname or port is None:
        raise UsageError("the URL of Elasticsearch needs a scheme, a host and a port: https://search.example:9200")
    if address.scheme == "http" and not settings.allow_plaintext and not _is_here(address.hostname):
        raise UsageError(
            f"Elasticsearch at {address.hostname}:{port}: http is not encrypted: use https, or set"
            " elasticsearch.allow_plaintext = true"
        )
    options: dict[str, Any] = {"node_class": node_class} if node_class else {}
    if settings.ca_file is not None:
        if address.scheme == "http":
            raise UsageError("elasticsearch.ca_file is for TLS: write https:// in elasticsearch.url")
        if not settings.ca_file.is_file():
            raise UsageError(f"elasticsearch.ca_file: there is no file {settings.ca_file}")
        options["ca_certs"] = str(settings.ca_file)
    if settings.api_key is not None:
        options["api_key"] = settings.api_key.get_secret_value()
    elif settings.username is not None:
        password = settings.password.get_secret_value() if settings.password else ""
        options["basic_auth"] = (settings.username, password)
    # One owner of retries, which knows which items to send again: the bulk loop, and whoever asks a question again.
    return Elasticsearch(
        settings.url, request_timeout=settings.request_timeout_s, max_retries=0, retry_on_timeout=False,
        serializers={"application/json": OrjsonSerializer()}, **options,
    )  # fmt: skip


def place(client: Elasticsearch) -> str:
    """Return host and port of the server, for people: no credential is part of it."""
    node = next(iter(client.transport.node_pool.all()))
    return f"Elasticsearch at {node.host}:{node.port}"


def require_usable(client: Elasticsearch) -> None:
    """Raise UsageError where the server does not know us, Fatal where it refuses us or loses writes, Transient where
    it does not answer."""
    with spoken(client):
        # Not `info`: a server without its extra modules answers this one too.
        nodes = client.nodes.info(filter_path="nodes.*.version")["nodes"]
    for version in sorted({node["version"] for node in nodes.values()}):
        if version in LOSES_WRITES:
            raise Fatal(f"{place(client)} is of version {version}, which can lose writes: update it to 9.5.3")


@contextmanager
def spoken(client: Elasticsearch) -> Iterator[None]:
    """Raise what goes wrong inside as one line of ours: it names the server and the fault, never a document.

    Transient for what may pass, UsageError for credentials and certificates, Fatal for missing rights and the rest.
    """
    try:
        yield
    except UnsupportedProductError:
        raise UsageError(f"{place(client)} answers, but is no Elasticsearch") from None
    except ApiError as error:
        raise refusal(client, error.status_code, error_type(error)) from None
    except SSLError as error:
        raise UsageError(f"{place(client)}: {_distrust(str(error.message))}") from None
    except ConnectionError as error:
        node = next(iter(client.transport.node_pool.all()))
        if node.scheme == "http" and "aborted" in str(error.message) and speaks_tls(node.host, node.port):
            raise UsageError(f"{place(client)}: it speaks TLS: write https:// in elasticsearch.url") from None
        raise Transient(f"{place(client)} cannot be reached: is it up, and is the URL right?") from None
    except TransportError as error:
        raise Transient(f"{place(client)} does not answer as it should ({type(error).__name__})") from None


def _distrust(said: str) -> str:
    """Return what a client's words on a TLS connection that failed mean."""
    if "WRONG_VERSION_NUMBER" in said or "record layer failure" in said:
        return "it does not speak TLS: write http:// in elasticsearch.url"
    if "mismatch" in said or "doesn't match" in said:
        return "its certificate is made out to another name: write that name in elasticsearch.url"
    return "no trusted TLS connection: name its authority's certificate in elasticsearch.ca_file"


def refusal(client: Elasticsearch, status: int, kind: str) -> Transient | UsageError | Fatal:
    """Return the error for a status that is none of a single document; `kind` is the server's name for it."""
    where = place(client)
    if status == 401:
        return UsageError(f"{where} does not accept the credentials: see elasticsearch.api_key, username and password")
    if status == 403:
        return Fatal(
            f"{where}: these credentials have no right to do this ({kind}): an administrator gives them the role of"
            " their work, which `hearken topics --grant` makes"
        )
    if status == 429 or status >= 500:
        return Transient(f"{where} is too busy or not ready ({status})")
    return Fatal(f"{where} refuses: {kind} ({status})")


def error_type(error: ApiError) -> str:
    """Return the server's name for an error; its reason is left out, for that may quote a document."""
    body = error.body
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        return str(body["error"].get("type", "unknown"))
    return "unknown"


def causes(error: ApiError) -> set[str]:
    """Return the server's names for an error and for what is behind it."""
    found: set[str] = set()
    told = error.body.get("error") if isinstance(error.body, dict) else None
    waiting = [told]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            found.add(str(one.get("type")))
            waiting += [one.get("caused_by"), *one.get("root_cause", ()), *(one.get("failed_shards") or ())]
            waiting.append(one.get("reason"))
    return found


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
