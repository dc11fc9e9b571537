"""Issues, pull requests, discussions, releases and the comments on them: GitHub's objects to post events.

The numeric ids of one kind of object say nothing of another, and an issue and a pull request that are the same thread
have two. So a post goes by what its address says: repository and number, or the name of its place on the page.
"""

import re
from datetime import datetime
from typing import Any

from ingest.deeds import totals
from ingest.foreign import given, post_event, whole_number, words
from ingest.github_markdown import references, visible
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.post import Op, PostEvent
from schemas.times import recorded_time
from schemas.wire import ms

NETWORK = "github"

Thing = dict[str, Any]

_ADDRESS = re.compile(
    r"https?://[^/]+/([^/]+/[^/]+)/(?:(?:issues|pull|discussions)/(\d+)|commit/([0-9a-f]{7,64})|releases/tag/(.+?))"
    r"(?:/(?:files|changes|commits)[^#]*)?(?:#([A-Za-z_]+-?\d+))?"
)
_LONGEST = 2_000
_TIMES = ("published_at", "submitted_at", "created_at")  # a release is created when its last commit was


def address_of(thing: Thing) -> re.Match[str]:
    """Return the parts of an object's address: repository, number, commit, tag, name. Raises Poison bad_value."""
    found = _ADDRESS.fullmatch(thing["html_url"][:_LONGEST])
    if found is None:
        raise Poison("bad_value", "an address that is none of a post")
    return found


def native_id(thing: Thing) -> str:
    """Return what identifies a post: `owner/repository#` and its number, or the name of its place."""
    repository, number, _, tag, name = address_of(thing).groups()
    if tag is not None:
        return f"{repository}#release-{tag}"
    if name is None and number is None:
        raise Poison("bad_value", "a commit is no post")
    return f"{repository}#{name or number}"


def changed_at(*things: Thing) -> datetime:
    """Return when the newest of some objects was made or changed last."""
    times = [recorded_time(thing[name]) for thing in things for name in (*_TIMES, "updated_at") if thing.get(name)]
    if not times:
        raise Poison("bad_time", "neither created nor updated")
    return max(times)


def github_event(thing: Thing, op: Op, changed: datetime, seen_at: datetime | None) -> PostEvent:
    """Return the event of an object; `changed` is the time of this state. Raises Poison, and what odd shapes raise."""
    native = native_id(thing)
    stamp = next((thing[name] for name in _TIMES if thing.get(name)), None)
    made = recorded_time(stamp) if stamp is not None else changed
    refs = _references(thing, native)
    common: dict[str, Any] = {"op": op, "kind": "reply" if refs and "parent" in refs else "post"}
    if op == "delete":
        return post_event(NETWORK, native, seen_at or changed, made, ms(changed), refs, **common)
    text = visible(thing.get("body"))
    links, media = references(text)
    return post_event(
        NETWORK, native, seen_at or changed, made, ms(changed), refs,
        title=words(thing.get("title")) or words(thing.get("name")) or words(thing.get("tag_name")),
        text=text,
        author=_author(thing.get("user") or thing.get("author") or {}),
        url=words(thing["html_url"]),
        links=links,
        media=media,
        counts=_counts(thing),
        **common,
    )  # fmt: skip


def counts_seen(thing: Thing) -> Engagement | None:
    """Return the totals of a post that something else was said about, None where there are none."""
    counts = _counts(thing)
    return totals(NETWORK, native_id(thing), counts, changed_at(thing)) if counts is not None else None


def _references(thing: Thing, native: str) -> dict[str, str] | None:
    """Return what a comment answers: another one, else the thread. A commit is the root of what is said of it."""
    repository, number, commit, _, name = address_of(thing).groups()
    if name is None:
        return None
    if commit is not None:
        return {"root": f"{repository}@{commit}"}
    root = f"{repository}#{number}"
    above = thing.get("parent_id") or thing.get("in_reply_to_id")
    kind = native.partition("#")[2].rstrip("0123456789")
    parent = f"{repository}#{kind}{above}" if isinstance(above, int) and not isinstance(above, bool) else root
    return {"parent": parent, "root": root}


def _author(user: Thing) -> Thing | None:
    """Return who wrote something; of whoever has left there is nothing."""
    return given(id=str(user["id"]) if "id" in user else None, handle=words(user.get("login")))


def _counts(thing: Thing) -> Thing | None:
    """Return the totals of an object; every reaction counts as a like, of whatever kind it is."""
    replies = thing.get("comments", thing.get("child_comment_count"))
    return given(likes=whole_number((thing.get("reactions") or {}).get("total_count")), replies=whole_number(replies))
