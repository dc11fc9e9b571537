"""Secrets that we share with who pushes, and signatures made with them."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Sequence

_LEAST_BYTES = 16
_DIGESTS = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}
_PREFIX = "whsec_"  # what stands before secrets that are in base64


def shared_secret(option: str, value: object, least_bytes: int = 1) -> bytes:
    """Return a secret of the settings as bytes. Raises ValueError, with the option's name, for what cannot be one."""
    if not isinstance(value, str) or len(value.encode()) < least_bytes:
        raise ValueError(f"{option}: a text of {least_bytes} bytes at least is needed")
    return value.encode()


def webhook_keys(option: str, value: object) -> list[bytes]:
    """Return the keys that a secret or a list of them stands for: text, or base64 behind `whsec_`; the old one beside
    the new one while they are changed. Raises ValueError."""
    values = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    keys = []
    for one in values:
        key = shared_secret(option, one, _LEAST_BYTES)
        if key.startswith(_PREFIX.encode()):
            try:
                key = base64.b64decode(key.removeprefix(_PREFIX.encode()), validate=True)
            except (binascii.Error, ValueError):
                raise ValueError(f"{option}: no base64 behind {_PREFIX}") from None
        if len(key) < _LEAST_BYTES:
            raise ValueError(f"{option}: a secret of {_LEAST_BYTES} bytes at least is needed")
        keys.append(key)
    if not keys:
        raise ValueError(f"{option}: a secret is needed")
    return keys


def same(ours: str, theirs: str | None) -> bool:
    """Compare what proves something in constant time; what is missing is never the same."""
    return theirs is not None and hmac.compare_digest(ours.encode(), theirs.encode("utf-8", "replace"))


def hex_signed(secret: bytes, body: bytes, said: str | None, methods: Sequence[str] = ("sha256",)) -> bool:
    """Say whether a header of the form `sha256=...` is the HMAC of the body, by one of these methods."""
    method, _, theirs = (said or "").strip().partition("=")
    if method.lower() not in methods:
        return False
    return same(hmac.new(secret, body, method.lower()).hexdigest(), theirs.lower())


def digest_fits(body: bytes, said: Iterable[tuple[str, str]]) -> bool:
    """Say whether one of the digests, each in base64 with its method's name, is the body's, and none that we can make
    is another's."""
    fits = False
    for name, theirs in said:
        if (made := _DIGESTS.get(name)) is not None:
            if not same(base64.b64encode(made(body).digest()).decode("ascii"), theirs):
                return False
            fits = True
    return fits
