"""Objects of ActivityPub to post events: notes, pages, articles, questions, films, events and their like."""

import re
from datetime import datetime
from typing import Any, Literal

from ingest.activitypub_values import (
    Thing,
    address_of,
    each,
    language,
    said,
    things,
    time_of,
    type_of,
    web_address,
)
from ingest.foreign import given, point, post_event, whole_number, words
from ingest.hyperlinks import html_links, media_kind, text_links
from ingest.plain_text import html_to_text, without_quote_link
from schemas.errors import Poison
from schemas.post import EARLIEST, Op, PostEvent, claimed_time
from schemas.wire import ms

NETWORK = "activitypub"
POSTS = {
    "Note", "Page", "Article", "Question", "Video", "Audio", "Image", "Document", "Event", "Review", "Comment",
    "Quotation",
}  # fmt: skip
_KINDS = {"Article": "article", "Review": "review"}
_MEDIA = {"Image": "image", "Video": "video", "Audio": "audio", "Document": "file"}
_QUOTES = ("quote", "quoteUrl", "quoteUri", "quoteURI", "_misskey_quote")
_QUOTE_RELATION = "#_misskey_quote"


def object_event(
    activity: Thing, thing: Thing, seen_at: datetime | None, *, op: Op = "create", via: Literal["repost"] | None = None
) -> PostEvent:
    """Return the state of the post that an object shows, inside the activity that brought it; {} where none did.

    `op` is what the activity does; an object that was changed since it was published is a later state in any case.
    The version is the time of that change. Raises Poison, and whatever odd shapes raise.
    """
    native_id = identity(thing)
    published = time_of(thing, "published") or time_of(activity, "published")
    changed = time_of(thing, "updated", "edited") or (
        time_of(activity, "updated", "published") if op != "create" else None
    )
    seen = seen_at or max(filter(None, (published, changed)), default=EARLIEST)
    if published and changed and changed > published:
        op = "update"
    refs = _references(thing, native_id)
    markup, is_html = _content(thing)
    fields: dict[str, Any] = {}
    if type_of(thing) in _KINDS and not (refs and "parent" in refs):
        fields["kind"] = _KINDS[str(type_of(thing))]
    return post_event(
        NETWORK, native_id, seen, published,
        version=ms(claimed_time(changed, seen)[0]) if changed else None,
        refs=refs,
        op=op,
        title=_title(thing),
        text=_text(thing, markup, is_html),
        lang=language(activity, thing),
        url=_page(thing.get("url")) or web_address(native_id),
        links=_links(thing, markup, is_html),
        media=_media(thing),
        counts=_counts(thing),
        author=author(thing.get("attributedTo") or thing.get("actor") or activity.get("actor")),
        place=_place(thing),
        flags=["sensitive"] if thing.get("sensitive") is True else [],
        via=via,
        **fields,
    )  # fmt: skip


def identity(thing: Thing) -> str:
    """Return the id of a thing. Raises Poison bad_value where it has none: such a thing cannot be found again."""
    native_id = words(thing.get("id", thing.get("@id")))
    if native_id is None:
        raise Poison("bad_value", "the id of an object is an address")
    return native_id


def author(value: object) -> dict[str, Any] | None:
    """Return who is named as the author; a person rather than the channel or group beside it."""
    actors = each(value)
    people = [actor for actor in things(actors) if type_of(actor) == "Person"]
    first = (people or actors or [None])[0]
    if not isinstance(first, dict):
        return given(id=words(first))
    actor_id, name = address_of(first), words(first.get("preferredUsername"))
    host = (web_address(actor_id) or "").split("/")[2:3]
    followers = first.get("followers")
    return given(
        id=actor_id,
        name=said(first, "name"),
        handle=f"{name}@{host[0]}" if name and host else name,
        followers=whole_number(followers.get("totalItems")) if isinstance(followers, dict) else None,
    )


def _references(thing: Thing, native_id: str) -> dict[str, str] | None:
    """Return parent, root and quoted post. A root is told only where the context is named after it."""
    quoted = next(filter(None, (address_of(thing.get(name)) for name in _QUOTES)), None)
    if quoted is None:
        links = [tag for tag in things(thing.get("tag")) if type_of(tag) == "Link"]
        quoted = next((address_of(link) for link in links if _quotes(link)), None)
    parent = address_of(thing.get("inReplyTo"))
    roots = [str(address_of(thing.get(name))) for name in ("context", "conversation")]
    root = next((root.removesuffix("#context") for root in roots if root.endswith("#context")), None)
    refs = {"parent": parent, "root": root if parent else None, "quote_of": quoted}
    return given(**{name: ref for name, ref in refs.items() if ref != native_id})


def _quotes(link: Thing) -> bool:
    relations = [relation for relation in each(link.get("rel")) if isinstance(relation, str)]
    kind = link.get("mediaType")
    return any(relation.endswith(_QUOTE_RELATION) for relation in relations) or (
        isinstance(kind, str) and ("activitystreams" in kind or kind == "application/activity+json")
    )


def _content(thing: Thing) -> tuple[str, bool]:
    """Return what a post says, and whether that is HTML; what it was written in only where nothing else is given."""
    content = said(thing, "content")
    if content is None:
        source = thing.get("source")
        return words(source.get("content") if isinstance(source, dict) else source) or "", False
    return content, thing.get("mediaType") in (None, "", "text/html", "application/xhtml+xml")


def _text(thing: Thing, markup: str, is_html: bool) -> str | None:
    if is_html and any(thing.get(name) for name in _QUOTES):
        markup = without_quote_link(markup)
    text = html_to_text(markup) if is_html else markup.strip()
    options = [said(option, "name") for name in ("oneOf", "anyOf") for option in things(thing.get(name))]
    return "\n".join(filter(None, (text, *options))) or None


def _title(thing: Thing) -> str | None:
    title = said(thing, "name") or said(thing, "summary")
    return words(html_to_text(title)) if title else None


def _links(thing: Thing, markup: str, is_html: bool) -> list[str]:
    found = html_links(markup) if is_html else text_links(markup)
    found += [
        address
        for item in things(thing.get("attachment"))
        if type_of(item) == "Link" and (address := web_address(item.get("href"))) and not _kind(item)
    ]
    named = {address_of(tag) for tag in things(thing.get("tag"))} | {address_of(thing.get(name)) for name in _QUOTES}
    return [link for link in dict.fromkeys(found) if link not in named]


def _media(thing: Thing) -> list[dict[str, Any]]:
    """Return what a post carries: its attachments, its picture, and of a film or sound the thing itself."""
    found = [_medium(item, kind) for item in things(thing.get("attachment")) if (kind := _kind(item))]
    if type_of(thing) in ("Video", "Audio", "Image"):
        itself = [link for link in things(thing.get("url")) if media_kind("", link.get("mediaType"))]
        address = web_address((itself or [{}])[0].get("href"))
        found.insert(0, {"kind": _MEDIA[str(type_of(thing))], "url": address})
    for picture in things(thing.get("image")):
        medium = _medium(picture, "image")
        if medium["url"] and medium["url"] not in {other["url"] for other in found}:
            found.append(medium)
    return found


def _kind(item: Thing) -> str | None:
    """Return the kind of medium that an attachment is; None for a link, a note about the author, or another thing."""
    kind, address = type_of(item), _file(item) or ""
    if kind == "Link":
        return media_kind(address, item["mediaType"]) if item.get("mediaType") else None
    if kind not in _MEDIA:
        return None
    told = media_kind(address, item.get("mediaType"))
    return told or (_MEDIA[kind] if kind != "Document" else media_kind(address) or "file")


def _medium(item: Thing, kind: str) -> dict[str, Any]:
    alt = None if type_of(item) == "Link" else said(item, "name") or said(item, "summary")
    return {"kind": kind, "url": _file(item), "alt": alt}


def _file(item: Thing) -> str | None:
    for value in (*each(item.get("url")), item.get("href")):
        if address := web_address(value.get("href") if isinstance(value, dict) else value):
            return address
    return None


def _page(value: object) -> str | None:
    """Return where a post is to be read: of several forms the one in HTML."""
    pages = [link for link in things(value) if link.get("mediaType") == "text/html"]
    for item in (*pages, *each(value)):
        if address := web_address(item.get("href") if isinstance(item, dict) else item):
            return address
    return None


def _counts(thing: Thing) -> dict[str, Any] | None:
    def total(name: str) -> int | None:
        collection = thing.get(name)
        return whole_number(collection.get("totalItems")) if isinstance(collection, dict) else None

    return given(
        likes=total("likes"),
        reposts=total("shares"),
        replies=total("replies") if isinstance(thing.get("replies"), dict) else total("comments"),
        views=whole_number(thing.get("views")),
    )


def _place(thing: Thing) -> dict[str, Any] | None:
    for place in things(thing.get("location")):
        postal = place.get("address")
        country = words(postal.get("addressCountry")) if isinstance(postal, dict) else None
        return given(
            name=said(place, "name"),
            country=country.upper() if country and re.fullmatch("[A-Za-z]{2}", country) else None,
            **point(place.get("latitude"), place.get("longitude")),
        )
    return None
