"""Posts of Nostr: events to post events, reposts, deletions and likes."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, Literal

from ingest.foreign import given, language_tag, post_event, words
from ingest.hyperlinks import linked_media, media_kind, text_links
from ingest.nostr_events import (
    ADDRESSABLE,
    ARTICLES,
    Event,
    Tag,
    address,
    addressed,
    checked,
    event_id,
    first,
    is_true,
    named,
    references,
    tags_of,
)
from ingest.records import MAX_RECORD_BYTES
from ingest.source import Parsed, Skipped
from schemas.codec import model_of
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.json_value import json_value
from schemas.post import PostEvent, claimed_time, post_id
from schemas.times import read_time, recorded_time
from schemas.wire import ms

NETWORK = "nostr"
REPOSTS = {6, 16}
# Notes, threads, pictures, films, files, sounds, comments, messages in channels and beside live streams, polls.
POSTS = {1, 11, 20, 21, 22, 42, 1063, 1068, 1111, 1222, 1244, 1311, *ADDRESSABLE}
DELETION, REACTION, POLL = 5, 7, 1068
_DISLIKE = "-"


def posts_of(event: Event, seen_at: datetime | None, spared: Collection[str] = ()) -> Iterator[Parsed]:
    """Yield what an event holds; what is no post is skipped by its kind's number.

    `spared` are posts that it may not delete, for others wrote them. Raises Poison, and whatever odd shapes raise.
    """
    kind = event["kind"]
    created = read_time(event["created_at"]) if seen_at else recorded_time(event["created_at"])
    seen = seen_at or created
    tags = tags_of(event)
    expires = first(tags, "expiration")
    if expires and expires.isdigit() and seen_at and read_time(expires) <= seen_at:
        yield Skipped("expired")
    elif kind in POSTS:
        yield _post(event, tags, created, seen)
    elif kind in REPOSTS:
        yield from _repost(event, tags, created, seen)
    elif kind == DELETION:
        yield from _deletions(event, tags, created, seen, spared)
    elif kind == REACTION:
        yield _reaction(event, tags, created, seen)
    else:
        yield Skipped(f"kind {kind}")


def _post(
    event: Event, tags: list[Tag], created: datetime, seen: datetime, via: Literal["repost"] | None = None
) -> PostEvent:
    replaced = event["kind"] in ADDRESSABLE
    version, _ = claimed_time(created, seen)
    published = first(tags, "published_at") if replaced else None
    claim = read_time(published) if published and published.isdigit() else created
    text = event["content"].strip()
    links, media = linked_media(text_links(text))
    choices = [tag.value(1) for tag in tags if tag.name == "option"] if event["kind"] == POLL else []
    links += [link for tag in tags if tag.name == "r" and (link := tag.value()) and link.startswith("http")]
    media = _media(tags, media)
    known = {medium["url"] for medium in media}
    refs = references(event, tags)
    fields: dict[str, Any] = {"kind": "article"} if event["kind"] in ARTICLES else {}
    return post_event(
        NETWORK, address(event, tags) if replaced else str(event_id(event["id"])), seen, claim,
        version=ms(version),
        refs=refs,
        op="update" if replaced and claim < created else "create",
        title=first(tags, "title", "subject"),
        text="\n".join(filter(None, (words(text) or first(tags, "summary"), *choices))) or None,
        lang=_language(tags),
        url=_bridged(tags),
        links=[link for link in dict.fromkeys(links) if link not in known],
        media=media,
        author={"id": event["pubkey"]},
        place=given(name=first(tags, "location")),
        flags=_flags(event, tags),
        via=via,
        **fields,
    )  # fmt: skip


def _flags(event: Event, tags: list[Tag]) -> list[str]:
    sensitive = any(tag.name == "content-warning" for tag in tags)
    return ["sensitive"] * sensitive + ["id_mismatch"] * (not is_true(event))


def _media(tags: list[Tag], in_text: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the media of a post: by its tags (NIP-92, NIP-94), its text, and its picture."""
    found: dict[str, dict[str, Any]] = {}
    for tag in tags:
        if tag.name == "imeta":
            said = dict(reversed([value.split(" ", 1) for value in tag.values if " " in value]))
            _add(found, said.get("url"), said.get("m"), said.get("alt"))
    if first(tags, "m"):
        _add(found, first(tags, "url"), first(tags, "m"), first(tags, "alt"))
    for medium in in_text:
        found.setdefault(medium["url"], medium)
    if (picture := first(tags, "image")) and picture.startswith("http"):
        found.setdefault(picture, {"kind": "image", "url": picture})
    return list(found.values())


def _add(found: dict[str, dict[str, Any]], url: str | None, content_type: str | None, alt: str | None) -> None:
    if url:
        kind = media_kind(url, content_type) or media_kind(url) or "file"
        found.setdefault(url, {"kind": kind, "url": url, "alt": words(alt)})


def _language(tags: list[Tag]) -> str | None:
    codes = [tag.value() for tag in tags if tag.name == "l" and tag.value(1) in ("ISO-639-1", "ISO-639-3")]
    return next(filter(None, map(language_tag, codes)), None)


def _bridged(tags: list[Tag]) -> str | None:
    """Return where a post that a bridge brought from another network stands (NIP-48)."""
    url = first(tags, "proxy")
    return url if url and url.startswith(("https://", "http://")) else None


def _repost(event: Event, tags: list[Tag], created: datetime, seen: datetime) -> Iterator[Parsed]:
    """Yield a repost, after the original if that is embedded and no other than the id says (NIP-18)."""
    original = _embedded(event["content"])
    target = next(reversed(named(tags, "a") or named(tags, "e")), None)
    if original is not None:
        if original["kind"] not in POSTS:
            yield Skipped(f"kind {event['kind']}")
            return
        known = _post(original, tags_of(original), recorded_time(original["created_at"]), seen, via="repost")
        target = known.native_id
        yield known
    if target is None:
        raise Poison("bad_value", "a repost that names no post")
    yield post_event(
        NETWORK, str(event_id(event["id"])), seen, created, refs={"repost_of": target}, author={"id": event["pubkey"]},
        text=known.text if original is not None else None, flags=_flags(event, []),
    )  # fmt: skip


def _embedded(content: str) -> Event | None:
    """Return the event that a repost carries. What is not that event is nobody's word, and so left out."""
    try:
        event = checked(json_value(content.encode(), MAX_RECORD_BYTES)) if content.startswith("{") else None
        return event if event and is_true(event) else None
    except Poison:
        return None


def _deletions(
    event: Event, tags: list[Tag], created: datetime, seen: datetime, spared: Collection[str]
) -> Iterator[Parsed]:
    """Yield a deletion for every post that is named, of replaceable ones only the sender's own (NIP-09)."""
    if not is_true(event):
        raise Poison("bad_value", "a deletion whose id is not that of its content")
    own = {(kind, event["pubkey"]) for kind in ADDRESSABLE}
    targets = [target for target in named(tags, "e") if target not in spared] + [
        target for target in named(tags, "a") if addressed(target) in own
    ]
    at, _ = claimed_time(created, seen)
    for target in dict.fromkeys(targets):
        yield post_event(NETWORK, target, seen, version=ms(at), op="delete", author={"id": event["pubkey"]})
    if not targets:
        yield Skipped("kind 5")


def _reaction(event: Event, tags: list[Tag], created: datetime, seen: datetime) -> Parsed:
    """Return a like: any reaction but the minus is one (NIP-25)."""
    targets = named(tags, "a") or named(tags, "e")
    if not targets or event["content"] == _DISLIKE:
        return Skipped("kind 7")
    fields: dict[str, Any] = {
        "id": post_id("like", post_id(NETWORK, str(event_id(event["id"])))),
        "mention_id": post_id(NETWORK, targets[-1]),
        "source": NETWORK,
        "kind": "like",
        "at": claimed_time(created, seen)[0],
        "observed_at": seen,
    }
    return model_of(Engagement, fields)
