"""A server on this machine that answers as Kibana's alerting API is documented to, for rules on searches."""

import json
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from uuid import UUID

PATH = re.compile(r"(?:/s/(?P<space>[a-z0-9_-]+))?/api/alerting/rule/(?P<id>[^/?]+)")
_BOTH = {"name", "tags", "schedule", "params", "actions", "throttle", "notify_when", "alert_delay", "flapping"}
_KEYS = {"POST": _BOTH | {"rule_type_id", "consumer", "enabled"}, "PUT": _BOTH}
_ACTION = {"group", "id", "params", "frequency", "uuid", "alerts_filter", "use_alert_data_for_template"}
_COMPARATORS = {">", ">=", "<", "<=", "between", "notBetween"}


@dataclass
class KibanaServer:
    """Its rules by space and id; `asked` are the methods and paths; `says` replaces the next answers by a status and a
    body."""

    key: str = "the-key"
    spaces: set[str] = field(default_factory=lambda: {"default", "brands"})
    port: int = 0
    rules: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    says: list[tuple[int, bytes]] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """Return a status and a body."""
        self.asked.append((method, path))
        if self.says:
            return self.says.pop(0)
        if headers.get("authorization") != f"ApiKey {self.key}":
            return _error(401, "Unauthorized", "[security_exception]: unable to authenticate with provided credentials")
        if method != "GET" and "kbn-xsrf" not in headers:
            return _error(400, "Bad Request", "Request must contain a kbn-xsrf header.")
        found = PATH.fullmatch(path)
        space = (found["space"] or "default") if found else ""
        if found is None or space not in self.spaces:
            return _error(404, "Not Found", "Not Found")
        place, given = (space, found["id"]), json.loads(body) if body else {}
        if (problem := _problem(method, found["id"], given)) is not None:
            return _error(400, "Bad Request", problem)
        if method == "POST":
            if any(known == found["id"] for _, known in self.rules):
                return _error(409, "Conflict", f"Saved object [alert/{found['id']}] conflict")
            self.rules[place] = {
                **given,
                "id": found["id"],
                "mute_all": False,
                "execution_status": {"status": "pending"},
            }
        elif place not in self.rules:
            return _error(404, "Not Found", f"Saved object [alert/{found['id']}] not found")
        elif method == "PUT":
            self.rules[place] |= given
        rule = self.rules[place]
        actions = [{**action, "connector_type_id": ".email"} for action in rule["actions"]]
        params = {**rule["params"], "sourceFields": []}
        return 200, json.dumps({**rule, "actions": actions, "params": params}).encode()


def _error(status: int, name: str, message: str) -> tuple[int, bytes]:
    return status, json.dumps({"statusCode": status, "error": name, "message": message}).encode()


def _problem(method: str, rule_id: str, given: dict[str, Any]) -> str | None:
    """Return what is wrong with a body, in Kibana's words or near them."""
    if method == "GET":
        return None
    if UUID(rule_id).version not in (1, 4):
        return "Predefined IDs are not allowed for saved objects with encrypted attributes unless the ID is a UUID."
    keys = [(f"body.{name}", name in _KEYS[method]) for name in given]
    keys += [(f"body.actions.{name}", name in _ACTION) for action in given.get("actions", []) for name in action]
    for name, known in keys:
        if not known:
            return f"[request {name}]: definition for this key is missing"
    for name in ("name", "schedule", "params", *(("rule_type_id", "consumer") if method == "POST" else ())):
        if name not in given:
            return f"[request body.{name}]: expected value but got [undefined]"
    params = given["params"]
    if "query" not in json.loads(params["esQuery"]):
        return 'params invalid: [esQuery]: must contain "query"'
    good = (
        params["searchType"] == "esQuery" and params["index"] and params["timeField"] and params["size"] >= 0
        and params["timeWindowUnit"] in "smhd" and params["timeWindowSize"] >= 1 and len(params["threshold"]) == 1
        and params["thresholdComparator"] in _COMPARATORS and params["groupBy"] == "all"
        and (params["aggType"] == "count" or params["aggField"])
    )  # fmt: skip
    return None if good else "params invalid"


@contextmanager
def kibana_server(tls: ssl.SSLContext | None = None) -> Iterator[KibanaServer]:
    """Answer on 127.0.0.1 until the block ends."""
    running = KibanaServer()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", "0")))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, said = running.answer(self.command, self.path, headers, body)
            self.send_response(status)
            if status in (301, 302):
                self.send_header("location", "/login")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = do_PUT = _any

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    running.port = server.server_address[1]
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
