"""Real Kafka and Elasticsearch for tests: one pair for a run, started at the first test that asks, ended with the run.

A test asks with the fixture `kafka` (a bootstrap server) or `elasticsearch` (a URL); asking marks it `services`. Topics
and indices outlive a test, so each test takes names of its own. All workers of a run, and all runs on one checkout,
share the pair; the last one to go ends it. What somebody started by hand in its folder is used and left running.
The fixture `secured` is a second pair, on which everybody has to say who they are, and `each_elasticsearch` lets a test
run on each version of Elasticsearch that can run here.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from deploy.stack.account import service_account
from deploy.stack.service import Service
from schemas.errors import UsageError

if TYPE_CHECKING:
    from deploy.stack.stack import Addresses, Stack
    from tests.support.deployment import Deployment

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = {"services", "kafka", "elasticsearch", "secured", "each_elasticsearch"}
NEWER = "9.5.3"
_OPEN, _SECURED, _NEWER = "stack", "secured", "newer"  # the folders of the pairs
HASTY = ("-XX:TieredStopAtLevel=1",)  # code that runs for minutes does not pay for what the better compiler costs
START_S = 600  # a first run downloads 140 MB; on a busy machine the start alone takes a minute


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("markexpr") != "bench":  # where servers are measured they are as people have them
        Service.java_options = HASTY


@pytest.fixture(scope="session")
def services(request: pytest.FixtureRequest) -> "Addresses":
    """Where both run; `dir` is the folder of their stack, for tests that kill one and bring it up again."""
    return _joined(_OPEN, request.config)


@pytest.fixture(scope="session")
def secured(request: pytest.FixtureRequest) -> "Stack":
    """A stack with security on; `security` in it has the users' credentials."""
    _joined(_SECURED, request.config)
    return shared_stack(_SECURED)


@pytest.fixture(scope="session")
def kafka(services: "Addresses") -> str:
    """The bootstrap server of a real Kafka, as `host:port`."""
    return services.kafka


@pytest.fixture(scope="session")
def elasticsearch(services: "Addresses") -> str:
    """The URL of a real Elasticsearch."""
    return services.elasticsearch


@pytest.fixture(scope="session", params=["8.19.3", NEWER])
def each_elasticsearch(request: pytest.FixtureRequest) -> str:
    """The URL of a real Elasticsearch of each version in turn; the newer one asks for a full JDK."""
    if request.param != NEWER:
        return _joined(_OPEN, request.config).elasticsearch
    try:
        return _joined(_NEWER, request.config).elasticsearch
    except UsageError as error:
        if "full JDK" not in str(error):
            raise
        pytest.skip(str(error))


@pytest.fixture
def deployment(kafka: str, elasticsearch: str) -> "Iterator[Deployment]":
    """Names, topics and workers of a test's own on both; some modules have one of the same name on Kafka alone."""
    from tests.support.deployment import Deployment  # here: a run of unit tests need not load the clients

    made = Deployment(kafka, elasticsearch)
    yield made
    made.drop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("services")
        if item.get_closest_marker("services") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(START_S))


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or not _folder().is_dir():
        return  # a worker of pytest-xdist: the main process comes last
    for pair in (_OPEN, _SECURED, _NEWER):
        with _held(pair) as users:
            ours = users / _name(_main_process(config))
            if ours.exists():
                ours.unlink()
                for other in users.iterdir():
                    if not _lives(other.name):
                        other.unlink()
                if not list(users.iterdir()):
                    shared_stack(pair).down()


def services_cache() -> Path:
    """The folder that keeps what the tests download."""
    return _folder() / "cache"


def shared_stack(pair: str = _OPEN) -> "Stack":
    """The stack that the fixtures give."""
    from deploy.stack.stack import Stack

    return Stack(_folder() / pair, services_cache())


def _joined(pair: str, config: pytest.Config) -> "Addresses":
    """Start a pair, unless it runs, and note that this run uses it."""
    from deploy.stack.stack import Wishes  # here: a run of unit tests need not load the clients

    stack = shared_stack(pair)
    with _held(pair) as users:
        running = any(service.pid for service in stack.services())
        if not running:
            shutil.rmtree(stack.folder, ignore_errors=True)
        if not running or list(users.iterdir()):
            (users / _name(_main_process(config))).touch()
        if running:
            return stack.up()
        if pair == _OPEN:
            return stack.up(Wishes(0, 0))
        if pair == _NEWER:
            return stack.up(Wishes(0, 0, NEWER, heap_mb=512, kafka_heap_mb=320))
        return stack.up(Wishes(0, 0, None, True, 0, heap_mb=512, kafka_heap_mb=320))


def _folder() -> Path:
    """A folder in the checkout, or where root's services may not enter that, one for temporary files."""
    folder, account = ROOT / ".cache" / "services", service_account()
    return Path(tempfile.gettempdir()) / "hearken-services" if account and account.barrier(folder) else folder


@contextmanager
def _held(pair: str) -> Iterator[Path]:
    """Keep other processes out, and yield the folder with a file for each run that uses the pair."""
    users = _folder() / ("users" if pair == _OPEN else f"{pair}-users")
    users.mkdir(parents=True, exist_ok=True)
    with (_folder() / f".{pair}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield users


def _main_process(config: pytest.Config) -> int:
    return os.getppid() if hasattr(config, "workerinput") else os.getpid()


def _name(pid: int) -> str:
    return f"{pid}-{psutil.Process(pid).create_time():.0f}"


def _lives(name: str) -> bool:
    pid = int(name.partition("-")[0])
    return psutil.pid_exists(pid) and _name(pid) == name
