"""`hearken demo` in a terminal ends in the dashboard of what it has played."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import httpx


def test_in_a_terminal_the_demonstration_ends_in_the_dashboard(tmp_path: Path) -> None:
    master, slave = pty.openpty()
    command = [str(Path(sys.executable).with_name("hearken")), "demo", "--store", str(tmp_path / "demo.db")]
    with subprocess.Popen(command, stdout=slave, stderr=subprocess.PIPE, cwd=tmp_path) as demo:
        try:
            os.close(slave)
            assert demo.stderr is not None
            line = demo.stderr.readline()
            while b"The dashboard of this crisis: " not in line:
                assert line
                line = demo.stderr.readline()
            address = line.decode().partition("crisis: ")[2].split()[0]
            brands = httpx.get(f"{address}v1/brands").json()["data"]
            assert {brand["id"] for brand in brands} == {"veridane", "ostrine", "halvik"}
            assert httpx.get(address).text.startswith("<!doctype html>")
            demo.terminate()
            assert demo.wait(30) == 0
        finally:
            demo.kill()
    os.close(master)
