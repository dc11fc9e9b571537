"""Asking a Kibana over its API, and putting our rules there: safe to repeat, and nothing that people added is lost."""

import json
from collections.abc import Iterable
from typing import Any, Literal

import httpx

from deploy.kibana.rules import NEW, Rule
from deploy.kibana.saved import Json
from schemas.errors import Fatal, HearkenError, Transient, UsageError
from schemas.guard import Guard
from schemas.kibana import KibanaSettings
from schemas.serving import is_here
from sinks.outbound import Guarded

Outcome = Literal["created", "updated", "unchanged"]

_TIMEOUT = httpx.Timeout(30.0, connect=5.0)
_MOST_BYTES = 2**20
_SAID = 200  # characters of what a server says
# What people set in Kibana's own pages, which a change from here leaves as it is.
_KEPT = ("alert_delay", "flapping", "throttle", "notify_when")
_OF_ACTION = ("group", "id", "params", "frequency", "uuid", "alerts_filter", "use_alert_data_for_template")


class Kibana:
    """A space of a Kibana, for one thread. Each question raises Transient, UsageError or Fatal, one line of ours."""

    def __init__(self, settings: KibanaSettings, guard: Guard) -> None:
        """Connect nothing yet. Raises UsageError for settings that make no connection."""
        if not settings.url:
            raise UsageError("no Kibana is configured: set url under [kibana] in the settings")
        if settings.api_key is None:
            raise UsageError("Kibana asks for an API key: put one into HEARKEN_KIBANA__API_KEY in the environment")
        address = httpx.URL(settings.url)
        self._place = f"Kibana at {address.host}" + (f":{address.port}" if address.port else "")
        if address.scheme == "http" and not settings.allow_plaintext and not is_here(address.host):
            raise UsageError(f"{self._place}: http is not encrypted: use https, or set kibana.allow_plaintext = true")
        try:
            guard.check_url(settings.url)
            transport = Guarded(guard, settings.ca_file)
        except HearkenError as error:
            raise UsageError(f"kibana.url: {str(error).partition(': ')[2]}") from None
        except OSError:
            raise UsageError(f"kibana.ca_file: {settings.ca_file} holds no certificates that can be read") from None
        self._home = settings.home
        self._client = httpx.Client(
            transport=transport, timeout=_TIMEOUT, trust_env=False,
            headers={"Authorization": f"ApiKey {settings.api_key.get_secret_value()}", "kbn-xsrf": "hearken"},
        )  # fmt: skip

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def put(self, rule: Rule, space: str, prefix: str) -> Outcome:
        """Make a rule, or bring it up to date; its actions, and whether it is switched on, stay as people set them."""
        path, body = f"/api/alerting/rule/{rule.id(space, prefix)}", rule.body(prefix)
        found = self._ask("GET", path)
        if found is None:
            if self._ask("POST", path, {**NEW, **body}) is None:
                raise Fatal(f"{self._place} takes no rules at {self._home}: is the space there?")
            return "created"
        if _holds(found, body):
            return "unchanged"
        actions = [{name: one[name] for name in _OF_ACTION if name in one} for one in found.get("actions", [])]
        kept = {name: found[name] for name in _KEPT if found.get(name) is not None}
        if self._ask("PUT", path, {**kept, **body, "actions": actions}) is None:
            raise Transient(f"{self._place}: somebody has just deleted the rule {body['name']!r}: try again")
        return "updated"

    def _ask(self, method: str, path: str, body: Json | None = None) -> Json | None:
        """Return what Kibana answers, None for what is not there."""
        try:
            with self._client.stream(method, self._home + path, json=body) as response:
                return self._judged(response.status_code, _read(response))
        except HearkenError as error:
            if isinstance(error, Transient | Fatal | UsageError):
                raise
            raise UsageError(f"kibana.url: {str(error).partition(': ')[2]}") from None
        except httpx.HTTPError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise UsageError(
                    f"{self._place}: no trusted TLS connection: name its authority's certificate in kibana.ca_file"
                ) from None
            raise Transient(
                f"{self._place} does not answer ({type(error).__name__}): is it up, and is kibana.url right?"
            ) from None

    def _judged(self, status: int, body: bytes) -> Json | None:
        try:
            answer = json.loads(body)
        except ValueError:
            answer = None
        if status == 401:
            raise UsageError(f"{self._place} does not accept the API key: see HEARKEN_KIBANA__API_KEY")
        if status == 403:
            raise Fatal(f"{self._place}: this API key may not do this: it needs all of Stack Rules in the space")
        if status in (409, 429) or status >= 500:
            raise Transient(f"{self._place} is too busy or not ready ({status}){_said(answer)}")
        if not isinstance(answer, dict) or 300 <= status < 400:
            raise Fatal(f"{self._place} answers, but not as a Kibana does ({status}): is kibana.url right?")
        if status == 404:
            return None
        if status >= 400:
            raise Fatal(f"{self._place} refuses ({status}){_said(answer)}")
        return answer


def put_rules(kibana: Kibana, rules: Iterable[Rule], space: str, prefix: str) -> dict[str, Outcome]:
    """Put rules into a space, one after another; return what became of each by its name."""
    return {rule.name: kibana.put(rule, space, prefix) for rule in rules}


def _holds(found: Any, wanted: Any) -> bool:
    """Say whether all that is wanted is there; Kibana adds what was not said."""
    if isinstance(wanted, dict):
        return isinstance(found, dict) and all(_holds(found.get(name), value) for name, value in wanted.items())
    return bool(found == wanted)


def _read(response: httpx.Response) -> bytes:
    body = b""
    for piece in response.iter_bytes():
        body += piece
        if len(body) > _MOST_BYTES:
            return b""
    return body


def _said(answer: Any) -> str:
    message = answer.get("message") if isinstance(answer, dict) else None
    return f": {' '.join(message.split())[:_SAID]}" if isinstance(message, str) else ""
