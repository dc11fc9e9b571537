"""One Kafka broker that is its own controller (KRaft)."""

import os
import shutil
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from deploy.kafka.clients import admin
from deploy.stack import process
from deploy.stack.account import Account
from deploy.stack.admission import admit_to_kafka
from deploy.stack.artefacts import Artefact, Progress, fetch, missing, pinned
from deploy.stack.ports import HOST, free_port
from deploy.stack.security import NODE, OWNER, Security, write_secret
from deploy.stack.service import Service
from schemas.errors import Fatal, HearkenError

VERSION = "4.1.1"
_LOG4J = Path(__file__).with_name("log4j2.properties")

_OPEN = """\
listeners=PLAINTEXT://{host}:{port},CONTROLLER://{host}:{controller}
advertised.listeners=PLAINTEXT://{host}:{port}
"""

# Passwords at one port, client certificates at the other; the broker itself speaks to the controller with its own. Both
# give a user the same name. What no rule allows is refused.
_SECURE = """\
listeners=PASSWORDS://{host}:{port},CERTIFICATES://{host}:{certificates},CONTROLLER://{host}:{controller}
advertised.listeners=PASSWORDS://{host}:{port},CERTIFICATES://{host}:{certificates}
listener.security.protocol.map=PASSWORDS:SASL_SSL,CERTIFICATES:SSL,CONTROLLER:SSL
inter.broker.listener.name=CERTIFICATES
listener.name.certificates.ssl.client.auth=required
listener.name.controller.ssl.client.auth=required
sasl.enabled.mechanisms=SCRAM-SHA-256,SCRAM-SHA-512
listener.name.passwords.scram-sha-256.sasl.jaas.config={scram} required;
listener.name.passwords.scram-sha-512.sasl.jaas.config={scram} required;
ssl.keystore.type=PEM
ssl.keystore.location={config}/node.pem
ssl.truststore.type=PEM
ssl.truststore.location={config}/ca.crt
ssl.principal.mapping.rules=RULE:^CN=([^,]+).*$/$1/
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:{owner};User:{node}
"""
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
{listeners}
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

    def __init__(
        self,
        folder: Path,
        port: int,
        heap_mb: int,
        cache: Path,
        security: Security | None = None,
        certificates_port: int = 0,
    ) -> None:
        super().__init__(folder, port, heap_mb, cache)
        self.home = cache / f"kafka-{VERSION}"
        self.certificates_address = f"{HOST}:{certificates_port}"
        self._security = security
        self._certificates_port = certificates_port

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
        controller = free_port()
        listeners = (_SECURE if self._security else _OPEN).format(
            host=HOST, port=self.port, certificates=self._certificates_port, controller=controller,
            config=self.config, scram=_SCRAM, owner=OWNER, node=NODE,
        )  # fmt: skip
        properties = _PROPERTIES.format(host=HOST, controller=controller, data=self.data, listeners=listeners)
        self._settings.write_text(properties, "utf-8")
        shutil.copyfile(_LOG4J, self.config / _LOG4J.name)
        if self._security:
            certificate, key = self._security.certificate(NODE)
            write_secret(self.config / "node.pem", key.read_text("ascii") + certificate.read_text("ascii"))
            shutil.copyfile(self._security.authority, self.config / "ca.crt")
        if (self.data / "meta.properties").is_file():
            return
        if account:
            account.give(self.folder)
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        named = f"--cluster-id={cluster}"  # in one word: one of 64 begins with a hyphen
        command = [*self._java("128m"), "kafka.tools.StorageTool", "format", named, "-c", self._settings]
        if not process.finish(command, self.folder, self.environment(), self.console, account):
            raise Fatal(f"Kafka could not prepare {self.data}: {self.last_error()}")

    def command(self) -> Sequence[str | Path]:
        """Return the command line of the broker."""
        return [*self._java(f"{self.heap_mb}m"), "kafka.Kafka", self._settings]

    def environment(self) -> Mapping[str, str]:
        """Return the little that Java needs."""
        return {"PATH": os.defpath, "LANG": "C.UTF-8"}

    def admit(self) -> None:
        """Let the users in, where it asks everybody who they are. Raises Transient or Fatal."""
        if self._security:
            admit_to_kafka(self._security, self.certificates_address)

    def answers(self) -> bool:
        """Return whether the broker has registered and takes requests."""
        if self._security:
            try:
                with admin(self._security.kafka(self.certificates_address, OWNER, "SSL")) as client:
                    return bool(client.describe_cluster()["brokers"])
            except HearkenError:
                return False
        try:
            with KafkaAdminClient(
                bootstrap_servers=self.address, bootstrap_timeout_ms=2_000, request_timeout_ms=2_000
            ) as client:
                return bool(client.describe_cluster()["brokers"])
        except KafkaError:
            return False

    @property
    def _settings(self) -> Path:
        return self.config / "server.properties"

    def _java(self, heap: str) -> list[str | Path]:
        return [
            self.java.command, f"-Xms{heap}", f"-Xmx{heap}", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError",
            *self.java_options,
            f"-Dlog4j2.configurationFile={self.config / _LOG4J.name}", f"-Dhearken.log={self.log}",
            "-cp", f"{self.home}/*",
        ]  # fmt: skip
