"""What Jetstream sends for posts that were made up elsewhere: the demonstration's, or a test's own."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import orjson

from ingest.bluesky_records import LIKE, POST, REPOST
from schemas.post import PostEvent
from schemas.wire import ms


def did(name: str) -> str:
    """The id of an account, by what its posts call it."""
    return "did:plc:" + "".join(letter if letter.isalnum() else "-" for letter in name)


def commit(
    author: str, at: datetime, rkey: str, record: dict[str, Any] | None, collection: str = POST, op: str = "create"
) -> bytes:
    """One commit; `at` is when the server saw it. Deletions have no record."""
    fields: dict[str, Any] = {"operation": op, "collection": collection, "rkey": rkey}
    if record is not None:
        fields["record"] = {"$type": collection, "createdAt": _iso(at), **record}
    return orjson.dumps({"did": author, "time_us": ms(at) * 1000, "kind": "commit", "commit": fields})


def like(author: str, at: datetime, rkey: str, uri: str) -> bytes:
    """A like of the post at this address."""
    return commit(author, at, rkey, {"subject": {"uri": uri, "cid": "bafy"}}, LIKE)


def account(author: str, at: datetime, status: str | None = None) -> bytes:
    """News of an account: it is as `status` says, and active when there is none."""
    about = {"active": status is None, "did": author, "seq": 1, "time": _iso(at)}
    if status is not None:
        about["status"] = status
    return orjson.dumps({"did": author, "time_us": ms(at) * 1000, "kind": "account", "account": about})


def jetstream_events(posts: Iterable[PostEvent], later: timedelta = timedelta()) -> Iterator[bytes]:
    """Yield the events for posts, in their order and all `later` by so much.

    The totals that a post is seen with later have no event here, and are left out; so is what has no author, except a
    deletion of something that had one.
    """
    uris: dict[str, str] = {}
    for post in posts:
        at = post.observed_at + later
        known = uris.get(post.id)
        if post.counts is not None or (known is None and (post.author is None or post.author.id is None)):
            continue
        if known is None:
            assert post.author is not None
            collection = REPOST if post.kind == "repost" else POST
            known = uris[post.id] = f"at://{did(post.author.id or '')}/{collection}/{post.native_id}"
        _, _, who, collection, rkey = known.split("/")
        record = None if post.op == "delete" else _record(post, post.published_at or post.observed_at, later, uris)
        yield commit(who, at, rkey, record, collection, post.op)


def _record(post: PostEvent, published: datetime, later: timedelta, uris: dict[str, str]) -> dict[str, Any]:
    created: dict[str, Any] = {"createdAt": _iso(published + later)}
    target = uris.get(post.repost_of or post.quote_of or post.parent_id or "")
    if post.kind == "repost":
        return created | {"subject": {"uri": target, "cid": "bafy"}}
    record = created | {"text": post.text or ""} | ({"langs": [post.lang]} if post.lang else {})
    if target is not None and post.parent_id is not None:
        record["reply"] = {"parent": {"uri": target}, "root": {"uri": uris.get(post.root_id or "", target)}}
    elif target is not None:
        record["embed"] = {"$type": "app.bsky.embed.record", "record": {"uri": target}}
    return record


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
