"""Reddit as its interface answers: listings of posts and comments, threads, searches, mentions."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from ingest.capture import captured_records
from ingest.foreign import odd_shapes_refused, parsed_page
from ingest.records import Record, decode
from ingest.reddit_things import COMMENT, NETWORK, POST, Thing, thing_events
from ingest.source import Parsed, Skipped, Source
from schemas.errors import Poison

_KIND = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")

# What an object without a kind is: the first whose names it all has.
_SHAPES = tuple(
    (kind, frozenset(names.split()))
    for kind, names in (
        ("error", "error"),
        ("error", "reason message"),
        ("access_token", "access_token"),
        (COMMENT, "body link_id"),
        (COMMENT, "body parent_id"),
        (POST, "title created_utc subreddit"),
        ("t2", "name link_karma"),
        ("t5", "display_name subreddit_type"),
    )
)


class RedditListing(Source):
    """Listings as Reddit's interface gives them, with the replies below comments; bare posts and comments, too.

    At-least-once: a listing can be asked for again at any time. A body that was deleted or removed is a deletion of
    the post or comment. What is neither is skipped by the kind that Reddit gives it (`more`, `t5`, ...).
    """

    name = "reddit-listing"
    network = NETWORK
    formats = "JSON: listings, threads, single things; HTTP cassettes"

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """Split JSON, or a cassette of answers. A thread is two listings: the post and its comments."""
        return captured_records(stream)

    def parse(self, record: Record) -> list[Parsed]:
        """Return every post and comment of an answer, each before its replies; the rest is skipped by its kind."""
        answer = decode(record)
        with odd_shapes_refused():
            found = list(_things(_unpacked(answer)))
            if not found:
                return [Skipped("empty")]
            return parsed_page(found, lambda thing: _parsed(thing, record))


def _unpacked(answer: Thing) -> Thing:
    """Return the listing or thing that an answer is, without the envelope that answers to a form have."""
    if "json" in answer:
        answer = answer["json"]
        if answer.get("errors"):
            return {"error": "json"}
        return {"kind": "Listing", "data": {"children": (answer.get("data") or {}).get("things")}}
    return answer


def _things(thing: Any) -> Iterator[Thing]:
    """Yield every thing below a listing, each before its replies. Depth is no concern: too deep JSON is refused."""
    data = thing.get("data") if isinstance(thing, dict) else None
    if not isinstance(data, dict):
        if thing != {}:
            yield thing
        return
    if "children" in data and thing.get("kind", "Listing") == "Listing":
        for child in data["children"] or []:
            yield from _things(child)
        return
    yield thing
    if isinstance(data.get("replies"), dict):
        yield from _things(data["replies"])


def _parsed(thing: Thing, record: Record) -> Iterator[Parsed]:
    if "kind" in thing and "data" in thing:
        kind, data = thing["kind"], thing["data"]
    else:
        kind, data = next((kind for kind, names in _SHAPES if names <= thing.keys()), None), thing
    if kind in (COMMENT, POST):
        yield from thing_events(kind, data, record.seen_at)
    elif isinstance(kind, str) and _KIND.fullmatch(kind):
        yield Skipped(kind)
    else:
        raise Poison("unknown_kind", "neither a listing nor a thing of Reddit")
