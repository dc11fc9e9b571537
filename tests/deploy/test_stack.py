"""The stack without its services: what it refuses before it starts anything, and how it takes what it finds."""

import json
import re
import socket
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.stack import process
from deploy.stack.account import Account
from deploy.stack.choices import Choices
from deploy.stack.kafka import Kafka
from deploy.stack.ports import HOST, free_port, require_free
from deploy.stack.room import require_disk
from deploy.stack.stack import Stack, Wishes, cache_folder
from schemas.clock import ManualClock, SystemClock
from schemas.errors import Fatal, UsageError
from schemas.settings import load

CLOCK = SystemClock()
MANUAL = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))  # nobody waits for a port that stays taken


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack(tmp_path / "stack", tmp_path / "cache", MANUAL)


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server((HOST, 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def silent_kafka(stack: Stack) -> Iterator[int]:
    """Something that runs where Kafka should, and answers nothing; gives the port it has."""
    port = free_port()
    folder = stack.folder / "kafka"
    folder.mkdir(parents=True)
    Choices(kafka_port=port).save(stack.folder / "stack.json")
    process.launch([sys.executable, "-c", "import time; time.sleep(600)"], folder, {}, folder / "console.log", None)
    yield port
    process.end(folder, CLOCK)


def test_an_empty_folder_is_down_and_stays_untouched(stack: Stack) -> None:
    status = stack.status()
    assert [(name, health.state, health.pid) for name, health in status.items()] == [
        ("kafka", "down", None),
        ("elasticsearch", "down", None),
    ]
    assert status["kafka"].address == "127.0.0.1:9092"
    assert status["elasticsearch"].address == "http://127.0.0.1:9200"
    assert stack.down() == []
    assert not stack.folder.exists()


def test_a_taken_port_is_named_with_the_option_that_chooses_another(stack: Stack, taken: int) -> None:
    with pytest.raises(UsageError, match=f"^port {taken} is taken: choose another with --kafka-port, 0 for any free"):
        stack.up(Wishes(kafka_port=taken))
    with pytest.raises(UsageError, match=f"^port {taken} is taken: choose another with --elasticsearch-port"):
        stack.up(Wishes(kafka_port=0, elasticsearch_port=taken))


def test_a_port_that_becomes_free_meanwhile_will_do() -> None:
    class Closing(ManualClock):
        def sleep(self, seconds: float) -> None:
            server.close()

    with socket.create_server((HOST, 0)) as server:
        port: int = server.getsockname()[1]
        with pytest.raises(UsageError):
            require_free(port, "--kafka-port", MANUAL)
        require_free(port, "--kafka-port", Closing(MANUAL.now()))


@pytest.mark.parametrize("version", ["9.5.0", "9.5.1", "9.5.2"])
def test_a_server_that_loses_writes_is_refused_by_name(stack: Stack, version: str) -> None:
    with pytest.raises(UsageError, match=f"Elasticsearch {re.escape(version)} can lose writes .* take 9.5.3"):
        stack.up(Wishes(0, 0, elasticsearch_version=version))


def test_too_little_memory_is_said_before_anything_is_downloaded(stack: Stack, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"too little memory: .* MB, .* MB are free: choose a smaller --heap"):
        stack.up(Wishes(0, 0, heap_mb=1 << 30))
    assert not (tmp_path / "cache").exists()


def test_too_little_disk_is_said(tmp_path: Path) -> None:
    require_disk(tmp_path / "to" / "come", 1)
    with pytest.raises(UsageError, match=r"too little room on the disk under .*: 1,099,511,627,776 MB needed"):
        require_disk(tmp_path, 1 << 40)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="file/stack: Not a directory: choose another folder with --dir"):
        Stack(tmp_path / "file" / "stack", tmp_path).up(Wishes(0, 0))


def test_what_runs_is_recognised_and_not_moved(stack: Stack, silent_kafka: int) -> None:
    health = stack.status()["kafka"]
    assert (health.state, health.address) == ("not answering", f"127.0.0.1:{silent_kafka}")
    with pytest.raises(UsageError, match=f"Kafka already runs on port {silent_kafka}: `hearken stack down` first"):
        stack.up(Wishes(kafka_port=1024))
    assert Stack(stack.folder, clock=CLOCK).down() == ["kafka"]
    assert stack.status()["kafka"].state == "down"


def test_the_folder_keeps_itself_out_of_git(stack: Stack, taken: int) -> None:
    with pytest.raises(UsageError):
        stack.up(Wishes(taken))
    assert (stack.folder / ".gitignore").read_text("utf-8") == "*\n"


class Broken(Kafka):
    """A Kafka that ends at once."""

    def configure(self, account: Account | None) -> None:
        pass

    def command(self) -> Sequence[str]:
        return ["/bin/sh", "-c", "printf 'INFO fine\\nERROR no such luck\\n\\tat somewhere\\nbye\\n'"]


def test_a_service_that_does_not_come_up_is_one_line_with_its_error_and_its_log(tmp_path: Path) -> None:
    service = Broken(tmp_path / "kafka", free_port(), 512, tmp_path)
    service.start(None)
    console = re.escape(str(tmp_path / "kafka" / "logs" / "console.log"))
    with pytest.raises(Fatal, match=f"^Kafka did not come up: ERROR no such luck; see {console}$"):
        service.await_ready(CLOCK)


def test_ports_and_version_are_remembered(tmp_path: Path) -> None:
    path = tmp_path / "stack.json"
    chosen = Choices(kafka_port=1, elasticsearch_port=2, elasticsearch_version="9.5.3")
    assert Choices.load(path) == Choices()
    chosen.save(path)
    assert Choices.load(path) == chosen
    assert [file.name for file in tmp_path.iterdir()] == ["stack.json"]
    path.write_text(json.dumps({"kafka_port": "no"}), "utf-8")
    with pytest.raises(UsageError, match=r"stack\.json is damaged: remove it"):
        Choices.load(path)


def test_the_cache_is_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "hearken"
    monkeypatch.setenv("HEARKEN_CACHE", str(tmp_path / "mine"))
    assert cache_folder() == tmp_path / "mine"
    assert load() == load(store="hearken.db")  # and it is no misspelt setting
