"""PagerDuty, by its Events API v2: an episode is one incident, which opens with it and is resolved with it."""

from collections.abc import Sequence

import orjson
from pydantic import SecretStr

from sinks.channel import Answer, Channel, Notice, Surroundings
from sinks.outbound import Outbound

_URL = "https://events.pagerduty.com/v2/enqueue"
_SUMMARY = 1_024  # code points that the API takes
_TOLD = 4_000


class PagerDuty(Channel):
    """Sends to one integration. `url` is another address of the API: that of the EU, say."""

    type = "pagerduty"
    promise = "at least once, under one dedup_key for each episode: one incident"

    def __init__(
        self,
        surroundings: Surroundings,
        routing_key: SecretStr | str,
        url: SecretStr | None = None,
        severity: str = "error",
    ) -> None:
        if severity not in ("critical", "error", "warning", "info"):
            raise ValueError("its severity is critical, error, warning or info")
        self._severity = severity
        self._routing_key = routing_key if isinstance(routing_key, str) else routing_key.get_secret_value()
        self._outbound = Outbound(url.get_secret_value() if url else _URL, surroundings.guard, surroundings.clock)

    def send(self, notice: Notice) -> Answer:
        """Trigger the incident or resolve it. An episode that is over before it could be told does both in one go."""
        answer = Answer("taken")
        if notice.step != "closed":
            answer = self._outbound.post(self._event(notice, "trigger"), {})
        if answer.outcome == "taken" and notice.alert.status == "closed":
            answer = self._outbound.post(self._event(notice, "resolve"), {})
        return answer

    def shown(self, notice: Notice) -> Sequence[str]:
        """Return the event that would be sent last, a value to a line, without the key."""
        event = orjson.loads(self._event(notice, "resolve" if notice.alert.status == "closed" else "trigger"))
        return orjson.dumps({**event, "routing_key": "*****"}, option=orjson.OPT_INDENT_2).decode().splitlines()

    def _event(self, notice: Notice, action: str) -> bytes:
        return orjson.dumps(
            {
                "routing_key": self._routing_key,
                "event_action": action,
                "dedup_key": f"hearken:{notice.alert.id}",
                "client": "hearken",
                "payload": {
                    "summary": f"{notice.subject}. {notice.short}"[:_SUMMARY],
                    "source": notice.alert.source or "hearken",
                    "severity": "info" if notice.is_test or notice.alert.replayed else self._severity,
                    "component": notice.brand_name,
                    "class": notice.alert.kind,
                    "timestamp": f"{notice.alert.opened_at:%Y-%m-%dT%H:%M:%SZ}",
                    "custom_details": {"text": "\n".join(notice.lines)[:_TOLD]},
                },
                "links": [{"href": link, "text": "look"} for link in notice.links],
            }
        )
