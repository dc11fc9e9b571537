"""JSON values that stand one after the other where one was expected: behind commas, in a list without its end."""

import re
from collections.abc import Iterator

_SIGNS = re.compile(rb'"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|[{}\[\]]', re.DOTALL)
_BETWEEN = b" \t\r\n,\x1e\0"  # 1E begins each text of a JSON text sequence (RFC 7464)


def json_pieces(payload: bytes) -> list[bytes]:
    """Return the objects and lists that stand in some bytes, the last one perhaps cut; none if anything else does.

    Of a list that is no JSON, or without its end, these are the values in it. Takes time linear in the bytes, whatever
    they are.
    """
    payload = payload.strip(_BETWEEN)
    pieces = list(_pieces(payload))
    if pieces == [payload] and payload.startswith(b"["):
        payload = payload[1:]
        pieces = list(_pieces(payload))
    between = sum(map(_said, pieces)) < _said(payload)
    return [] if between else pieces


def _said(payload: bytes) -> int:
    return len(payload.translate(None, _BETWEEN + b"[]"))


def _pieces(payload: bytes) -> Iterator[bytes]:
    depth = start = 0
    for sign in _SIGNS.finditer(payload):
        if sign[0] in b"{[":
            if depth == 0:
                start = sign.start()
            depth += 1
        elif sign[0] in b"}]" and depth:
            depth -= 1
            if depth == 0:
                yield payload[start : sign.end()]
    if depth:
        yield payload[start:]
