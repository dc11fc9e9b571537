"""WebSub: feeds, and YouTube's among them, whose hub tells us what is new (www.w3.org/TR/websub)."""

import hmac
import logging
import re
from hashlib import sha256
from typing import TYPE_CHECKING

from ingest.door import Admitted, Door, Knock, Said
from ingest.door_secrets import hex_signed, same, shared_secret

if TYPE_CHECKING:
    from ingest.web import Web

_log = logging.getLogger(__name__)

_TOKEN = re.compile(r"[0-9a-f]{32}")
_CHALLENGE = re.compile(r"[\x21-\x7e]{1,2000}")
_METHODS = ("sha1", "sha256", "sha384", "sha512")  # the hub chooses; YouTube's still signs with SHA-1
_LEAST_BYTES = 16
_LEASE = re.compile(r"[1-9]\d{0,8}")
_LEASE_S = 86_400.0  # where a hub does not say for how long


class WebSub(Door):
    """Documents that a hub distributes, and its question whether we meant to subscribe.

    Each topic has an address of its own and a secret of its own, both made from `secret`, so that nothing has to be
    remembered: only who knows `secret` can have asked a hub for a topic at its address. A document that is not signed
    as was agreed is refused. `leases` holds for how many seconds hubs have granted topics, by token, since they were
    last asked.
    """

    sources = ("feeds", "podcast", "youtube-atom")
    media = ()  # the topic's own, whatever it is

    def __init__(self, secret: object) -> None:
        """Raises ValueError for an option that cannot be."""
        self._secret = shared_secret("secret", secret, _LEAST_BYTES)
        self.leases: dict[str, float] = {}

    def token(self, topic: str) -> str:
        """Return what stands behind the source's name in the address for a topic."""
        return self._made(f"topic {topic}")[:32]

    def asked(self, topic: str) -> None:
        """Note that a hub is asked for a topic now: what it granted before says nothing of that."""
        self.leases.pop(self.token(topic), None)

    def topic_secret(self, topic: str) -> str:
        """Return the secret that a hub is to sign a topic's documents with."""
        return self._token_secret(self.token(topic))

    async def judge(self, knock: Knock, web: "Web") -> Admitted | Said:
        """Answer the hub's question; admit what is signed."""
        if not _TOKEN.fullmatch(knock.rest):
            return Said(404, "no such subscription")
        if knock.method == "GET":
            return self._verified(knock)
        signed = hex_signed(
            self._token_secret(knock.rest).encode(), knock.body, knock.headers.get("x-hub-signature"), _METHODS
        )
        if not signed:
            return Said(401, "the signature is not that of this body")
        return Admitted(sha256(knock.rest.encode() + knock.body).hexdigest())

    def _verified(self, knock: Knock) -> Said:
        mode, topic = knock.query.get("hub.mode", ""), knock.query.get("hub.topic", "")
        if not same(self.token(topic), knock.rest):
            return Said(404, "nobody here has asked for that")
        if mode == "denied":
            _log.warning("a hub does not let us subscribe to the topic of %s...", knock.rest[:6])
            return Said(200)
        challenge = knock.query.get("hub.challenge", "")
        if mode not in ("subscribe", "unsubscribe") or not _CHALLENGE.fullmatch(challenge):
            return Said(400, "no challenge")
        if mode == "subscribe":
            lease = knock.query.get("hub.lease_seconds", "")
            self.leases[knock.rest] = float(lease) if _LEASE.fullmatch(lease) else _LEASE_S
        return Said(200, challenge)

    def _token_secret(self, token: str) -> str:
        return self._made(f"secret {token}")

    def _made(self, what: str) -> str:
        return hmac.new(self._secret, what.encode("utf-8", "replace"), sha256).hexdigest()
