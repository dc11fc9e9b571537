"""`hearken dashboard`: it says where it is, ends when told, and gives up what takes too long."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from deploy.cli import main
from schemas.errors import Transient
from schemas.query.parse import parse_query
from sinks.selection import Intervals, Selection
from sinks.sqlite.store import SqliteStore
from sinks.store import Write
from tests.support.api import api
from tests.support.mentions import mention

COMMAND = (sys.executable, "-c", "from deploy.cli import run; run()", "dashboard", "--port", "0")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of two thousand mentions."""
    found = tmp_path_factory.mktemp("serving") / "store.db"
    with SqliteStore(found) as store:
        store.write(Write(mentions=[mention(str(n), hours=n / 10, text=f"tea {n}") for n in range(2_000)]))
    return found


def test_it_says_where_it_is_and_ends_when_told(path: Path) -> None:
    brands = path.with_name("brands.toml")
    brands.write_text('[[brands]]\nname = "Acme"\nquery = "acme"\n', encoding="utf-8")
    command = [*COMMAND, "--store", str(path), "--brands", str(brands)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            address = next(line for line in process.stderr if "listening at" in line).split()[-1]
            with httpx.Client(base_url=address, timeout=60) as client:
                assert client.get("/v1/status").json()["store"] == "sqlite"
                with client.stream("GET", "/v1/live") as live:
                    assert next(live.iter_lines()) == ": listening"
                    process.send_signal(signal.SIGTERM)
                    assert process.wait(timeout=60) == 0
        finally:
            process.kill()


def test_it_ends_when_nobody_asks(path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "--store", str(path), "--until-idle", "0.5"], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_what_cannot_be_opened_is_one_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["dashboard", "--store", str(path), "--port", str(port)]) == 2
        assert f"cannot listen at 127.0.0.1 port {port}" in capsys.readouterr().err
    assert main(["dashboard", "--store", str(path.with_name("none.db"))]) == 2
    assert "there is no store" in capsys.readouterr().err
    assert main(["dashboard", "--store", str(path), "--host", "0.0.0.0"]) == 2  # noqa: S104
    assert "give tokens" in capsys.readouterr().err


def test_a_question_that_takes_too_long_is_given_up(path: Path) -> None:
    with SqliteStore(path, read_only=True, within_s=0.02) as store:
        everything = Selection(("acme",))
        slow = Selection(("acme",), queries=(parse_query("NOT cup AND NOT lang:en OR tea"),))
        with pytest.raises(Transient, match=r"needs more than 0\.02 s"):
            store.count(slow, ("author",), "people", Intervals(1_000))
        assert len(store.page(everything, None, 3).mentions) == 3


def test_one_who_asks_too_much_is_told_to_ask_for_less(path: Path) -> None:
    with api(path, timeout_s=0.02) as client:
        answer = client.get(
            "/v1/measures/mentions", params={"brand": "acme", "query": "NOT cup AND NOT lang:en OR tea"}
        )
        assert answer.status_code == 503
        assert "ask for a shorter time" in answer.json()["detail"]
        assert int(answer.headers["retry-after"]) > 0
