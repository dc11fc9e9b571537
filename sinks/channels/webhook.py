"""A webhook of your own: JSON, signed as Standard Webhooks 1.0 has it, so that receivers find libraries for it.

`webhook-id` is the notice's key: the same when it is sent again, which is how a receiver sees it once.
`webhook-timestamp` is the second of this attempt. `webhook-signature` is `v1,` and the base64 of HMAC-SHA256 under the
secret over `id.timestamp.body`: a receiver compares it in constant time, and refuses a timestamp minutes away.
2xx: taken. 410: the address is no more. 408, 425, 429, 5xx, no answer: sent again. All else, redirects too: refused.
"""

import base64
import binascii
import hmac
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import orjson
from pydantic import SecretStr

from schemas.wire import Wire
from sinks.channel import Answer, Channel, Notice, Surroundings
from sinks.outbound import Outbound

_LEAST_SECRET_BYTES = 16
_PREFIX = "whsec_"  # what stands before secrets that are in base64


class WebhookBody(Wire):
    """What is posted: `type` is alert.opened, alert.updated or alert.closed.

    `data` holds the `alert` as its topic has it, the `brand`'s name, `subject` and `text` for people, the `posts`
    behind it as far as they can still be read (words as people wrote them: escape them before you show them), and
    `links`. `test` is set for a notice that somebody sent to try the channel.
    """

    type: str
    timestamp: str
    data: dict[str, Any]


class Webhook(Channel):
    """Posts to one URL. The secret is sixteen bytes at least: text, or base64 behind `whsec_`."""

    type = "webhook"
    promise = "at least once, under one webhook-id"

    def __init__(self, surroundings: Surroundings, url: SecretStr, secret: SecretStr | str) -> None:
        self._clock = surroundings.clock
        self._key = _key(secret if isinstance(secret, str) else secret.get_secret_value())
        self._outbound = Outbound(url.get_secret_value(), surroundings.guard, surroundings.clock)

    def send(self, notice: Notice) -> Answer:
        """Post it once; blocks for fifteen seconds at most as long as the receiver says anything at all."""
        now = self._clock.now()
        second, body = int(now.timestamp()), payload(notice, f"{now:%Y-%m-%dT%H:%M:%SZ}")
        return self._outbound.post(
            body,
            {
                "webhook-id": notice.key,
                "webhook-timestamp": str(second),
                "webhook-signature": signature(self._key, notice.key, second, body),
            },
        )

    def shown(self, notice: Notice) -> Sequence[str]:
        """Return the body, a value to a line; it is posted without the spaces, and signed."""
        body = orjson.loads(payload(notice, f"{self._clock.now():%Y-%m-%dT%H:%M:%SZ}"))
        return orjson.dumps(body, option=orjson.OPT_INDENT_2).decode().splitlines()


def signature(key: bytes, notice_id: str, second: int, body: bytes) -> str:
    """Return the signature of a body that is posted in this second."""
    signed = f"{notice_id}.{second}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, sha256).digest()).decode("ascii")


def payload(notice: Notice, timestamp: str) -> bytes:
    """Return the body, as UTF-8."""
    posts = [
        {
            "id": post.id, "source": post.source, "url": post.url, "published_at": post.published_at,
            "author": post.author and (post.author.handle or post.author.name), "text": post.text or post.title,
        }
        for post in notice.posts
        if post.deleted_at is None
    ]  # fmt: skip
    made = WebhookBody(
        type=f"alert.{notice.step}",
        timestamp=timestamp,
        data={
            "alert": notice.alert.model_dump(mode="json", exclude_none=True),
            "brand": notice.brand_name,
            "subject": notice.subject,
            "text": "\n".join(notice.lines),
            "posts": posts,
            "links": list(notice.links),
            "test": notice.is_test,
        },
    )
    return orjson.dumps(made.model_dump(mode="json"))


def _key(secret: str) -> bytes:
    key = secret.encode()
    if secret.startswith(_PREFIX):
        try:
            key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("its secret is no base64 behind whsec_") from None
    if len(key) < _LEAST_SECRET_BYTES:
        raise ValueError(f"its secret is shorter than {_LEAST_SECRET_BYTES} bytes")
    return key
