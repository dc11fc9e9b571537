"""Mastodon's statuses to post events: what its servers, and others that speak its language, say of one post.

A post goes by the id that the server which gave it has for it: replies, boosts, quotes and deletions name posts by
nothing else. The id that all servers share (`uri`) would make one post of what several servers give, but no deletion
would find it any more. So a record that says which server it is from has the server before the id; the same post heard
from two servers is two posts, near-copies of each other.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import nh3

from ingest.foreign import given, language_tag, objects, post_event, whole_number, words
from ingest.plain_text import html_to_text, without_quote_link
from ingest.source import Parsed, Skipped
from schemas.errors import Poison
from schemas.post import AHEAD, EARLIEST, PostEvent
from schemas.times import LATEST, read_time, recorded_time
from schemas.wire import from_ms, ms

NETWORK = "mastodon"
_OPEN = {"public", "unlisted"}
_CLOSED = {"private", "direct", "limited", "local", "mutuals_only", "list"}
_MEDIA = {"image": "image", "gifv": "gif", "video": "video", "audio": "audio"}
_CLEANER = nh3.Cleaner(tags={"a"}, attributes={"a": {"href", "class"}}, link_rel=None)
_LINK = re.compile(r'<a(?: class="([^"]*)")? href="(https?://[^"]*)"(?: class="([^"]*)")?>', re.IGNORECASE)
_HOST = re.compile(r"https?://([^/?#\s]+)")
_SHORTCODE = re.compile(r" ?:([A-Za-z0-9_]{1,64}):")
_NUMBER = re.compile(r"\d{17,19}")

Status = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where and when statuses were given: the server's name and the moment, each None where a recording is silent."""

    server: str | None = None
    seen_at: datetime | None = None

    def native(self, local_id: object) -> str:
        """Return what identifies a post of this server. Raises Poison bad_value for what is no id."""
        if isinstance(local_id, bool) or not isinstance(local_id, (str, int)) or local_id == "":
            raise Poison("bad_value", "the id of a status is a text")
        return f"{self.server}/{local_id}" if self.server else str(local_id)


def status_events(status: Status, origin: Origin, *, edited: bool = False) -> Iterator[Parsed]:
    """Yield the post that a status is; before a boost the boosted post, marked as known through it.

    What is not for everybody is skipped by its visibility. `edited`: the server says that this is a later state. Raises
    Poison, and whatever odd shapes raise.
    """
    seen = origin.seen_at or _recorded(status)
    original = status.get("reblog")
    for one in (status, original or {}):
        visibility = one.get("visibility") or "public"
        if visibility not in _OPEN:
            yield Skipped(visibility if visibility in _CLOSED else "another visibility")
            return
    if original:
        yield _post(original, origin, seen, via="repost", edited=False)
    if "content" not in status and "text" in status and not original:
        # Only to whoever deletes a status its source text is given, and instead of the content.
        yield deletion(status["id"], Origin(origin.server, seen))
    else:
        yield _post(status, origin, seen, edited=edited)


def deletion(local_id: object, origin: Origin) -> PostEvent:
    """Return the deletion of a post. Where nobody says when, it was not before the time that the post's id begins
    with, and so that is taken."""
    seen = origin.seen_at or _id_time(str(local_id))
    return post_event(NETWORK, origin.native(local_id), seen, version=ms(seen), op="delete")


def _post(
    status: Status, origin: Origin, seen: datetime, *, edited: bool, via: Literal["repost"] | None = None
) -> PostEvent:
    original = status.get("reblog") or None
    shown = original or status
    quoted = _quoted(shown)
    return post_event(
        NETWORK, origin.native(status["id"]), seen, read_time(status["created_at"]),
        version=_changed(status, seen),
        refs=_references(status, quoted, origin),
        op="update" if edited or status.get("edited_at") else "create",
        title=words(shown.get("spoiler_text")),
        text=_text(shown),
        quoted_text=_text(quoted) if quoted else None,
        lang=language_tag(shown.get("language")),
        url=words(status.get("url")) or _address(status.get("uri")),
        links=_links(shown),
        media=_media(shown),
        counts=None if original else _counts(status),
        author=_author(status.get("account") or {}, origin),
        flags=["sensitive"] if shown.get("sensitive") is True else [],
        via=via,
    )  # fmt: skip


def _recorded(status: Status) -> datetime:
    """Return when a recording shows a status: it says no more than that it was published, and perhaps changed."""
    created = recorded_time(status["created_at"])
    try:
        return max(created, recorded_time(status.get("edited_at") or created))
    except Poison:
        return created


def _changed(status: Status, seen: datetime) -> int | None:
    """Return the version that a status says it has by its last change, None for none.

    Another server's clock is behind it; a change that cannot be from then is as old as the post.
    """
    try:
        edited = read_time(status["edited_at"]) if status.get("edited_at") else None
    except Poison:
        return None
    return ms(edited) if edited and EARLIEST <= edited <= seen + AHEAD else None


def _references(status: Status, quoted: Status | None, origin: Origin) -> dict[str, str] | None:
    if status.get("reblog"):
        return {"repost_of": origin.native(status["reblog"]["id"])}
    answered = status.get("in_reply_to_id")
    quote = quoted["id"] if quoted else _quoted_id(status)
    return given(
        parent=origin.native(answered) if answered else None,
        quote_of=origin.native(quote) if quote else None,
    )


def _quoted_id(status: Status) -> object:
    """Return the id alone of what a status quotes: inside a quote that shows no more, or as other servers write it."""
    quote = status.get("quote")
    if not isinstance(quote, dict):
        return status.get("quote_id") or (status.get("pleroma") or {}).get("quote_id")
    return quote.get("quoted_status_id") if quote.get("state") == "accepted" else None


def _quoted(status: Status) -> Status | None:
    """Return the status that one quotes, if it may be shown: inside a quote, or in its place as older servers do."""
    quote = status.get("quote") or (status.get("pleroma") or {}).get("quote")
    if not quote:
        return None
    quoted = quote.get("quoted_status") if "state" in quote or "quoted_status" in quote else quote
    return quoted if quoted and (quoted.get("visibility") or "public") in _OPEN else None


def _text(status: Status) -> str | None:
    """Return what a status says: its content, and below it what its poll lets people choose from."""
    content = status.get("content")
    if content is not None and not isinstance(content, str):
        raise Poison("bad_value", "the content of a status is a text")
    if content and status.get("quote"):
        content = without_quote_link(content)  # for readers who are not shown what is quoted
    said = html_to_text(content) if content else ""
    options = [words(option.get("title")) for option in objects((status.get("poll") or {}).get("options"))]
    return "\n".join(filter(None, (said, *options))) or None


def _links(status: Status) -> list[str]:
    """Return where a status leads: by its links, but those to people and hashtags, and by its card."""
    found = []
    if content := status.get("content"):
        named = {item.get("url") for item in objects(status.get("mentions")) + objects(status.get("tags"))}
        for before, href, after in _LINK.findall(_anchors(content)):
            link = html.unescape(href)
            if not {"mention", "hashtag"} & set((before or after).split()) and link not in named:
                found.append(link)
    if card := words((status.get("card") or {}).get("url")):
        found.append(card)
    return list(dict.fromkeys(found))


def _anchors(content: str) -> str:
    """Return a content with its links written in one way, without other markup."""
    if "<a" not in content:
        return ""
    return _CLEANER.clean(content)


def _media(status: Status) -> list[dict[str, Any]]:
    return [
        {
            "kind": _MEDIA.get(str(item.get("type")), "file"),
            "url": words(item.get("url")) or words(item.get("remote_url")) or words(item.get("preview_url")),
            "alt": words(item.get("description")),
        }
        for item in objects(status.get("media_attachments"))
    ]


def _counts(status: Status) -> dict[str, Any] | None:
    return given(
        likes=whole_number(status.get("favourites_count")),
        reposts=whole_number(status.get("reblogs_count")),
        replies=whole_number(status.get("replies_count")),
        quotes=whole_number(status.get("quotes_count")),
    )


def _author(account: dict[str, Any], origin: Origin) -> dict[str, Any] | None:
    return given(
        id=origin.native(account["id"]) if account.get("id") else None,
        name=_display_name(account),
        handle=_handle(account),
        followers=whole_number(account.get("followers_count")),
    )


def _display_name(account: dict[str, Any]) -> str | None:
    """Return what an account calls itself, without the codes that stand for the server's own emoji."""
    name = words(account.get("display_name"))
    codes = {emoji.get("shortcode") for emoji in objects(account.get("emojis"))}
    if name is None or not codes:
        return name
    return words(_SHORTCODE.sub(lambda found: "" if found[1] in codes else found[0], name).strip())


def _handle(account: dict[str, Any]) -> str | None:
    """Return an account's name with its server, which a server leaves out for those of its own."""
    acct = words(account.get("acct")) or words(account.get("username"))
    if acct is None or "@" in acct:
        return acct
    home = _HOST.match(_address(account.get("url")) or _address(account.get("uri")) or "")
    return f"{acct}@{home[1]}" if home else acct


def _address(value: object) -> str | None:
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else None


def _id_time(local_id: str) -> datetime:
    """Return the time in ms that an id of Mastodon begins with, 16 bits up; 1995 for the ids of others."""
    moment = from_ms(int(local_id) >> 16) if _NUMBER.fullmatch(local_id) else EARLIEST
    return min(max(moment, EARLIEST), LATEST)
