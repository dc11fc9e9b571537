import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deploy.stack import process
from schemas.clock import SystemClock
from schemas.errors import UsageError

CLOCK = SystemClock()
WAITS = [sys.executable, "-c", "import time; time.sleep(600)"]
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"


def launch(folder: Path, *command: str) -> None:
    process.launch(command, folder, {}, folder / "console.log", None)


def await_text(path: Path, text: str) -> None:
    for _ in range(200):
        if text in path.read_text("utf-8"):
            return
        CLOCK.sleep(0.05)
    pytest.fail(f"{text!r} did not come")


def test_what_is_launched_lives_on_detached_and_is_found_and_ended(tmp_path: Path) -> None:
    launch(tmp_path, *WAITS)
    (found,) = process.find(tmp_path)
    assert found.ppid() != psutil.Process().pid
    assert found.environ() == {process.NAME: str(tmp_path)} | {
        name: value for name, value in found.environ().items() if name in ("PWD", "OLDPWD", "SHLVL", "_")
    }
    assert process.end(tmp_path, CLOCK) is True
    assert process.find(tmp_path) == []
    assert process.end(tmp_path, CLOCK) is False


def test_a_program_that_was_killed_is_simply_gone(tmp_path: Path) -> None:
    launch(tmp_path, *WAITS)
    process.find(tmp_path)[0].kill()
    for _ in range(100):
        if not process.find(tmp_path):
            break
        CLOCK.sleep(0.05)
    assert process.find(tmp_path) == []


def test_a_program_of_somebody_else_is_never_touched(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    command = [*WAITS, str(tmp_path), f"{process.NAME}={tmp_path}"]  # it mentions us, and is not ours
    with subprocess.Popen(command, env={process.NAME: str(tmp_path / "other")}) as stranger:
        assert process.find(tmp_path) == []
        assert process.end(tmp_path, CLOCK) is False
        assert stranger.poll() is None
        stranger.kill()


def test_one_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    launch(tmp_path, sys.executable, "-c", DEAF)
    await_text(tmp_path / "console.log", "deaf")
    assert process.end(tmp_path, CLOCK, patience_s=0.3) is True
    assert process.find(tmp_path) == []


def test_a_program_run_to_its_end_says_how_it_ended_and_what_it_wrote(tmp_path: Path) -> None:
    console = tmp_path / "console.log"
    assert process.finish(["/bin/sh", "-c", "echo heard; echo badly >&2"], tmp_path, {}, console, None) is True
    assert console.read_text("utf-8") == "heard\nbadly\n"
    assert process.finish(["/bin/sh", "-c", "exit 3"], tmp_path, {}, console, None) is False
    assert console.read_text("utf-8") == ""


def test_what_cannot_be_started_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^nothing-of-the-kind cannot be started: No such file or directory$"):
        process.finish(["nothing-of-the-kind"], tmp_path, {"PATH": ""}, tmp_path / "console.log", None)
