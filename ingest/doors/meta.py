"""Meta's webhooks: Facebook, Instagram and Threads."""

import re
from hashlib import sha256
from typing import TYPE_CHECKING

from ingest.door import Admitted, Door, Knock, Said
from ingest.door_secrets import hex_signed, same, shared_secret

if TYPE_CHECKING:
    from ingest.web import Web

_CHALLENGE = re.compile(r"[A-Za-z0-9_.-]{1,200}")


class Meta(Door):
    """Notifications that carry `X-Hub-Signature-256` under the app's secret, and the handshake that goes before.

    `app_secret` is that of the app (of Threads, its own); `verify_token` is the word that was entered where the webhook
    is set up. A notification has no time that is signed: one that comes again is known by its body.
    """

    sources = ("facebook-webhooks", "instagram-webhooks", "threads")

    def __init__(self, app_secret: object, verify_token: object) -> None:
        """Raises ValueError for options that cannot be."""
        self._secret = shared_secret("app_secret", app_secret)
        self._token = shared_secret("verify_token", verify_token).decode()

    async def judge(self, knock: Knock, web: "Web") -> Admitted | Said:
        """Answer the handshake with its challenge; admit what is signed."""
        if knock.method == "GET":
            challenge = knock.query.get("hub.challenge", "")
            if knock.query.get("hub.mode") != "subscribe" or not same(self._token, knock.query.get("hub.verify_token")):
                return Said(403, "not the word that was agreed on")
            return Said(200, challenge) if _CHALLENGE.fullmatch(challenge) else Said(400, "no challenge")
        if not hex_signed(self._secret, knock.body, knock.headers.get("x-hub-signature-256")):
            return Said(401, "the signature is not that of this body")
        return Admitted(sha256(knock.body).hexdigest())
