"""Identifiers of Nostr as people pass them on: bech32, with a list of typed values inside (NIP-19)."""

import re

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_WRITTEN = re.compile(r"\b(?:nostr:)?((?:note|nevent|naddr)1[" + _ALPHABET + r"]{20,1000})")
_SPECIAL, _AUTHOR, _KIND = 0, 2, 3


def named_posts(text: str) -> list[str]:
    """Return the posts that a text names: ids in hex, or of what can be replaced `kind:pubkey:name`."""
    if "1" not in text:
        return []
    return [post for word in _WRITTEN.findall(text) if (post := post_named(word)) is not None]


def post_named(word: str) -> str | None:
    """Return the post that one identifier stands for (note, nevent, naddr), None for what is damaged or no post."""
    kind, _, _ = word.partition("1")
    payload = _payload(word)
    if payload is None:
        return None
    if kind == "note":
        return payload.hex() if len(payload) == 32 else None
    parts = _typed(payload)
    special = parts.get(_SPECIAL, b"")
    if kind == "nevent":
        return special.hex() if len(special) == 32 else None
    if kind == "naddr" and len(parts.get(_AUTHOR, b"")) == 32 and len(parts.get(_KIND, b"")) == 4:
        name = special.decode("utf-8", "replace")
        return f"{int.from_bytes(parts[_KIND])}:{parts[_AUTHOR].hex()}:{name}"
    return None


def _payload(word: str) -> bytes | None:
    """Return the bytes of a bech32 word whose checksum is right (BIP-173), without its limit of 90 letters."""
    prefix, _, data = word.rpartition("1")
    if len(data) < 6 or not set(data) <= _VALUES.keys():
        return None
    values = [_VALUES[letter] for letter in data]
    checked = [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix] + values
    if _checksum(checked) != 1:
        return None
    number, bits = 0, 5 * (len(values) - 6)
    for value in values[:-6]:
        number = number << 5 | value
    return (number >> bits % 8).to_bytes(bits // 8)


def _checksum(values: list[int]) -> int:
    sum_ = 1
    for value in values:
        top = sum_ >> 25
        sum_ = (sum_ & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            if top >> place & 1:
                sum_ ^= generator
    return sum_


def _typed(payload: bytes) -> dict[int, bytes]:
    """Return the first value of each type in a list of type, length, value."""
    found: dict[int, bytes] = {}
    place = 0
    while place + 2 <= len(payload):
        kind, length = payload[place], payload[place + 1]
        found.setdefault(kind, payload[place + 2 : place + 2 + length])
        place += 2 + length
    return found
