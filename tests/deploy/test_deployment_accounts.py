"""The two scripts of deploy/compose.yaml: run as they stand, against a server that notes what it is asked."""

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from sinks.elastic.indices import Names
from sinks.elastic.roles import roles


class Listener(BaseHTTPRequestHandler):
    asked: ClassVar[list[tuple[str, str, str, bytes]]] = []
    answer: ClassVar[tuple[int, bytes]] = (200, b"")

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        scheme, _, encoded = self.headers["Authorization"].partition(" ")
        assert scheme == "Basic"
        self.asked.append((self.command, self.path, base64.b64decode(encoded).decode(), body))
        self.send_response(self.answer[0])
        self.end_headers()
        self.wfile.write(self.answer[1])

    do_POST = do_PUT

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    Listener.asked, Listener.answer = [], (200, b'{"success":true,"successCount":9}')
    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def run(script: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    everything = os.environ | environment
    return subprocess.run(["bash", str(script)], env=everything, capture_output=True, text=True, check=False)


def give_accounts(root: Path, address: str) -> subprocess.CompletedProcess[str]:
    names = ("ELASTIC", "KIBANA", "WORKER", "READER")
    passwords = {f"{name}_PASSWORD": f"canary{number}" for number, name in enumerate(names, 1)}
    return run(root / "deploy/container/accounts.sh", {"ELASTICSEARCH": address, **passwords})


def test_the_workers_get_our_roles_and_kibana_its_password(root: Path, address: str) -> None:
    done = give_accounts(root, address)
    assert done.returncode == 0, done.stderr
    assert {user for _, _, user, _ in Listener.asked} == {"elastic:canary1"}
    bodies = {path: json.loads(body) for _, path, _, body in Listener.asked}
    ours = roles(Names())
    for name in ("hearken-sink", "hearken-keeper", "hearken-reader"):
        assert bodies[f"/_security/role/{name}"] == ours[name]
    assert bodies["/_security/user/hearken"] == {"password": "canary3", "roles": ["hearken-sink", "hearken-keeper"]}
    assert bodies["/_security/user/hearken-reader"] == {"password": "canary4", "roles": ["hearken-reader"]}
    assert bodies["/_security/user/kibana_system/_password"] == {"password": "canary2"}
    assert "canary" not in done.stdout + done.stderr


def test_a_refusal_ends_it(root: Path, address: str) -> None:
    Listener.answer = (401, b"{}")
    done = give_accounts(root, address)
    assert done.returncode != 0
    assert len(Listener.asked) == 1
    assert "canary" not in done.stdout + done.stderr


@pytest.fixture
def dashboards(root: Path, tmp_path: Path) -> Path:
    """The script that looks for files in a folder of this test instead of the container's."""
    (tmp_path / "hearken.ndjson").write_text('{"id": "1"}\n', encoding="utf-8")
    text = (root / "deploy/container/dashboards.sh").read_text(encoding="utf-8")
    assert "/saved/*.ndjson" in text
    script = tmp_path / "dashboards.sh"
    script.write_text(text.replace("/saved/", f"{tmp_path}/"), encoding="utf-8")
    return script


def test_saved_objects_are_imported_over_what_is_there(dashboards: Path, address: str) -> None:
    done = run(dashboards, {"KIBANA": address, "ELASTIC_PASSWORD": "canary1"})
    assert done.returncode == 0, done.stderr
    [(command, path, user, body)] = Listener.asked
    assert (command, path, user) == ("POST", "/api/saved_objects/_import?overwrite=true", "elastic:canary1")
    assert b'{"id": "1"}' in body
    assert b'filename="hearken.ndjson"' in body


def test_an_import_that_kibana_refuses_is_no_success(dashboards: Path, address: str) -> None:
    Listener.answer = (200, b'{"success":false,"errors":[]}')
    done = run(dashboards, {"KIBANA": address, "ELASTIC_PASSWORD": "canary1"})
    assert done.returncode != 0
    assert "does not take" in done.stderr
