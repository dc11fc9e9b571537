"""HTTP cassettes: requests with their answers as VCR, VCR.py and Betamax record them, in YAML or JSON, and as browsers
do, in HAR."""

import base64
import binascii
import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import yaml

from ingest.records import HELD_BYTES
from schemas.errors import Poison
from schemas.json_value import MAX_DEPTH, json_value

_BEGINNING = re.compile(
    rb'(?:\xef\xbb\xbf)?(?:\s|#[^\n]*\n|---[^\n]*\n|\{|"?version"?:\s*\d+,?)*"?(?:http_)?interactions"?\s*:'
)
_ARCHIVE = re.compile(rb'(?:\xef\xbb\xbf)?\s*\{\s*"log"\s*:\s*\{\s*"(?:version|creator|browser|pages|entries|comment)"')
_BODY = "response.body"
_ENCODED = "response.body.base64_string"
_BINARY = "tag:yaml.org,2002:binary"
_GZIP = b"\x1f\x8b"


def is_cassette(head: bytes) -> bool:
    """Tell whether a recording begins as a cassette does."""
    return _BEGINNING.match(head) is not None or _ARCHIVE.match(head) is not None


def cassette_bodies(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the body of each answer, as bytes, in the order of the requests; answers without one are left out.

    At most 64 MiB are read. Of a cassette that is cut, damaged or longer, the answers before that place come, and then
    an empty body that stands for the rest. Never raises for bad content.
    """
    content = stream.read(HELD_BYTES)
    try:
        if _ARCHIVE.match(content):
            yield from _archived(json_value(content, HELD_BYTES))
            return
        for path, tag, text in _scalars(content):
            if path in (_BODY, f"{_BODY}.string", _ENCODED) and text:
                yield _unpacked(text, encoded=tag == _BINARY or path == _ENCODED)
    except (Poison, yaml.YAMLError):
        yield b""


def _archived(archive: Any) -> Iterator[bytes]:
    """Yield the bodies in a browser's archive (HAR 1.2, "content")."""
    entries = archive["log"].get("entries")
    for entry in entries if isinstance(entries, list) else []:
        try:
            content = entry["response"]["content"]
            text, encoded = content["text"], content.get("encoding") == "base64"
        except (AttributeError, LookupError, TypeError):
            continue
        if isinstance(text, str) and text:
            yield _unpacked(text, encoded=encoded)


def _scalars(document: bytes) -> Iterator[tuple[str, str | None, str]]:
    """Yield every value that is a text or a number: the keys above it from an interaction on, its tag, its text.

    Reads events and builds no tree: a parser that does is sent into the ground by a document that is deep enough.
    """
    keys: list[str | None] = []  # of each mapping around, the key whose value comes; None: a key comes, or a list
    lists: list[bool] = []
    for event in yaml.parse(document, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            keys.append(None)
            lists.append(isinstance(event, yaml.SequenceStartEvent))
            if len(keys) > MAX_DEPTH:
                raise yaml.YAMLError
        elif isinstance(event, yaml.CollectionEndEvent):
            keys.pop()
            lists.pop()
            if keys:
                keys[-1] = None
        elif isinstance(event, yaml.ScalarEvent) and keys:
            if not lists[-1] and keys[-1] is None:
                keys[-1] = event.value
                continue
            yield ".".join(key for key in keys[1:] if key is not None), event.tag, event.value
            keys[-1] = None
        elif isinstance(event, yaml.AliasEvent) and keys:
            keys[-1] = None


def _unpacked(text: str, *, encoded: bool) -> bytes:
    try:
        body = base64.b64decode(text) if encoded else text.encode(errors="replace")
        if body.startswith(_GZIP):
            return zlib.decompressobj(wbits=31).decompress(body, HELD_BYTES)
    except (binascii.Error, ValueError, zlib.error):
        return b""
    return body
