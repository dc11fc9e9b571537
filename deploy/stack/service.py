"""What Kafka and Elasticsearch have in common: folders, a port, coming up, and ending."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import ClassVar

from deploy.stack import process
from deploy.stack.account import Account, service_account
from deploy.stack.artefacts import Artefact, Progress
from deploy.stack.java import Java, find_java, within_reach
from deploy.stack.ports import listens
from schemas.clock import Clock
from schemas.errors import Fatal

_STEP_S = 0.2
_UNSEEN = 5  # so often in a row a process is looked for in vain before it counts as ended


class Service(ABC):
    """A server of ours on this machine: where it lives, and whether it runs.

    `folder` is its own, with `config`, `data` and `logs` in it; `port` is where it listens, on this machine alone;
    `cache` holds what it is made of.
    """

    name: str
    title: str
    version: str
    java_options: ClassVar[Sequence[str]] = ()
    """What Java is told besides, for a stack that need not be fast for long."""

    def __init__(self, folder: Path, port: int, heap_mb: int, cache: Path) -> None:
        self.folder = folder
        self.cache = cache
        self.port = port
        self.heap_mb = heap_mb
        self.config, self.data, self.logs = folder / "config", folder / "data", folder / "logs"
        self.console = self.logs / "console.log"

    @property
    @abstractmethod
    def address(self) -> str:
        """How clients reach it."""

    @property
    @abstractmethod
    def log(self) -> Path:
        """The file that the server writes its log to."""

    @abstractmethod
    def install(self, progress: Progress) -> None:
        """Bring what it is made of into the cache. Raises as `artefacts.fetch` does."""

    @abstractmethod
    def missing(self) -> Sequence[Artefact]:
        """Return the files that `install` would have to bring."""

    @abstractmethod
    def configure(self, account: Account | None) -> None:
        """Write its configuration."""

    @abstractmethod
    def command(self) -> Sequence[str | Path]:
        """Return the command line that starts it."""

    @abstractmethod
    def environment(self) -> Mapping[str, str]:
        """Return the environment that it starts in."""

    @abstractmethod
    def admit(self) -> None:
        """Let in who may use it, once it answers; safe to repeat."""

    @abstractmethod
    def answers(self) -> bool:
        """Return whether it answers a real request."""

    @cached_property
    def java(self) -> Java:
        """The runtime it runs on. Raises UsageError where there is none that will do."""
        return within_reach(self.find_java(), service_account(), self.cache)

    def find_java(self) -> Java:
        """Return the best runtime on this machine for it. Raises UsageError where there is none that will do."""
        return find_java()

    @property
    def pid(self) -> int | None:
        """The number of its process; None when it does not run."""
        found = process.find(self.folder)
        return found[-1].pid if found else None

    def start(self, account: Account | None) -> None:
        """Start it and return at once. It goes on when we end. Raises UsageError when a folder cannot be written."""
        for path in (self.config, self.data, self.logs):
            path.mkdir(parents=True, exist_ok=True)
        self.configure(account)
        if account:
            account.give(self.folder)
        process.launch(self.command(), self.folder, self.environment(), self.console, account)

    def await_ready(self, clock: Clock, patience_s: float = 180) -> None:
        """Block until it answers. Raises Fatal, with the last error that it wrote, when it does not come up."""
        unseen = 0
        for _ in range(round(patience_s / _STEP_S)):
            running = process.find(self.folder)
            unseen = 0 if running else unseen + 1
            if unseen > _UNSEEN:
                raise Fatal(f"{self.title} did not come up: {self.last_error()}; see {self._evidence()}")
            # A second process is the launcher, which is about to leave.
            if len(running) == 1 and listens(self.port) and self.answers():
                return
            clock.sleep(_STEP_S)
        raise Fatal(f"{self.title} does not answer: {self.last_error()}; see {self._evidence()}")

    def stop(self, clock: Clock) -> bool:
        """End it, and return whether it ran."""
        return process.end(self.folder, clock)

    def last_error(self) -> str:
        """Return the last line of its output that tells of an error, or its last line at all."""
        try:
            lines = self.console.read_text("utf-8", errors="replace").splitlines()
        except OSError:
            lines = []
        told = [line.strip() for line in lines if line.strip() and not line.startswith("\t")]
        errors = [line for line in told if "ERROR" in line or "FATAL" in line or "Error" in line]
        return (errors or told or ["it wrote nothing"])[-1][:300]

    def _evidence(self) -> Path:
        return self.log if self.log.is_file() else self.console
