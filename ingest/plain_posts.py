"""Posts whose fields have our own names: NDJSON, tables, lines of text."""

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from ingest.foreign import given, language_tag, post_event
from ingest.plain_text import html_to_text
from schemas.codec import upgraded
from schemas.errors import Poison
from schemas.post import PostEvent
from schemas.times import read_time, recorded_time
from schemas.wire import ms

_REFERENCES = {"parent_id": "parent", "root_id": "root", "repost_of": "repost_of", "quote_of": "quote_of"}
_OUR_ID = re.compile(r"[0-9a-f]{64}")
_TEXTS = ("text", "title", "quoted_text")
# What post_event makes itself.
_MADE = {"id", "source", "native_id", "published_at", "observed_at", "version", "native_refs", "markup"}


def plain_post(record: Mapping[str, Any], network: str, arrived: datetime | None = None) -> PostEvent:
    """Return the post event of fields that are named as PostEvent's; what they leave out is filled in.

    - `source` is `network` unless given.
    - `native_id` may stand under `id`; else it is a digest of author, time, address, title and text.
    - `observed_at` is when it `arrived`, or else `published_at`.
    - `version` is the time of publication; of an update or a deletion, whose time that is not, `observed_at`.
    - `parent_id root_id repost_of quote_of` may be ids of ours or the network's own; `native_refs` say the latter.
    - `author` may be a name alone. With `markup` "html" the texts are turned into plain ones.
    Empty values are none; fields that we do not know are kept. Raises Poison bad_shape for what has neither an id nor
    a text, bad_time without any time, bad_value.
    """
    fields = {name: value for name, value in upgraded(PostEvent, dict(record)).items() if value not in ("", None)}
    source = fields.get("source", network)
    if not isinstance(source, str):
        raise Poison("bad_value", "PostEvent: source")
    for name in _TEXTS:
        if name in fields and fields.get("markup") == "html":
            fields[name] = html_to_text(fields[name]) or None
    if isinstance(fields.get("author"), str):
        fields["author"] = {"name": fields["author"]}
    if "lang" in fields:
        fields["lang"] = language_tag(fields["lang"])
    claim = read_time(fields["published_at"]) if "published_at" in fields else None
    observed_at = _observed(fields, claim, arrived)
    version = fields.get("version")
    if version is None and fields.get("op", "create") != "create":
        version = ms(observed_at)
    return post_event(
        source, _native_id(fields), observed_at, claim, version, _references(fields),
        **{name: value for name, value in fields.items() if name not in _MADE},
    )  # fmt: skip


def _observed(fields: Mapping[str, Any], claim: datetime | None, arrived: datetime | None) -> datetime:
    if "observed_at" in fields:
        return recorded_time(fields["observed_at"])
    if arrived is not None:
        return arrived
    if claim is None:
        raise Poison("bad_time", "neither published_at nor observed_at")
    return recorded_time(claim)


def _native_id(fields: Mapping[str, Any]) -> str:
    native_id = fields.get("native_id", fields.get("id"))
    if native_id is not None:
        if isinstance(native_id, bool) or not isinstance(native_id, (str, int)):
            raise Poison("bad_value", "PostEvent: native_id")
        return str(native_id)
    if not (fields.get("text") or fields.get("title")):
        raise Poison("bad_shape", "neither an id nor a text")
    parts = [fields.get(name) for name in ("author", "published_at", "url", "title", "text")]
    return sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _references(fields: dict[str, Any]) -> dict[str, str] | None:
    """Return the network's own ids of other posts, and take them out of `fields` where they stand for ours."""
    refs = dict(fields.get("native_refs") or {})
    for name, native in _REFERENCES.items():
        if name in fields and not _OUR_ID.fullmatch(str(fields[name])):
            refs[native] = str(fields.pop(name))
    return given(**refs)
