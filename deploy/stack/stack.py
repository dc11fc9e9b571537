"""Kafka and Elasticsearch as a pair on one folder: bring up what is down, end both, say how they are."""

import fcntl
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from deploy.stack.account import service_account
from deploy.stack.admission import write_settings
from deploy.stack.choices import Choices
from deploy.stack.elasticsearch import Elasticsearch, require_safe
from deploy.stack.kafka import Kafka
from deploy.stack.ports import free_port, listens, require_free
from deploy.stack.room import MB, require_disk, require_memory
from deploy.stack.security import Security
from deploy.stack.service import Service
from schemas.clock import Clock, SystemClock
from schemas.errors import UsageError

DEFAULT_FOLDER = Path(".hearken-stack")
_BESIDE_HEAP_MB = 300  # what a server takes besides its heap: code, threads, buffers
_DATA_MB = 500  # room for the data of a short trial

Watch = Callable[[str, int, int | None], None]
"""Takes what is being done, how much of it is, and how much there is in all (None: unknown), in bytes."""

State = Literal["up", "not answering", "down"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person asks for; None is what the stack had before, port 0 any free one."""

    kafka_port: int | None = None
    elasticsearch_port: int | None = None
    elasticsearch_version: str | None = None
    secure: bool | None = None
    kafka_certificates_port: int | None = None
    heap_mb: int = 1024
    kafka_heap_mb: int = 512


DEFAULTS = Wishes()


class Addresses(NamedTuple):
    """Where clients find the services, and the folder they live in."""

    kafka: str
    elasticsearch: str
    dir: str


class Health(NamedTuple):
    """How one service is."""

    state: State
    address: str
    pid: int | None
    version: str
    log: str


class Stack:
    """The services on one folder. All that is known of them is in the folder and in the table of processes."""

    def __init__(self, folder: Path = DEFAULT_FOLDER, cache: Path | None = None, clock: Clock | None = None) -> None:
        self.folder = folder.resolve()
        self._cache = (cache or cache_folder()).resolve()
        self._clock = clock or SystemClock()
        self._choices = self.folder / "stack.json"
        self.security = Security(self.folder / "security")

    def up(self, wishes: Wishes = DEFAULTS, watch: Watch = lambda *_: None) -> Addresses:
        """Start what does not run, wait until both answer, and return where they are. They go on when we end.

        Safe to repeat, and to call from several processes at once. What this call started is ended again when it
        fails. Raises UsageError for what the person can change, Transient for a broken download, Fatal for a service
        that does not come up.
        """
        with self._held():
            before = Choices.load(self._choices)
            running = {service.name for service in self._services(before) if service.pid is not None}
            chosen = _chosen(before, wishes, running, self._clock)
            services = self._services(chosen, wishes)
            idle = [service for service in services if service.name not in running]
            self._prepare(idle, watch)
            broker, server = services
            if chosen.secure and idle:
                watch("making certificates", 0, None)
                self.security.make(server.java, server.home)
            chosen.save(self._choices)
            self._start(idle, services, watch)
            if chosen.secure and idle:
                write_settings(self.security, self.folder, broker.address, server.address)
        return Addresses(broker.address, server.address, str(self.folder))

    def down(self) -> list[str]:
        """End what runs, and return the names of what ran."""
        if not self.folder.is_dir():
            return []
        with self._held():
            return [service.name for service in self.services() if service.stop(self._clock)]

    def status(self) -> dict[str, Health]:
        """Return how each service is."""
        return {service.name: _health(service) for service in self.services()}

    def services(self) -> tuple[Kafka, Elasticsearch]:
        """Return both services, running or not, on the ports that they had last."""
        return self._services(Choices.load(self._choices))

    def _services(self, choices: Choices, wishes: Wishes = DEFAULTS) -> tuple[Kafka, Elasticsearch]:
        security = self.security if choices.secure else None
        return (
            Kafka(
                self.folder / Kafka.name,
                choices.kafka_port,
                wishes.kafka_heap_mb,
                self._cache,
                security,
                choices.kafka_certificates_port,
            ),
            Elasticsearch(
                self.folder / Elasticsearch.name,
                choices.elasticsearch_port,
                wishes.heap_mb,
                self._cache,
                choices.elasticsearch_version,
                security,
            ),
        )

    def _prepare(self, idle: Sequence[Service], watch: Watch) -> None:
        """See that everything that can be known to go wrong will not, and bring what is missing into the cache."""
        for service in idle:
            service.find_java()
        if idle:
            require_memory(sum(service.heap_mb + _BESIDE_HEAP_MB for service in idle))
            require_disk(self.folder, _DATA_MB)
        if account := service_account():
            account.require_way_to(self.folder, "--dir")
            account.require_way_to(self._cache, "HEARKEN_CACHE")
        total = sum(artefact.size for service in idle for artefact in service.missing())
        if total:
            require_disk(self._cache, 3 * total // MB)  # packed and unpacked
        done = 0

        def progress(count: int) -> None:
            nonlocal done
            done += count
            watch("downloading", done, total)

        for service in idle:
            service.install(progress)

    def _start(self, idle: Sequence[Service], services: Sequence[Service], watch: Watch) -> None:
        """Start what is idle, slowest first, and wait for all; what was started does not outlive a failure."""
        account = service_account()
        try:
            for service in reversed(idle):
                service.start(account)
            for service in services:
                watch(f"waiting for {service.title}", 0, None)
                service.await_ready(self._clock)
            for service in idle:
                service.admit()
        except BaseException:
            for service in idle:
                service.stop(self._clock)
            raise

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Hold the folder, so that no other process starts or ends the services meanwhile."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / ".gitignore").write_text("*\n", "utf-8")
            lock = (self.folder / ".lock").open("w")
        except OSError as error:
            raise UsageError(f"{self.folder}: {error.strerror}: choose another folder with --dir") from None
        with lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def cache_folder() -> Path:
    """Return the folder for what is downloaded: HEARKEN_CACHE, or where this system keeps such things.

    Root's own folder would not do: the services run as another user, who may not look into it.
    """
    if chosen := os.environ.get("HEARKEN_CACHE"):
        return Path(chosen)
    shared = os.environ.get("XDG_CACHE_HOME") or ("/var/cache" if os.geteuid() == 0 else "~/.cache")
    return Path(shared).expanduser() / "hearken"


def _chosen(before: Choices, wishes: Wishes, running: Collection[str], clock: Clock) -> Choices:
    """Return ports and version for this start. Raises UsageError for a port that is taken, or a change of what runs."""

    def port(service: type[Service], was: int, wish: int | None, option: str) -> int:
        if service.name in running:
            if wish not in (None, 0, was):
                raise UsageError(f"{service.title} already runs on port {was}: `hearken stack down` first")
            return was
        number = (was if wish is None else wish) or free_port()
        require_free(number, option, clock)
        return number

    secure = before.secure if wishes.secure is None else wishes.secure
    if running and secure != before.secure:
        now = "with" if before.secure else "without"
        raise UsageError(f"what runs here runs {now} security: `hearken stack down` first, or choose another --dir")
    certificates = before.kafka_certificates_port
    if secure:
        certificates = port(Kafka, certificates, wishes.kafka_certificates_port, "--kafka-certificates-port")
    version = wishes.elasticsearch_version or before.elasticsearch_version
    if Elasticsearch.name in running and version != before.elasticsearch_version:
        raise UsageError(f"Elasticsearch {before.elasticsearch_version} already runs: `hearken stack down` first")
    require_safe(version)
    return Choices(
        kafka_port=port(Kafka, before.kafka_port, wishes.kafka_port, "--kafka-port"),
        elasticsearch_port=port(
            Elasticsearch, before.elasticsearch_port, wishes.elasticsearch_port, "--elasticsearch-port"
        ),
        elasticsearch_version=version,
        secure=secure,
        kafka_certificates_port=certificates,
    )


def _health(service: Service) -> Health:
    pid = service.pid
    state: State = "down"
    if pid is not None:
        state = "up" if listens(service.port) and service.answers() else "not answering"
    return Health(state, service.address, pid, service.version, str(service.log))
