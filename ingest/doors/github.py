"""GitHub's webhooks."""

import re
from typing import TYPE_CHECKING

from ingest.door import Admitted, Door, Knock, Said
from ingest.door_secrets import hex_signed, shared_secret

if TYPE_CHECKING:
    from ingest.web import Web

_EVENT = re.compile(r"[a-z][a-z0-9_]{0,59}")
_DELIVERY = re.compile(r"[A-Za-z0-9-]{1,80}")


class Github(Door):
    """Deliveries that carry `X-Hub-Signature-256` under `secret`; one that is sent again has the same delivery id."""

    sources = ("github-webhooks",)

    def __init__(self, secret: object) -> None:
        """Raises ValueError for an option that cannot be."""
        self._secret = shared_secret("secret", secret)

    async def judge(self, knock: Knock, web: "Web") -> Admitted | Said:
        """Admit what is signed."""
        if knock.method != "POST" or not hex_signed(self._secret, knock.body, knock.headers.get("x-hub-signature-256")):
            return Said(401, "the signature is not that of this body")
        named = [_EVENT.fullmatch(knock.headers.get("x-github-event", ""))]
        named.append(_DELIVERY.fullmatch(knock.headers.get("x-github-delivery", "")))
        if not all(named):
            return Said(400, "X-GitHub-Event and X-GitHub-Delivery are needed")
        return Admitted(knock.headers["x-github-delivery"])

    def payload(self, knock: Knock, body: bytes) -> bytes:
        """Return the body with the event's name, which stands in a header."""
        return b'{"event":"%s","payload":%s}' % (knock.headers["x-github-event"].encode(), body)
