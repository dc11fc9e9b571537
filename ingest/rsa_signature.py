"""Verifying RSA signatures, RSASSA-PKCS1-v1_5 with SHA-256 or SHA-512 (RFC 8017, section 8.2.2).

Verification knows no secret, and makes the block that a true signature holds and compares it whole, so nothing of what
a signature holds is read.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Literal

Digest = Literal["sha256", "sha512"]

_BLOCK = re.compile(
    r"-----BEGIN (RSA )?PUBLIC KEY-----\s*([A-Za-z0-9+/=\s]{100,20000}?)-----END (?:RSA )?PUBLIC KEY-----"
)
_PREFIXES: dict[Digest, bytes] = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
_RSA = bytes.fromhex("06092a864886f70d010101")  # the identifier of the kind of key
_SEQUENCE, _INTEGER, _BITS = 0x30, 0x02, 0x03
_LEAST_BITS, _MOST_BITS = 1024, 8192


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An RSA key: its modulus and its exponent."""

    modulus: int
    exponent: int

    def verifies(self, signed: bytes, signature: bytes, digest: Digest = "sha256") -> bool:
        """Say whether a signature is that of the bytes that were signed; never raises."""
        size = (self.modulus.bit_length() + 7) // 8
        number = int.from_bytes(signature, "big")
        if len(signature) != size or number >= self.modulus:
            return False
        tail = _PREFIXES[digest] + hashlib.new(digest, signed).digest()
        block = b"\0\1" + b"\xff" * (size - len(tail) - 3) + b"\0" + tail
        return hmac.compare_digest(pow(number, self.exponent, self.modulus).to_bytes(size, "big"), block)


def public_key(pem: object) -> PublicKey:
    """Return the key that stands in a PEM text. Raises ValueError for what is none, or no key that may be trusted."""
    found = _BLOCK.search(pem) if isinstance(pem, str) and len(pem) < 30_000 else None
    if found is None:
        raise ValueError("no public key in PEM")
    try:
        der = base64.b64decode(re.sub(r"\s", "", found[2]), validate=True)
    except binascii.Error:
        raise ValueError("no base64 in the PEM") from None
    inner = _value(der, _SEQUENCE)[0]
    if not found[1]:
        kind, rest = _value(inner, _SEQUENCE)
        if not kind.startswith(_RSA):
            raise ValueError("not a key of RSA")
        bits = _value(rest, _BITS)[0]
        inner = _value(bits[1:], _SEQUENCE)[0]
    modulus, rest = _value(inner, _INTEGER)
    key = PublicKey(int.from_bytes(modulus, "big"), int.from_bytes(_value(rest, _INTEGER)[0], "big"))
    if not _LEAST_BITS <= key.modulus.bit_length() <= _MOST_BITS or not 3 <= key.exponent < 2**33:
        raise ValueError("a key of RSA that is too small or too large")
    return key


def _value(der: bytes, tag: int) -> tuple[bytes, bytes]:
    """Return the content of the first value, which is to be of a kind, and what follows it."""
    if len(der) < 2 or der[0] != tag:
        raise ValueError("not the key that was expected")
    size, at = der[1], 2
    if size & 0x80:
        at += size & 0x7F
        size = int.from_bytes(der[2:at], "big")
        if at > 6:
            raise ValueError("not the key that was expected")
    if at + size > len(der):
        raise ValueError("a key that was cut")
    return der[at : at + size], der[at + size :]
