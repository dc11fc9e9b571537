"""Those who push: requests signed as each platform signs them, and a server of ActivityPub with a key."""

import base64
import hashlib
import hmac
import socket
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import cache
from math import gcd
from random import Random
from urllib.parse import parse_qsl, urlsplit

from ingest.door import Knock

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
SECRET = "a secret of the tests alone"

Headers = dict[str, str]


def knock(
    body: bytes = b"", headers: Headers | None = None, target: str = "/push/x", method: str = "POST", rest: str = "",
    at: datetime = NOON,
) -> Knock:  # fmt: skip
    """Return a request as a door is shown it."""
    return Knock(method, target, rest, dict(parse_qsl(urlsplit(target).query)), headers or {}, body, at)


def free_port() -> int:
    """Return a port that nobody listens at."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def standard(body: bytes, at: datetime = NOON, name: str = "msg_1", secret: str = SECRET) -> Headers:
    """Sign as Standard Webhooks 1.0 has it."""
    second = str(int(at.timestamp()))
    made = hmac.new(secret.encode(), f"{name}.{second}.".encode() + body, hashlib.sha256).digest()
    signature = "v1," + base64.b64encode(made).decode()
    return {"webhook-id": name, "webhook-timestamp": second, "webhook-signature": signature}


def hexed(body: bytes, secret: str = SECRET, method: str = "sha256") -> str:
    """Return what Meta, GitHub, Discourse and hubs put into their header."""
    return f"{method}=" + hmac.new(secret.encode(), body, method).hexdigest()


@cache
def rsa(seed: int = 7, bits: int = 1024) -> tuple[int, int]:
    """Return a modulus and its private exponent; the public one is 65537."""
    rng = Random(seed)
    while True:
        p, q = _prime(rng, bits // 2), _prime(rng, bits // 2)
        if p != q and gcd(65537, (p - 1) * (q - 1)) == 1:
            return p * q, pow(65537, -1, (p - 1) * (q - 1))


def pem(modulus: int) -> str:
    """Return the public key as a server publishes it."""
    key = _der(0x30, _number(modulus) + _number(65537))
    kind = bytes.fromhex("300d06092a864886f70d0101010500")
    whole = _der(0x30, kind + _der(0x03, b"\0" + key))
    return f"-----BEGIN PUBLIC KEY-----\n{base64.encodebytes(whole).decode()}-----END PUBLIC KEY-----\n"


def rsa_signed(text: bytes, seed: int = 7) -> bytes:
    """Sign with RSASSA-PKCS1-v1_5 and SHA-256."""
    modulus, exponent = rsa(seed)
    size = (modulus.bit_length() + 7) // 8
    tail = bytes.fromhex("3031300d060960864801650304020105000420") + hashlib.sha256(text).digest()
    block = b"\0\1" + b"\xff" * (size - len(tail) - 3) + b"\0" + tail
    return pow(int.from_bytes(block, "big"), exponent, modulus).to_bytes(size, "big")


def delivered(
    body: bytes, key_id: str, target: str = "/push/activitypub", at: datetime = NOON, seed: int = 7,
    names: str = "(request-target) host date digest",
) -> Headers:  # fmt: skip
    """Sign as servers of ActivityPub do."""
    headers = {
        "host": "listen.example",
        "date": format_datetime(at, usegmt=True),
        "digest": "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode(),
        "content-type": "application/activity+json",
    }
    said = {"(request-target)": f"post {target}"} | headers
    text = "\n".join(f"{name}: {said[name]}" for name in names.split())
    signature = base64.b64encode(rsa_signed(text.encode(), seed)).decode()
    headers["signature"] = f'keyId="{key_id}",algorithm="rsa-sha256",headers="{names}",signature="{signature}"'
    return headers


def delivered_newly(
    body: bytes, key_id: str, target: str = "/push/activitypub", at: datetime = NOON, seed: int = 7,
    names: str = "@method @target-uri content-digest", more: str = "", label: str = "sig1",
) -> Headers:  # fmt: skip
    """Sign as RFC 9421 has it."""
    headers = {
        "host": "listen.example",
        "content-digest": "sha-256=:" + base64.b64encode(hashlib.sha256(body).digest()).decode() + ":",
        "content-type": "application/activity+json",
    }
    path, _, query = target.partition("?")
    said = headers | {
        "@method": "POST", "@authority": "listen.example", "@target-uri": f"https://listen.example{target}",
        "@path": path, "@query": f"?{query}", "@request-target": target, "@scheme": "https",
    }  # fmt: skip
    listed = " ".join(f'"{name}"' for name in names.split())
    parameters = f'({listed});created={int(at.timestamp())};keyid="{key_id}"{more}'
    lines = [*(f'"{name}": {said[name]}' for name in names.split()), f'"@signature-params": {parameters}']
    signature = base64.b64encode(rsa_signed("\n".join(lines).encode(), seed)).decode()
    return headers | {"signature-input": f"{label}={parameters}", "signature": f"{label}=:{signature}:"}


def _prime(rng: Random, bits: int) -> int:
    while True:
        number = rng.getrandbits(bits) | (3 << (bits - 2)) | 1
        if all(pow(base, number - 1, number) == 1 for base in (2, 3, 5, 7, 11)):
            return number


def _number(value: int) -> bytes:
    return _der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _der(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
