"""The enrich workers as processes on a real Kafka, with topics of their own, fed and read by a test."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from deploy.kafka.clients import producer
from ingest.publisher import Message, Publisher
from schemas.settings import KafkaSettings
from tests.support.traffic import Outcome, late_signs, outcome, write_brands

ROOT = Path(__file__).resolve().parents[2]
PARTITIONS = 3
INPUTS = {"text": ("mentions.raw.v1", "engagement.v1"), "trends": ("brand.deltas.v1",)}
_OUTPUTS = ("mentions.enriched.v1", "brands.trends.v1", "alerts.v1", "dead.v1")
_CHILD = """
import sys, typer, enrich.runner.runner as runner
runner.BATCH = int(sys.argv.pop(1))
exec(sys.argv.pop(1))
from deploy.cli.enrich import enrich
typer.run(enrich)
"""
_PATIENCE_S = 90


class Enrichment:
    """Topics under a prefix, and the processes that work on them."""

    def __init__(self, bootstrap: str, prefix: str, folder: Path) -> None:
        self.settings = KafkaSettings(bootstrap_servers=bootstrap, topic_prefix=f"{prefix}.")
        self._brands = write_brands(folder / "brands.toml")
        self._log = folder / "enrich.log"
        self._started: list[subprocess.Popen[bytes]] = []
        self._groups = {
            worker: KafkaConsumer(
                bootstrap_servers=bootstrap, group_id=self.settings.named(f"hearken.{worker}"), enable_auto_commit=False
            )
            for worker in INPUTS
        }
        names = [*(name for names in INPUTS.values() for name in names), *_OUTPUTS]
        with KafkaAdminClient(bootstrap_servers=bootstrap) as admin:
            wanted = {"num_partitions": PARTITIONS, "replication_factor": 1}
            admin.create_topics({self.settings.named(name): wanted for name in names})

    def publish(self, messages: Sequence[Message]) -> None:
        """Publish messages as an ingest worker does."""
        client: KafkaProducer = producer(self.settings, "test")
        try:
            Publisher(client, self.settings.named).publish(messages)
        finally:
            client.close()

    def end_time(self) -> None:
        """Let eight days go by on every partition, so that everything that is open is closed."""
        for step in range(2):
            self.publish(late_signs(step))
            self.wait_until(self.finished)

    def start(self, *options: str, batch: int = 16, first: str = "") -> "subprocess.Popen[bytes]":
        """Start a process with both workers, or as the options say; small batches make many moments to die at. `first`
        is run in it before them."""
        environment = {
            "HEARKEN_KAFKA__BOOTSTRAP_SERVERS": self.settings.bootstrap_servers,
            "HEARKEN_KAFKA__TOPIC_PREFIX": self.settings.topic_prefix,
            "PYTHONPATH": str(ROOT), "PATH": "",
        }  # fmt: skip
        command = [sys.executable, "-c", _CHILD, str(batch), first, "--brands", str(self._brands), *options]
        with self._log.open("ab") as log:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=environment, cwd=ROOT)
        self._started.append(process)
        return process

    def stop(self, process: "subprocess.Popen[bytes]") -> tuple[dict[str, int], float]:
        """End a process with SIGTERM; return what it took in by worker, and how many seconds it took to end."""
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, self._log.read_text()[-3_000:]
        counted: dict[str, int] = orjson.loads(output)
        return counted, time.monotonic() - begun

    def kill(self, process: "subprocess.Popen[bytes]") -> None:
        """End a process as a power cut would."""
        process.kill()
        process.wait()

    def close(self) -> None:
        """End whatever still runs."""
        for process in self._started:
            if process.poll() is None:
                process.kill()
            process.communicate()
        for group in self._groups.values():
            group.close()

    def ended(self, process: "subprocess.Popen[bytes]") -> int:
        """Wait until a process ends, and return its status."""
        process.communicate(timeout=_PATIENCE_S)
        return process.returncode

    def log(self) -> str:
        """Return what the processes logged so far."""
        return self._log.read_text()

    def wait_until(self, true: Callable[[], bool], patience_s: float = _PATIENCE_S) -> None:
        """Return when something is true; fail when it takes too long or every process has ended."""
        deadline = time.monotonic() + patience_s
        while not true():
            assert any(process.poll() is None for process in self._started), self._log.read_text()[-3_000:]
            assert time.monotonic() < deadline, self._log.read_text()[-3_000:]
            time.sleep(0.05)

    def finished(self) -> bool:
        """Say whether the offsets committed are those of the ends of all inputs."""
        for worker, names in INPUTS.items():
            group = self._groups[worker]
            if any(end and group.committed(place) != end for place, end in self._ends(names).items()):
                return False
        return True

    def sent(self, topic: str) -> int:
        """Return how many messages a topic holds."""
        return sum(self._ends((topic,)).values())

    def read(self, topic: str) -> list[bytes]:
        """Return the value of every message of a topic."""
        ends = self._ends((topic,))
        with KafkaConsumer(
            bootstrap_servers=self.settings.bootstrap_servers, auto_offset_reset="earliest", consumer_timeout_ms=30_000
        ) as consumer:
            consumer.assign(list(ends))
            count = sum(ends.values())
            return [bytes(record.value) for _, record in zip(range(count), consumer, strict=False)]

    def outcome(self) -> Outcome:
        """Return what stands on the topics by now."""
        return outcome(self.read("mentions.enriched.v1"), self.read("brands.trends.v1"))

    def _ends(self, topics: Sequence[str]) -> dict[TopicPartition, int]:
        partitions = [TopicPartition(self.settings.named(name), n) for name in topics for n in range(PARTITIONS)]
        ends: dict[TopicPartition, int] = self._groups["text"].end_offsets(partitions)
        return ends
