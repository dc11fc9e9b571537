"""Discourse's webhooks."""

import re
from typing import TYPE_CHECKING

from ingest.door import Admitted, Door, Knock, Said
from ingest.door_secrets import hex_signed, shared_secret

if TYPE_CHECKING:
    from ingest.web import Web

_EVENT = re.compile(r"[a-z][a-z0-9_]{0,59}")
_NUMBER = re.compile(r"\d{1,18}")


class Forum(Door):
    """Events that carry `X-Discourse-Event-Signature` under `secret`; one that is sent again has the same number."""

    sources = ("discourse",)

    def __init__(self, secret: object) -> None:
        """Raises ValueError for an option that cannot be."""
        self._secret = shared_secret("secret", secret)

    async def judge(self, knock: Knock, web: "Web") -> Admitted | Said:
        """Admit what is signed."""
        if knock.method != "POST" or not hex_signed(
            self._secret, knock.body, knock.headers.get("x-discourse-event-signature")
        ):
            return Said(401, "the signature is not that of this body")
        number = knock.headers.get("x-discourse-event-id", "")
        if not _EVENT.fullmatch(knock.headers.get("x-discourse-event", "")) or not _NUMBER.fullmatch(number):
            return Said(400, "X-Discourse-Event and X-Discourse-Event-Id are needed")
        # Several forums may share the secret, and count for themselves.
        return Admitted(f"{number} {knock.headers.get('x-discourse-instance', '')[:200]}")

    def payload(self, knock: Knock, body: bytes) -> bytes:
        """Return the body with the event's name, which stands in a header."""
        return b'{"event":"%s","payload":%s}' % (knock.headers["x-discourse-event"].encode(), body)
