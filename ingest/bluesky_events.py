"""What Jetstream sends, read: commits and news of accounts, as its first wire and its second write them."""

from datetime import datetime
from typing import Any

from ingest.bluesky_records import LIKE, POST, REPOST, address, embedded, is_post, is_sensitive, tid_ms
from ingest.foreign import given, language_tag, post_event, words
from ingest.source import AuthorPause, AuthorRemoval, Parsed, Skipped
from schemas.codec import model_of
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.post import AHEAD, PostEvent, claimed_time, post_id
from schemas.times import read_time, recorded_time
from schemas.wire import ms

NETWORK = "bluesky"

_OPS = {"create", "update", "delete"}
_UNUSED = {"identity", "sync", "info"}
# As the first months of Jetstream wrote them, under "type".
_FIRST_KINDS = {"com": "commit", "id": "identity", "acc": "account"}
_FIRST_OPS = {"c": "create", "u": "update", "d": "delete"}
# By atproto.com/specs/account nothing of an account that is not active is to be passed on. The first two states are
# meant to last, and the content goes. The other two are troubles of a host, and say nothing of the account. What is
# left are pauses: suspended, deactivated (for a moment also at each move to another host), no reason at all.
_GONE = ("deleted", "takendown")
_TROUBLES = ("desynchronized", "throttled")


def read_event(event: dict[str, Any]) -> Parsed:
    """Return what one event is.

    Raises Poison; LookupError, TypeError, ValueError and the like for a shape that no event has.
    """
    if event.get("$type") in ("message", "error"):
        return _framed(event)
    if "error" in event and "kind" not in event:
        return Skipped("error")
    kind = event["kind"] if "kind" in event else _FIRST_KINDS.get(event["type"])
    if kind == "commit":
        return _commit(event["did"], event["commit"], recorded_time(event["time_us"]))
    if kind == "account":
        return _account(event["did"], event["account"], event["time_us"])
    return _other(kind)


def _framed(frame: dict[str, Any]) -> Parsed:
    """Return what one frame of the second wire is: the message names its kind behind the lexicon's name."""
    if frame["$type"] == "error":
        return Skipped("error")
    message = frame["payload"]
    kind = message["$type"].partition("#")[2]
    if kind == "commit":
        return _commit(message["did"], message, recorded_time(message["time"]))
    if kind == "account":
        return _account(message["did"], message["account"], message["time"])
    return _other(kind)


def _other(kind: object) -> Parsed:
    if isinstance(kind, str) and kind in _UNUSED:
        return Skipped(kind)
    raise Poison("unknown_kind", "neither commit, identity nor account")


def _account(did: object, news: dict[str, Any], when: object) -> Parsed:
    active, status = news.get("active"), news.get("status")
    if not isinstance(did, str) or not isinstance(active, bool) or (not active and status in _TROUBLES):
        return Skipped("account")
    seen = recorded_time(when)
    said = claimed(news.get("time"))  # the host's own, the same on every server
    at = said if said and abs(said - seen) <= AHEAD else seen
    if not active and status in _GONE:
        return AuthorRemoval("account", NETWORK, did, at)
    return AuthorPause("account", NETWORK, did, at, over=active)


def _commit(did: str, commit: dict[str, Any], seen: datetime) -> Parsed:
    op = commit["operation"] if "operation" in commit else _FIRST_OPS.get(commit["type"])
    collection, rkey = commit["collection"], commit["rkey"]
    if op not in _OPS:
        raise Poison("unknown_kind", "a commit that neither creates, updates nor deletes")
    uri = "/".join(("at:/", did, collection, rkey))  # which no part but a text gets through
    if collection not in (POST, REPOST, LIKE):
        return Skipped(collection)
    version = _version(commit.get("rev"), seen)
    if op == "delete":
        if collection == LIKE:
            return Skipped(f"{LIKE} {op}")
        kind = "repost" if collection == REPOST else "post"
        return post_event(NETWORK, uri, seen, version=version, op=op, kind=kind, author={"id": did})
    record = commit["record"]
    claim = claimed(record.get("createdAt"))
    if collection == POST:
        return posted(uri, did, rkey, record, claim, seen, op=op, version=version)
    subject = record["subject"]["uri"]
    if not is_post(subject):
        return Skipped(collection)
    if collection == LIKE:
        return liked(uri, subject, claim, seen)
    return post_event(
        NETWORK, uri, seen, claim, version, {"repost_of": subject}, op=op, kind="repost", author={"id": did}
    )


def posted(
    uri: str,
    did: str,
    rkey: str,
    record: dict[str, Any],
    claim: datetime | None,
    seen: datetime,
    shown: dict[str, Any] | None = None,
    **fields: Any,
) -> PostEvent:
    """Return the post that a record in an author's repository is; `shown` is how the network shows what it carries,
    `fields` are what else is known beside it."""
    fields.setdefault("author", {"id": did})
    reply = record.get("reply") or {}
    carried = embedded(record, shown or {})
    return post_event(
        NETWORK, uri, seen, claim,
        refs=given(
            parent=words((reply.get("parent") or {}).get("uri")),
            root=words((reply.get("root") or {}).get("uri")),
            quote_of=carried.quote,
        ),
        text=words(record.get("text")),
        lang=language_tag(next(iter(record.get("langs") or []), None)),
        url=address(did, rkey),
        links=carried.links,
        media=carried.media,
        flags=["sensitive"] if is_sensitive(record) else [],
        **fields,
    )  # fmt: skip


def liked(uri: str, subject: str, claim: datetime | None, seen: datetime) -> Engagement:
    """Return the like that a record is, of the post at the address `subject`."""
    fields = {
        "id": post_id("like", post_id(NETWORK, uri)),
        "mention_id": post_id(NETWORK, subject),
        "source": NETWORK,
        "kind": "like",
        "at": claimed_time(claim, seen)[0] if claim else seen,
        "observed_at": seen,
    }
    return model_of(Engagement, fields)


def claimed(created_at: object) -> datetime | None:
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
