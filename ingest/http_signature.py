"""HTTP signatures as the servers of ActivityPub use them (draft-cavage-http-signatures-12, with RSA and SHA-256)."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ingest.door import Knock
from ingest.door_secrets import digest_fits

_PARAMETER = re.compile(r'\s*([A-Za-z]+)\s*=\s*(?:"([^"]*)"|(\d{1,12}))\s*(?:,|$)')
_ALGORITHMS = {"", "rsa-sha256", "hs2019"}
_NEEDED = {"(request-target)", "host", "digest"}
_MOST_HEADERS = 30


@dataclass(frozen=True, slots=True)
class Signature:
    """What a `Signature` header says: the address of the key, what was signed in which order, and the signature."""

    key_id: str
    names: tuple[str, ...]
    signature: bytes
    created: str
    expires: str

    def at(self, headers: Mapping[str, str]) -> datetime | None:
        """Return the moment that was signed; None where it cannot be read."""
        try:
            if "(created)" in self.names:
                return datetime.fromtimestamp(int(self.created), UTC)
            moment = parsedate_to_datetime(headers.get("date", ""))
        except (ValueError, TypeError, IndexError, OverflowError, OSError):
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def is_over(self, now: datetime) -> bool:
        """Say whether it holds no longer."""
        return self.expires.isdigit() and int(self.expires) < now.timestamp()

    def digest_fits(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Say whether a digest of the header is that of the body, and none that we can make is another's."""
        said = (one.strip().partition("=") for one in headers.get("digest", "").split(","))
        return digest_fits(body, ((name.lower(), digest) for name, _, digest in said))

    def texts(self, knock: Knock) -> list[bytes]:
        """Return what was signed; nothing where a header of it is missing."""
        lines = []
        for name in self.names:
            if name == "(request-target)":
                value: str | None = f"{knock.method.lower()} {knock.target}"
            elif name in ("(created)", "(expires)"):
                value = self.created if name == "(created)" else self.expires
            else:
                value = knock.headers.get(name)
            if value is None:
                return []
            lines.append(f"{name}: {value}")
        return ["\n".join(lines).encode("latin-1", "replace")]


def signature_of(headers: Mapping[str, str]) -> Signature | None:
    """Return the signature of a request; None without one, or with one that does not cover its target, host and body,
    or any time."""
    said = {name.lower(): quoted or number for name, quoted, number in _PARAMETER.findall(headers.get("signature", ""))}
    names = tuple(said.get("headers", "").lower().split())
    if said.get("algorithm", "").lower() not in _ALGORITHMS or len(names) > _MOST_HEADERS:
        return None
    if not set(names) >= _NEEDED or not {"date", "(created)"} & set(names) or not said.get("keyid"):
        return None
    try:
        signature = base64.b64decode(said.get("signature", ""), validate=True)
    except (binascii.Error, ValueError):
        return None
    return Signature(said["keyid"], names, signature, said.get("created", ""), said.get("expires", ""))
