"""The secrets of a secured stack: its certificates, users and their passwords, kept in a folder of ours alone."""

import hashlib
import json
import uuid
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from deploy.kafka.rights import RIGHTS, principal
from deploy.stack.certificates import make_certificates
from deploy.stack.java import Java
from schemas.settings import ElasticsearchSettings, KafkaSettings
from sinks.elastic.indices import Names
from sinks.elastic.roles import roles

OWNER = "hearken"
"""The user who may do everything, on both services."""

NODE = "hearken-node"
"""What the broker and the server call themselves in their certificates."""

WORKERS = tuple(principal(work) for work in RIGHTS)
"""The users that the broker knows besides the owner."""

ROLES = roles(Names())
"""The roles that the server knows, each of which one user has who is called like it."""

USERS = (OWNER, *dict.fromkeys((*WORKERS, *ROLES)))


_FIRST_S = 120  # a server that has just come up on a busy machine may take long to make its first indices


class Security:
    """What a secured stack keeps secret. Nothing of it is made before `make`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = folder / "ca.crt"
        self._secrets = folder / "secrets.json"

    def make(self, java: Java, elasticsearch: Path) -> None:
        """Make certificates and passwords, once; `elasticsearch` is where the server is unpacked. Raises Fatal."""
        if not self.authority.is_file():
            make_certificates(self.folder, NODE, USERS, java, elasticsearch)
        if not self._secrets.is_file():
            self._save({"passwords": {user: uuid.uuid4().hex for user in USERS}, "api_keys": {}})

    def certificate(self, name: str) -> tuple[Path, Path]:
        """Return the files of a user's, or the node's, certificate and key."""
        return self.folder / f"{name}.crt", self.folder / f"{name}.key"

    def password(self, user: str) -> str:
        """Return a user's password, the same for both services."""
        return self._load()["passwords"][user]

    def hashed(self, user: str) -> str:
        """Return a user's password as Elasticsearch keeps it in its file of users."""
        salt, rounds = uuid.uuid4().bytes + uuid.uuid4().bytes, 10_000
        digest = hashlib.pbkdf2_hmac("sha512", self.password(user).encode(), salt, rounds, 32)
        return f"{{PBKDF2}}{rounds}${b64encode(salt).decode()}${b64encode(digest).decode()}"

    @property
    def api_keys(self) -> Mapping[str, str]:
        """The API keys of Elasticsearch that were made, by user."""
        return self._load()["api_keys"]

    def keep(self, api_keys: Mapping[str, str]) -> None:
        """Keep these API keys."""
        self._save({**self._load(), "api_keys": dict(api_keys)})

    def kafka(self, server: str, user: str, protocol: Literal["SSL", "SASL_SSL"]) -> KafkaSettings:
        """Return the settings with which a user speaks to the broker: by client certificate or by password."""
        if protocol == "SSL":
            certificate, key = self.certificate(user)
            return KafkaSettings(
                bootstrap_servers=server,
                security_protocol="SSL",
                ca_file=self.authority,
                certificate_file=certificate,
                key_file=key,
            )
        return KafkaSettings(
            bootstrap_servers=server,
            security_protocol="SASL_SSL",
            ca_file=self.authority,
            username=user,
            password=SecretStr(self.password(user)),
        )

    def owner(self, url: str) -> ElasticsearchSettings:
        """Return the settings with which the owner speaks to the server by password, before there is an API key."""
        password = SecretStr(self.password(OWNER))
        return ElasticsearchSettings(
            url=url, ca_file=self.authority, username=OWNER, password=password, request_timeout_s=_FIRST_S
        )

    def elasticsearch(self, url: str, user: str) -> ElasticsearchSettings:
        """Return the settings with which a user speaks to the server: by API key."""
        return ElasticsearchSettings(url=url, ca_file=self.authority, api_key=SecretStr(self.api_keys[user]))

    def _load(self) -> dict[str, dict[str, str]]:
        secrets: dict[str, dict[str, str]] = json.loads(self._secrets.read_bytes())
        return secrets

    def _save(self, secrets: Mapping[str, object]) -> None:
        write_secret(self._secrets, json.dumps(secrets, indent=1))


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    partial.touch(0o600)
    partial.write_text(text, "utf-8")
    partial.replace(path)
