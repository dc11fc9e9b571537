"""Our own signature, that of Standard Webhooks 1.0, for every source whose platform has none."""

import base64
import hmac
import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ingest.door import Admitted, Door, Knock, Said
from ingest.door_secrets import same, webhook_keys

if TYPE_CHECKING:
    from ingest.web import Web

WINDOW_S: Final = 300.0
_SECOND = re.compile(r"\d{1,12}")
_ID = re.compile(r"[\x21-\x7e]{1,200}")


class Signed(Door):
    """Posts of ours, or a source's payloads as it gives them, from whoever has the secret.

    `webhook-id` names the request, `webhook-timestamp` is the second in which it was signed, `webhook-signature` holds
    `v1,` and the base64 of HMAC-SHA256 under `secret` over `id.timestamp.body`, several with blanks between. The body
    is signed as it is sent, packed or not. `secret` is sixteen bytes at least, as text or as base64 behind `whsec_`, or
    a list of such; `window_s` is how far the second may be away.
    """

    sources = ()
    media = (
        "application/json", "application/x-ndjson", "application/ndjson", "application/jsonl", "application/xml",
        "text/xml", "text/csv", "application/atom+xml", "application/rss+xml", "application/activity+json",
        "application/ld+json", "application/feed+json",
    )  # fmt: skip

    def __init__(self, secret: object, window_s: float = WINDOW_S) -> None:
        """Raises ValueError for options that cannot be."""
        self._keys = webhook_keys("secret", secret)
        given: object = window_s  # whatever the settings hold
        if not isinstance(given, (int, float)) or not 1 <= given <= 86_400:
            raise ValueError("window_s: between 1 second and a day")
        self._window_s = float(window_s)

    async def judge(self, knock: Knock, web: "Web") -> Admitted | Said:
        """Admit what is signed, now."""
        if knock.method != "POST":
            return Said(405, "post it")
        name, second = knock.headers.get("webhook-id", ""), knock.headers.get("webhook-timestamp", "")
        if not _ID.fullmatch(name) or not _SECOND.fullmatch(second):
            return Said(401, "webhook-id, webhook-timestamp and webhook-signature are needed")
        if not self._is_signed(name, second, knock):
            return Said(401, "the signature is not that of this body")
        if abs(knock.at.timestamp() - int(second)) > self._window_s:
            return Said(401, "webhook-timestamp is too far away: sign it again, by a clock that is right")
        # The body is a part of it: who gives two messages one id by mistake loses neither.
        key = sha256(name.encode() + b"\0" + sha256(knock.body).digest()).hexdigest()
        return Admitted(key, 2 * self._window_s)

    def _is_signed(self, name: str, second: str, knock: Knock) -> bool:
        said = knock.headers.get("webhook-signature", "").split()[:10]
        signed = f"{name}.{second}.".encode() + knock.body
        ours = ["v1," + base64.b64encode(hmac.new(key, signed, sha256).digest()).decode("ascii") for key in self._keys]
        return any(same(mine, theirs) for mine in ours for theirs in said)
