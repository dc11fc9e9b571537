"""X, formerly Twitter, as searches, timelines and lookups (interface v2) answer, and as its compliance jobs report."""

import re
from typing import Any

from ingest.foreign import odd_shapes_refused, parsed_page, post_event
from ingest.records import Record, decode
from ingest.source import Parsed, Skipped, Source
from ingest.x_posts import COMPLIANCE, NETWORK
from ingest.x_v2 import events_of
from schemas.errors import Poison
from schemas.times import recorded_time
from schemas.wire import ms

_PROBLEM = re.compile(r"/problems/([a-z-]{1,40})$")
_ACTION = re.compile(r"[a-z_]{1,40}")
_ID = re.compile(r"\d{1,20}")

# What else data can be: the first kind of which it has one of the names.
_KINDS = (
    ("counts", "tweet_count"),
    ("user", "username"),
    ("space", "state"),
    ("rule", "value"),
    ("media", "media_key"),
    ("dm_event", "event_type"),
    ("dm_event", "dm_event_id"),
    ("trend", "trend_name"),
    ("job", "upload_url"),
    ("usage", "project_cap"),
    ("list", "member_count"),
    ("list", "name"),
    ("liked", "liked"),
    ("retweeted", "retweeted"),
    ("bookmarked", "bookmarked"),
    ("following", "following"),
    ("hidden", "hidden"),
    ("deleted", "deleted"),
    ("pinned", "pinned"),
    ("blocking", "blocking"),
    ("muting", "muting"),
    ("is_member", "is_member"),
    ("updated", "updated"),
    ("dm_event", "dm_conversation_id"),
    ("media", "expires_after_secs"),
    ("webhook", "url"),
    ("subscription", "subscribed"),
)


class XV2Search(Source):
    """Pages of posts and single posts of X's interface v2, with the lines of its batch compliance jobs.

    At-least-once: a page can be asked for again at any time. A line of a job that says a post is to be deleted is a
    deletion, as old as X says that it is, else as the post. People, counts and the like are skipped by what they are,
    problems with parts of a page by X's name for them.
    """

    name = "x-v2-search"
    network = NETWORK
    formats = "JSON: one page, post or compliance line a line, one document or an array; HTTP cassettes"

    def parse(self, record: Record) -> list[Parsed]:
        """Return the posts of an answer, each original of a retweet before it; the rest is skipped by what it is."""
        message = decode(record)
        with odd_shapes_refused():
            if "action" in message and "data" not in message:
                return [_complied(message, record)]
            data = message.get("data")
            if data is None:
                return events_of(message)
            problems = [Skipped(_problem(error)) for error in message.get("errors") or []]
            items = data if isinstance(data, list) else [data]
            posts = [item for item in items if _is_post(item)]
            found = events_of({**message, "data": posts}) if posts else []
            others = [item for item in items if not _is_post(item)]
            found += parsed_page(others, lambda item: [_other(item)])
            return [*found, *problems] or [Skipped("empty")]


def _is_post(item: dict[str, Any]) -> bool:
    known = item.keys()
    return bool({"id", "text"} <= known and "event_type" not in known) or bool(known & COMPLIANCE)


def _other(item: dict[str, Any]) -> Skipped:
    kind = next((kind for kind, name in _KINDS if name in item), None)
    if kind is None:
        raise Poison("unknown_kind", "data of X that are no post")
    return Skipped(kind)


def _problem(error: object) -> str:
    """Return X's name for a problem with a part of a page."""
    found = _PROBLEM.search(str(error.get("type"))) if isinstance(error, dict) else None
    return found[1] if found else "error"


def _complied(line: dict[str, Any], record: Record) -> Parsed:
    """Return what a compliance job says is to be done with a post."""
    action, native_id = line["action"], line["id"]
    if not _ACTION.fullmatch(action) or not _ID.fullmatch(native_id):
        raise Poison("bad_value", "a compliance line has an action and the id of a post")
    if action != "delete":
        return Skipped(action)
    at = recorded_time(line.get("redacted_at") or line["created_at"])
    return post_event(NETWORK, native_id, record.seen_at or at, version=ms(at), op="delete")
