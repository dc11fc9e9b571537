"""X, formerly Twitter, in the shape of its interface 1.1: streams, search results, archives of research."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, BinaryIO, Literal

from ingest.capture import captured_records
from ingest.foreign import (
    given,
    language_tag,
    objects,
    odd_shapes_refused,
    pair,
    parsed_page,
    point,
    post_event,
    whole_number,
    words,
)
from ingest.recording import peekable
from ingest.records import Record, decode
from ingest.source import Parsed, Skipped, Source
from ingest.x_posts import (
    COMPLIANCE,
    MEDIA_KINDS,
    NETWORK,
    PEOPLE,
    address,
    country,
    id_time,
    links,
    person_notice,
    repost_text,
    unescaped,
)
from schemas.errors import Poison
from schemas.post import PostEvent
from schemas.times import recorded_time
from schemas.wire import ms

Message = dict[str, Any]

_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: n for n, name in enumerate(_MONTH_NAMES, 1)}
_NOTICES = {
    "control", "direct_message", "disconnect", "error", "errors", "event", "friends", "friends_str", "limit",
    "status_withheld", "user_update", "warning", *COMPLIANCE,
}  # fmt: skip
_PAGES = ("statuses", "results", "tweet_create_events")  # of searches, of archives, of what webhooks bring
# What else is answered or brought, by its field; the first that is there names it.
_OTHERS = (
    "users", "ids", "trends", "places", "lists", "events", "ratings", "categories", "resources", "tweet_delete_events",
)  # fmt: skip
_NUMBER = re.compile(r"\d{1,20}", re.ASCII)
_ARCHIVE, _HEAD = re.compile(rb"\s*window\.YTD\.\w+\.part\d+\s*=\s*"), 200
_BROUGHT = re.compile(r"[a-z_]{1,40}_events?")


class XV11(Source):
    """X in the shape of its interface 1.1.

    At-least-once: a recording can be read again from any record. Posts are never edited here, so the version is the
    time of creation. A retweet comes after the post that it repeats, which is marked as known through it. Of a quoted
    post only the text is taken: it was not met on its own, and nothing says that it is still there.
    """

    name = "x-v1.1"
    network = NETWORK
    formats = (
        "JSON: Tweet objects, stream notices, search results, bodies of webhooks; tweets.js of a downloaded archive; "
        "HTTP cassettes"
    )

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """Split JSON, a cassette of answers, or an archive, which is JSON that is given a name."""
        buffered = peekable(stream)
        if name := _ARCHIVE.match(buffered.peek(_HEAD)[:_HEAD]):
            buffered.read(name.end())
        return captured_records(buffered)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the post of a Tweet object, preceded by the original of a retweet; notices are skipped."""
        message = decode(record)
        with odd_shapes_refused():
            page = next((name for name in _PAGES if isinstance(message.get(name), list)), None)
            if page is not None:
                return parsed_page(message[page], _parsed) or [Skipped("empty")]
            if isinstance(message.get("id"), dict):  # posts that were asked for by their ids, None where one is gone
                return parsed_page([post for post in message["id"].values() if post], _parsed) or [Skipped("empty")]
            if "for_user" in message and isinstance(message.get("message"), dict):
                message = message["message"]
            if isinstance(message.get("tweet"), dict) and len(message) == 1:  # in the archive that a person downloads
                message = message["tweet"]
            return list(_parsed(message))


def _parsed(message: Message) -> Iterator[Parsed]:
    if ("id_str" in message or "id" in message) and "screen_name" in message:
        yield Skipped("user")
    elif "id_str" in message or "id" in message:
        created = _created(message)
        seen = recorded_time(message["timestamp_ms"]) if message.get("timestamp_ms") else created
        if original := message.get("retweeted_status"):
            yield _post(original, _created(original), seen, via="repost")
            yield _repost(message, original, created, seen)
        else:
            yield _post(message, created, seen)
    elif "delete" in message:
        yield _deletion(message["delete"])
    elif deed := next((name for name in PEOPLE if name in message), None):
        yield _person(deed, message[deed])
    else:
        yield from _noticed(message)


def _noticed(message: Message) -> Iterator[Parsed]:
    """Yield the deletions that a webhook brings, or else the name of what came."""
    if gone := objects(message.get("tweet_delete_events")):
        yield from (_deletion(notice) for notice in gone)
        return
    notice = next((key for key in message if key in _NOTICES or _BROUGHT.fullmatch(key)), None)
    notice = notice or next((key for key in _OTHERS if key in message), None)
    notice = notice or ("counts" if "timePeriod" in message else None)
    if notice is None:
        raise Poison("unknown_kind", "neither a post nor a notice of X")
    yield Skipped(notice)


def _deletion(notice: Message) -> Parsed:
    if "status" not in notice:
        return Skipped("delete")
    native_id = _id(notice["status"])
    seen = recorded_time(notice["timestamp_ms"]) if notice.get("timestamp_ms") else id_time(native_id)
    return post_event(NETWORK, native_id, seen, version=ms(seen), op="delete")


def _person(deed: str, notice: Message) -> Parsed:
    """Return that a person has left, or is not to be shown for now, or is again; undated notices are skipped."""
    if not notice.get("timestamp_ms"):
        return Skipped(deed)
    at = recorded_time(notice["timestamp_ms"])
    return person_notice(deed, _id(notice), at)


def _post(tweet: Message, created: datetime, seen: datetime, via: Literal["repost"] | None = None) -> PostEvent:
    """Return a post that is no retweet."""
    text, full = _text(tweet)
    quoted = tweet.get("quoted_status")
    parent = _reference(tweet, "in_reply_to_status_id")
    quote = _reference(tweet, "quoted_status_id") or (_id(quoted) if quoted else None)
    return post_event(
        NETWORK, _id(tweet), seen, created,
        refs=given(parent=parent, quote_of=quote),
        text=text,
        quoted_text=_text(quoted)[0] if quoted else None,
        links=_links(full, tweet),
        media=_media(tweet, full),
        counts=given(
            likes=whole_number(tweet.get("favorite_count")),
            reposts=whole_number(tweet.get("retweet_count")),
            replies=whole_number(tweet.get("reply_count")),
            quotes=whole_number(tweet.get("quote_count")),
        ),
        flags=["sensitive"] if tweet.get("possibly_sensitive") is True else [],
        via=via,
        **_origin(tweet),
    )  # fmt: skip


def _repost(tweet: Message, original: Message, created: datetime, seen: datetime) -> PostEvent:
    """Return a retweet. Its own counts are the original's, so it has none; a quote in it is the original's as well."""
    own, full = _text(tweet)
    original_text, original_full = _text(original)
    handle = (original.get("user") or {}).get("screen_name")
    text = repost_text(own, original_text, handle, cut=bool(tweet.get("truncated")))
    quoted = original.get("quoted_status")
    return post_event(
        NETWORK, _id(tweet), seen, created,
        refs={"repost_of": _id(original)},
        text=text,
        quoted_text=_text(quoted)[0] if quoted else None,
        links=_links(full, tweet) if text == own else _links(original_full, original),
        media=_media(tweet, full),
        **_origin(tweet),
    )  # fmt: skip


def _origin(tweet: Message) -> Message:
    """Return who wrote a post, where, and in what language."""
    user = tweet.get("user") or {}
    handle, verified = words(user.get("screen_name")), user.get("verified")
    place = tweet.get("place") or {}
    lon, lat = pair((tweet.get("coordinates") or {}).get("coordinates"))
    if lon is None:  # as it was written before, latitude first
        lat, lon = pair((tweet.get("geo") or {}).get("coordinates"))
    return {
        "lang": language_tag(tweet.get("lang")),
        "url": address(_id(tweet), handle),
        "author": given(
            id=_reference(user, "id"),
            name=words(user.get("name")),
            handle=handle,
            followers=whole_number(user.get("followers_count")),
            verified=verified if isinstance(verified, bool) else None,
        ),
        "place": given(name=words(place.get("full_name")), country=country(place), **point(lat, lon)),
    }


def _text(tweet: Message) -> tuple[str | None, Message]:
    """Return the whole text, and the part of the tweet that it stands in with its entities."""
    full = tweet.get("extended_tweet") or tweet
    text = full["full_text"] if full.get("full_text") is not None else tweet["text"]
    return unescaped(text), full


def _links(full: Message, tweet: Message) -> list[str]:
    return links(objects((full.get("entities") or {}).get("urls")), _id(tweet))


def _media(tweet: Message, full: Message) -> list[Message]:
    carrier = full.get("extended_entities") or tweet.get("extended_entities") or full.get("entities") or {}
    return [
        {
            "kind": kind,
            "url": words(item.get("media_url_https")) or words(item.get("media_url")),
            "alt": words(item.get("ext_alt_text")),
        }
        for item in objects(carrier.get("media"))
        if (kind := MEDIA_KINDS.get(str(item.get("type"))))
    ]


def _id(tweet: Message) -> str:
    return _reference(tweet, "id") or str(tweet["id"])


def _reference(thing: Message, name: str) -> str | None:
    """Return an id as a text, which it is beside the number that programs may have rounded."""
    number = thing.get(name)
    return words(thing.get(f"{name}_str")) or (str(number) if _NUMBER.fullmatch(str(number)) else None)


def _created(tweet: Message) -> datetime:
    """Return the time of creation, which is X's own clock: one that cannot be is no claim but a fault."""
    text = tweet["created_at"]
    try:  # "Wed Aug 27 13:08:45 +0000 2008", always in UTC
        created = datetime(
            int(text[26:]), _MONTHS[text[4:7]], int(text[8:10]), int(text[11:13]), int(text[14:16]), int(text[17:19]),
            tzinfo=UTC,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return recorded_time(text)
    return recorded_time(created)
