import json
import sys
from pathlib import Path

import pytest
import typer

from deploy.cli.stack import app, megabytes
from schemas.errors import UsageError


def run(*arguments: str) -> object:
    return app(args=list(arguments), standalone_mode=False)


def test_status_is_one_line_of_json_and_fails_when_something_is_down(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("status", "--dir", str(tmp_path)) == 1
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    status = json.loads(out)
    assert list(status) == ["kafka", "elasticsearch"]
    assert status["kafka"] == {
        "state": "down", "address": "127.0.0.1:9092", "pid": None, "version": "4.1.1",
        "log": str(tmp_path / "kafka" / "logs" / "kafka.log"),
    }  # fmt: skip


def test_down_of_nothing_is_done(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("down", "--dir", str(tmp_path))
    assert capsys.readouterr() == ("", f"nothing ran on {tmp_path}\n")


@pytest.mark.parametrize(("text", "size"), [("512m", 512), ("2g", 2048), ("1G", 1024), ("128M", 128)])
def test_a_heap_is_a_number_and_a_unit(text: str, size: int) -> None:
    assert megabytes(text) == size


@pytest.mark.parametrize("text", ["", "m", "12", "64m", "1t", "-1g", "1.5g", "²g"])
def test_a_heap_that_cannot_be_read_is_one_line(text: str) -> None:
    with pytest.raises(UsageError, match="write a size such as 512m or 2g"):
        megabytes(text)


def test_a_port_out_of_range_is_wrong_usage() -> None:
    with pytest.raises(typer.BadParameter):
        run("up", "--kafka-port", "65536")


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("deploy.stack")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psutil", None)
    with pytest.raises(UsageError, match=r"pip install 'hearken\[stack\]'"):
        run("status", "--dir", str(tmp_path))
