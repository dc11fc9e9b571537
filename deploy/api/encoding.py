"""Documents as they are answered: exactly as on their topic, and fast."""

from collections.abc import Sequence

from schemas.codec import encode
from schemas.mention import Mention


def mentions_json(mentions: Sequence[Mention], more: bytes = b"") -> bytes:
    """Return mentions as `{"data": [...]}`; `more` is further members, such as `,"next":null`."""
    return b'{"data":[%s]%s}' % (b",".join(map(encode, mentions)), more)
