"""Letting the users of a secured stack in: their passwords and rights on the broker, their API keys on the server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kafka.admin import ScramMechanism, UserScramCredentialUpsertion

from deploy.kafka.clients import admin
from deploy.kafka.rights import grant
from deploy.stack.key_index import make_key_index
from deploy.stack.security import OWNER, ROLES, USERS, WORKERS, Security, write_secret
from schemas.errors import Fatal
from schemas.settings import ElasticsearchSettings, KafkaSettings
from sinks.elastic.connection import connect, spoken

_MECHANISMS = (ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512)


def admit_to_kafka(security: Security, server: str) -> None:
    """Give every user a password and every worker its rights; `server` is the broker's port for client certificates.

    Safe to repeat. Raises Transient or Fatal.
    """
    settings = security.kafka(server, OWNER, "SSL")
    with admin(settings) as client:
        for mechanism in _MECHANISMS:  # a request each: none may name a user twice
            users = [
                UserScramCredentialUpsertion(user, mechanism, security.password(user)) for user in (OWNER, *WORKERS)
            ]
            for user, refusal in client.alter_user_scram_credentials(users).items():
                if refusal:
                    raise Fatal(f"Kafka does not take the user {user}: {refusal}")
    grant(settings)


def admit_to_elasticsearch(security: Security, url: str) -> None:
    """Make the API key of every user that Elasticsearch knows, once. Raises Transient, UsageError or Fatal."""
    if security.api_keys:
        return
    owner = security.owner(url)
    with connect(owner) as client, spoken(client):
        make_key_index(client)
    security.keep({user: api_key(owner, user, ROLES.get(user)) for user in (OWNER, *ROLES)})


def api_key(owner: ElasticsearchSettings, name: str, role: dict[str, Any] | None) -> str:
    """Return a new API key with the rights of a role, or with all of the owner's."""
    rights = None if role is None else {name: role}
    with connect(owner) as client, spoken(client):
        return str(client.security.create_api_key(name=name, role_descriptors=rights)["encoded"])


def write_settings(security: Security, folder: Path, server: str, url: str) -> None:
    """Write a settings file for the owner, `hearken.toml`, and one for each user, called after it."""
    for user in USERS:
        lines: list[str] = []
        if user in (OWNER, *WORKERS):
            lines += ["[kafka]", *_lines(security.kafka(server, user, "SASL_SSL"))]
        if user in security.api_keys:
            lines += ["[elasticsearch]", *_lines(security.elasticsearch(url, user))]
        write_secret(folder / f"{user}.toml", "\n".join([*lines, ""]))


def _lines(section: KafkaSettings | ElasticsearchSettings) -> Iterator[str]:
    for name in sorted(section.model_fields_set):
        value = getattr(section, name)
        said = value.get_secret_value() if hasattr(value, "get_secret_value") else str(value)
        yield f"{name} = {json.dumps(said)}"  # such a string is TOML too
