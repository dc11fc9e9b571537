"""Reading JSON that others wrote: bounded in size and depth, and refused with a reason."""

import re
from typing import Any

import orjson

from schemas.errors import Poison

MAX_DEPTH = 64
_BOM = b"\xef\xbb\xbf"
# An escaped backslash, a whole surrogate pair, or half a pair, in this order, so that only a real half is the third.
_SURROGATES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def json_value(payload: bytes, max_bytes: int) -> Any:
    """Return the value that `payload` holds as UTF-8 JSON, with or without a byte order mark.

    Half a surrogate pair inside a string is left out: platforms that cut texts by code unit write it.
    Raises Poison: too_large, bad_encoding, truncated (it ends too early), too_deep, bad_json (also for NaN).
    """
    if len(payload) > max_bytes:
        raise Poison("too_large", f"{len(payload)} bytes, at most {max_bytes} are read")
    payload = payload.removeprefix(_BOM)
    try:
        value = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        if "surrogate in " not in error.msg:
            raise _refusal(payload, error) from None
        payload = _SURROGATES.sub(lambda m: b"" if m[1] else m[0], payload)
        try:
            value = orjson.loads(payload)
        except orjson.JSONDecodeError as second:
            raise _refusal(payload, second) from None
    if _deeper_than_allowed(value, payload):
        raise Poison("too_deep", f"more than {MAX_DEPTH} levels")
    return value


def _refusal(payload: bytes, error: orjson.JSONDecodeError) -> Poison:
    """Say why `payload` is no JSON, in words that hold nothing of it."""
    try:
        payload.decode()
    except UnicodeDecodeError as bad:
        if bad.reason == "unexpected end of data":
            return Poison("truncated", f"ends inside a character, after {len(payload)} bytes")
        return Poison("bad_encoding", f"no UTF-8, as JSON has to be, at byte {bad.start}")
    if not payload or error.msg.startswith("unexpected end of data"):
        return Poison("truncated", f"ends too early, after {len(payload)} bytes")
    if "depth limit" in error.msg or "ecursion limit" in error.msg:
        return Poison("too_deep", f"more than {MAX_DEPTH} levels")
    return Poison("bad_json", f"no JSON at character {error.pos}")


def _deeper_than_allowed(value: Any, payload: bytes) -> bool:
    # Counting brackets costs next to nothing and settles nearly every payload; only a bushy one is walked.
    if payload.count(b"{") + payload.count(b"[") <= MAX_DEPTH:
        return False
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for node in level
            for child in (node.values() if isinstance(node, dict) else node)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return False
    return True
