"""One Kafka broker that is its own controller (KRaft)."""

import os
import shutil
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.stack import process
from deploy.stack.account import Account
from deploy.stack.artefacts import Artefact, Progress, fetch, missing, pinned
from deploy.stack.ports import HOST, free_port
from deploy.stack.service import Service
from schemas.errors import Fatal

VERSION = "4.1.1"
_LOG4J = Path(__file__).with_name("log4j2.properties")

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
controller.listener.names=CONTROLLER
controller.quorum.voters=1@{host}:{controller}
log.dirs={data}

# Topics are made on purpose, with the partitions and retention that the topic table says.
auto.create.topics.enable=false
# One broker: what is three elsewhere is one here.
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# The default of 50 partitions means 50 folders to open at each start.
offsets.topic.num.partitions=8
transaction.state.log.num.partitions=8
# After a kill the controller takes the broker back only when this long has passed; the default is 9 s.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
# Nobody waits for more members to join: a group starts with the first one.
group.initial.rebalance.delay.ms=0
# Room for the largest post with everything that was found out about it.
message.max.bytes=4194304
"""


class Kafka(Service):
    """Apache Kafka, one node; its jars lie in the cache folder."""

    name = "kafka"
    title = "Kafka"
    version = VERSION

    def __init__(self, folder: Path, port: int, heap_mb: int, cache: Path) -> None:
        super().__init__(folder, port, heap_mb, cache)
        self.home = cache / f"kafka-{VERSION}"

    @property
    def address(self) -> str:
        """The bootstrap server, as `host:port`."""
        return f"{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        """The broker's log; it is cut at 10 MB, and the last five pieces stay."""
        return self.logs / "kafka.log"

    def missing(self) -> Sequence[Artefact]:
        """Return the jars that the cache lacks."""
        return missing(pinned("kafka", VERSION), self.home)

    def install(self, progress: Progress) -> None:
        """Bring the jars into the cache."""
        fetch(pinned("kafka", VERSION), self.home, progress)

    def configure(self, account: Account | None) -> None:
        """Write the settings, and at the first start the empty log folder that Kafka wants to find."""
        properties = _PROPERTIES.format(host=HOST, port=self.port, controller=free_port(), data=self.data)
        self._settings.write_text(properties, "utf-8")
        shutil.copyfile(_LOG4J, self.config / _LOG4J.name)
        if (self.data / "meta.properties").is_file():
            return
        if account:
            account.give(self.folder)
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        command = [*self._java("128m"), "kafka.tools.StorageTool", "format", "-t", cluster, "-c", self._settings]
        if not process.finish(command, self.folder, self.environment(), self.console, account):
            raise Fatal(f"Kafka could not prepare {self.data}: {self.last_error()}")

    def command(self) -> Sequence[str | Path]:
        """Return the command line of the broker."""
        return [*self._java(f"{self.heap_mb}m"), "kafka.Kafka", self._settings]

    def environment(self) -> Mapping[str, str]:
        """Return the little that Java needs."""
        return {"PATH": os.defpath, "LANG": "C.UTF-8"}

    def answers(self) -> bool:
        """Return whether the broker has registered and takes requests."""
        try:
            with KafkaAdminClient(
                bootstrap_servers=self.address, bootstrap_timeout_ms=2_000, request_timeout_ms=2_000
            ) as admin:
                return bool(admin.describe_cluster()["brokers"])
        except KafkaError:
            return False

    @property
    def _settings(self) -> Path:
        return self.config / "server.properties"

    def _java(self, heap: str) -> list[str | Path]:
        return [
            self.java.command, f"-Xms{heap}", f"-Xmx{heap}", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError",
            f"-Dlog4j2.configurationFile={self.config / _LOG4J.name}", f"-Dhearken.log={self.log}",
            "-cp", f"{self.home}/*",
        ]  # fmt: skip
