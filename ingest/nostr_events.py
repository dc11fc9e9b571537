"""Events of Nostr and what their tags say: who is answered, quoted, repeated, and which media go with the words.

See the NIPs at github.com/nostr-protocol/nips; the number stands with each rule.
"""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from ingest.bech32 import named_posts, post_named
from ingest.foreign import given
from schemas.errors import Poison

Event = dict[str, Any]

ARTICLES = {30023, 30818}
ADDRESSABLE = {*ARTICLES, 30402, 34235, 34236}
"""Kinds that their author can replace: articles, pages of a wiki, offers, films (NIP-23, 54, 99, 71)."""

_ID = re.compile(r"[0-9a-f]{64}")
_ADDRESS = re.compile(r"(\d{1,5}):([0-9a-f]{64}):(.*)", re.DOTALL)
_PLACE_IN_TAGS = re.compile(r"#\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: its name, and what follows it; `at` is its place among the tags, from 0."""

    at: int
    name: str
    values: tuple[str, ...]

    def value(self, place: int = 0) -> str | None:
        """Return the value at a place, None where there is none."""
        return (self.values[place] or None) if place < len(self.values) else None


def tags_of(event: Event) -> list[Tag]:
    """Return an event's tags; what is no list of texts is left out."""
    return [
        Tag(at, tag[0], tuple(tag[1:]))
        for at, tag in enumerate(event.get("tags") or [])
        if tag and isinstance(tag, list) and all(isinstance(value, str) for value in tag)
    ]


def first(tags: list[Tag], *names: str) -> str | None:
    """Return the first value of the first tag that has one of these names, in the names' order."""
    return next((value for name in names for tag in tags if tag.name == name and (value := tag.value())), None)


def event_id(value: object) -> str | None:
    """Return an event's id in hex, whether it was written so or as note1 or nevent1; None for what is none."""
    if not isinstance(value, str):
        return None
    return value.lower() if _ID.fullmatch(value.lower()) else post_named(value.lower().removeprefix("nostr:"))


def named(tags: list[Tag], name: str) -> list[str]:
    """Return the posts that the tags of one name stand for: each by its id, or by its address if it has one."""
    return [post for tag in tags if tag.name == name and (post := _post(tag))]


def address(event: Event, tags: list[Tag]) -> str:
    """Return what identifies an event that its author can replace: kind, author and name (NIP-01)."""
    return f"{event['kind']}:{event['pubkey']}:{first(tags, 'd') or ''}"


def addressed(value: object) -> tuple[int, str] | None:
    """Return kind and author of a replaceable event by its address, None for what is no address."""
    found = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
    return (int(found[1]), found[2]) if found else None


def is_true(event: Event) -> bool:
    """Tell whether an event's id is the hash of what it says (NIP-01); who signed it is not looked at."""
    hashed = [0, event["pubkey"], event["created_at"], event["kind"], event.get("tags") or [], event["content"]]
    return sha256(orjson.dumps(hashed)).hexdigest() == event_id(event["id"])


def references(event: Event, tags: list[Tag]) -> dict[str, str] | None:
    """Return the posts that one answers and quotes, under the names of NativeRefs.

    Answers are told by markers (NIP-10), in old events by order, and in comments by the case of the tag's name
    (NIP-22); quotes by `q` tags (NIP-18), in old events by a tag that is only mentioned, else by an identifier in the
    text. A post that can be replaced is named by its address, if both are there.
    """
    parent, root, mentioned = _commented(tags) if event["kind"] == 1111 else _answered(event, tags)
    quoted = [*named(tags, "q"), *mentioned, *named_posts(event["content"])]
    quote = next((post for post in quoted if post not in (parent, root)), None)
    return given(parent=parent, root=root, quote_of=quote)


def _commented(tags: list[Tag]) -> tuple[str | None, str | None, list[str]]:
    def one(*names: str) -> str | None:
        return next((post for name in names for post in named(tags, name)), None)

    root = one("A", "E")
    return one("a", "e") or root, root, []


def _answered(event: Event, tags: list[Tag]) -> tuple[str | None, str | None, list[str]]:
    """Return parent, root and what is only mentioned."""
    marked = {"root": "", "reply": ""}
    in_order, mentioned = [], []
    in_text = {int(place) for place in _PLACE_IN_TAGS.findall(event["content"])}  # NIP-08
    for tag in tags:
        post = _post(tag) if tag.name in ("e", "a") else None
        if post is None:
            continue
        marker = tag.value(2)
        if marker in marked:
            if tag.name == "a" or addressed(marked[marker]) is None:
                marked[marker] = post
        elif marker == "mention" or tag.at in in_text:
            mentioned.append(post)
        elif tag.name == "e":
            in_order.append(post)
    root, reply = marked["root"], marked["reply"]
    if root or reply:
        return reply or root, root or None, mentioned
    return (in_order[-1], in_order[0], mentioned) if in_order else (None, None, mentioned)


def _post(tag: Tag) -> str | None:
    value = tag.value()
    return value if addressed(value) else event_id(value)


def checked(event: Any) -> Event:
    """Return an event that has what every event has. Raises Poison."""
    if not isinstance(event, dict) or not {"id", "pubkey", "kind", "content", "created_at"} <= event.keys():
        raise Poison("unknown_kind", "neither an event of Nostr nor a relay's message")
    number = event["kind"]
    if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number < 2**16:
        raise Poison("bad_value", "the kind of an event is a number of 16 bits")
    if event_id(event["id"]) is None or event_id(event["pubkey"]) is None or not isinstance(event["content"], str):
        raise Poison("bad_value", "an event has an id, a key and a content")
    return event
