"""Bluesky's Jetstream: every public record of the network as it is written, changed and deleted."""

from datetime import datetime
from typing import Any

from ingest.bluesky_records import LIKE, POST, REPOST, address, embedded, is_post, tid_ms
from ingest.foreign import given, language_tag, odd_shapes_refused, post_event, words
from ingest.records import Record, decode
from ingest.source import Parsed, Skipped, Source
from schemas.codec import model_of
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.post import AHEAD, PostEvent, claimed_time, post_id
from schemas.times import read_time, recorded_time
from schemas.wire import ms

_NETWORK = "bluesky"
_OPS = {"create", "update", "delete"}


class BlueskyJetstream(Source):
    """Bluesky as Jetstream sends it: posts, reposts and likes, with their edits and deletions.

    At-least-once: a resumed stream begins with the last event again, another server with many more. So the version is
    the repository's own revision, which every server sends alike, and only without a credible one the server's time.
    A repost is a post of its own, whose engagement follows from it; a like is engagement and no post. To take a like
    back names no post, so it is skipped, as are account notices.
    """

    name = "bluesky-jetstream"
    network = _NETWORK
    formats = "JSON: one event a line"

    def parse(self, record: Record) -> list[Parsed]:
        """Return the one thing that an event is; what is no post, repost or like is skipped by its collection."""
        event = decode(record)
        with odd_shapes_refused():
            kind = event["kind"]
            if kind in ("identity", "account"):
                return [Skipped(kind)]
            if kind != "commit":
                raise Poison("unknown_kind", "neither commit, identity nor account")
            return [_parsed(event["did"], event["commit"], recorded_time(event["time_us"]))]


def _parsed(did: str, commit: dict[str, Any], seen: datetime) -> Parsed:
    op, collection, rkey = commit["operation"], commit["collection"], commit["rkey"]
    if op not in _OPS:
        raise Poison("unknown_kind", "a commit that neither creates, updates nor deletes")
    uri = "/".join(("at:/", did, collection, rkey))  # which no part but a text gets through
    if collection not in (POST, REPOST, LIKE):
        return Skipped(collection)
    version = _version(commit.get("rev"), seen)
    if op == "delete":
        if collection == LIKE:
            return Skipped(f"{LIKE} {op}")
        return post_event(_NETWORK, uri, seen, version=version, op=op, author={"id": did})
    record = commit["record"]
    claim = _claim(record.get("createdAt"))
    if collection == POST:
        return _post(uri, did, rkey, record, claim, seen, op=op, version=version)
    subject = record["subject"]["uri"]
    if not is_post(subject):
        return Skipped(collection)
    if collection == LIKE:
        return _like(uri, subject, claim, seen)
    return post_event(
        _NETWORK, uri, seen, claim, version, {"repost_of": subject}, op=op, kind="repost", author={"id": did}
    )


def _post(
    uri: str, did: str, rkey: str, record: dict[str, Any], claim: datetime | None, seen: datetime, **fields: Any
) -> PostEvent:
    reply = record.get("reply") or {}
    carried = embedded(record)
    return post_event(
        _NETWORK, uri, seen, claim,
        refs=given(
            parent=words((reply.get("parent") or {}).get("uri")),
            root=words((reply.get("root") or {}).get("uri")),
            quote_of=carried.quote,
        ),
        author={"id": did},
        text=words(record.get("text")),
        lang=language_tag(next(iter(record.get("langs") or []), None)),
        url=address(did, rkey),
        links=carried.links,
        media=carried.media,
        **fields,
    )  # fmt: skip


def _like(uri: str, subject: str, claim: datetime | None, seen: datetime) -> Engagement:
    fields = {
        "id": post_id("like", post_id(_NETWORK, uri)),
        "mention_id": post_id(_NETWORK, subject),
        "source": _NETWORK,
        "kind": "like",
        "at": claimed_time(claim, seen)[0] if claim else seen,
        "observed_at": seen,
    }
    return model_of(Engagement, fields)


def _claim(created_at: object) -> datetime | None:
    """Return the author's time; whatever the author's program wrote there is no reason to lose the post."""
    try:
        return read_time(created_at)
    except Poison:
        return None


def _version(rev: object, seen: datetime) -> int:
    """Return the time of the commit in ms by its revision, if that agrees with when the server saw it."""
    seen_ms = ms(seen)
    try:
        rev_ms = tid_ms(rev) if isinstance(rev, str) and len(rev) == 13 else 0
    except KeyError:
        rev_ms = 0
    return rev_ms if abs(rev_ms - seen_ms) <= AHEAD.total_seconds() * 1000 else seen_ms
