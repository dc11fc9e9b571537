"""HTTP message signatures (RFC 9421, with RSA and SHA-256), as servers of ActivityPub begin to use them.

Read is only what is written as the standard writes it: the parameters of a signature are part of what is signed, so
another way to write them would be another text.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.door import Knock
from ingest.door_secrets import digest_fits

_TEXT = r'"(?:[^"\\\x00-\x1f\x7f]|\\["\\])*"'
_PARAMETER = rf"([a-z*][a-z0-9_.*-]*)=({_TEXT}|\d{{1,12}})"
_INPUT = re.compile(
    rf'([a-z*][a-z0-9_.*-]*)=(\(((?:"[^"\s;]+"(?: (?=")|(?=\))))*)\)((?:;{_PARAMETER})*))(?=\s*(?:,|$))'
)
_SIGNED = re.compile(r"([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/=]+):(?=\s*(?:,|$))")
_DIGEST = re.compile(r"([a-z0-9-]+)=:([A-Za-z0-9+/=]+):")
_ALGORITHM = "rsa-v1_5-sha256"
_TARGETS = ({"@target-uri"}, {"@authority", "@path"}, {"@authority", "@request-target"}, {"host", "@request-target"})
_NEEDED = {"@method", "content-digest"}
_MOST_NAMES = 30
_SCHEMES = ("https", "http")  # behind a proxy nobody says which it was; it is the same request


@dataclass(frozen=True, slots=True)
class MessageSignature:
    """One signature of a request: the address of the key, what was signed in which order, how that was written (the
    `parameters`), and the signature."""

    key_id: str
    names: tuple[str, ...]
    parameters: str
    signature: bytes
    created: int
    expires: int | None

    def at(self, headers: Mapping[str, str]) -> datetime | None:
        """Return the moment that was signed; None for none that can be."""
        try:
            return datetime.fromtimestamp(self.created, UTC)
        except (ValueError, OverflowError, OSError):
            return None

    def is_over(self, now: datetime) -> bool:
        """Say whether it holds no longer."""
        return self.expires is not None and self.expires < now.timestamp()

    def digest_fits(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Say whether a digest of the header is that of the body, and none that we can make is another's (RFC 9530)."""
        return digest_fits(body, _DIGEST.findall(headers.get("content-digest", "")))

    def texts(self, knock: Knock) -> list[bytes]:
        """Return what may have been signed; nothing where a header of it is missing, or a part is not ours to know."""
        schemes = _SCHEMES if {"@target-uri", "@scheme"} & set(self.names) else _SCHEMES[:1]
        return [text for scheme in schemes if (text := self._text(knock, scheme)) is not None]

    def _text(self, knock: Knock, scheme: str) -> bytes | None:
        lines = []
        for name in self.names:
            value = _derived(name, knock, scheme) if name.startswith("@") else knock.headers.get(name)
            if value is None:
                return None
            lines.append(f'"{name}": {value.strip()}')
        lines.append(f'"@signature-params": {self.parameters}')
        return "\n".join(lines).encode("latin-1", "replace")


def message_signature_of(headers: Mapping[str, str]) -> MessageSignature | None:
    """Return the first signature of a request that covers its method, target, body and time; None without one."""
    signed = dict(_SIGNED.findall(headers.get("signature", "")))
    for found in _INPUT.finditer(headers.get("signature-input", "")):
        label, parameters, components, said = found[1], found[2], found[3], found[4]
        names = tuple(re.findall(r'"([^"]+)"', components))
        given = {name: value.strip('"') for name, value in re.findall(_PARAMETER, said)}
        if given.get("alg", _ALGORITHM) != _ALGORITHM or len(names) > _MOST_NAMES or len(set(names)) != len(names):
            continue
        if not set(names) >= _NEEDED or not any(set(names) >= target for target in _TARGETS) or label not in signed:
            continue
        created, expires = given.get("created", ""), given.get("expires", "0")
        if not created.isdigit() or not expires.isdigit() or not given.get("keyid"):
            continue
        try:
            signature = base64.b64decode(signed[label], validate=True)
        except (binascii.Error, ValueError):
            continue
        until = int(expires) if "expires" in given else None
        return MessageSignature(given["keyid"], names, parameters, signature, int(created), until)
    return None


def _derived(name: str, knock: Knock, scheme: str) -> str | None:
    """Return a part of a request that is no header (RFC 9421, section 2.2); None for one that is not known here."""
    host = knock.headers.get("host", "").strip().lower().removesuffix(":443" if scheme == "https" else ":80")
    path, _, query = knock.target.partition("?")
    return {
        "@method": knock.method.upper(),
        "@authority": host or None,
        "@scheme": scheme,
        "@target-uri": f"{scheme}://{host}{knock.target}" if host else None,
        "@request-target": knock.target,
        "@path": path or "/",
        "@query": f"?{query}",
    }.get(name)
