"""What X's interfaces have in common: ids, times, addresses, escaped and cut texts, notices about people."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ingest.foreign import words
from ingest.source import AuthorPause, AuthorRemoval
from schemas.times import recorded_time
from schemas.wire import from_ms

NETWORK = "x"
MEDIA_KINDS = {"photo": "image", "video": "video", "animated_gif": "gif"}

# Of these `over` is true: the person is shown again.
_PAUSES = {
    "user_protect": False, "user_suspend": False, "user_undelete": True, "user_unprotect": True, "user_unsuspend": True,
}  # fmt: skip
PEOPLE = ("user_delete", *_PAUSES)
"""What X tells of a person who is to be forgotten, is not to be shown for now, or is again."""
COMPLIANCE = {
    "delete", "drop", "scrub_geo", "tweet_edit", "undrop", "withheld", "user_withheld",
    "user_profile_modification", *PEOPLE,
}  # fmt: skip
"""What X wants to be done with posts or with all of a person, by its names for it."""

_SNOWFLAKE_EPOCH_MS = 1_288_834_974_657  # 2010-11-04; later ids begin with their time of creation, 22 bits up
_CUT = "…"


def id_time(native_id: str) -> datetime:
    """Return when a post was made, to the ms, as its id says; for ids from before 2010-11-04 that day.

    Raises ValueError for what is no id, Poison bad_time for one of a time that cannot be.
    """
    return recorded_time(from_ms((int(native_id) >> 22) + _SNOWFLAKE_EPOCH_MS))


def person_notice(deed: str, person: str, at: datetime) -> AuthorRemoval | AuthorPause:
    """Return one of the notices of `PEOPLE`, about a person by id."""
    if deed in _PAUSES:
        return AuthorPause(deed, NETWORK, person, at, over=_PAUSES[deed])
    return AuthorRemoval(deed, NETWORK, person, at)


def address(native_id: str, handle: str | None) -> str:
    """Return where a post is to be read."""
    return f"https://x.com/{handle or 'i'}/status/{native_id}"


def unescaped(text: object) -> str | None:
    """Return a text with the three characters that X escapes as they were; None for none or an empty one."""
    given = words(text)
    if given and "&" in given:
        return given.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return given


def repost_text(own: str | None, original: str | None, handle: str | None, cut: bool = False) -> str | None:
    """Return the text of a repost: its own, or if that is cut, its beginning `RT @handle: ` and the original's text.

    `handle` is the original author's; `cut` that X itself says so.
    """
    if own is None or original is None or not (cut or own.endswith(_CUT)):
        return own
    beginning, colon, _ = own.partition(": ")
    if not (colon and beginning.startswith("RT @")):
        beginning = f"RT @{handle}" if handle else "RT"
    return f"{beginning}: {original}"


def links(urls: Iterable[dict[str, Any]], native_id: str) -> list[str]:
    """Return where the addresses in a post's text lead, each once, but for its own pictures and its own rest.

    `urls` are the `urls` of its entities; of a cut text one of them leads to the whole post, `native_id`.
    """
    own = f"https://twitter.com/i/web/status/{native_id}"
    found = (
        url.get("expanded_url") or url.get("url")
        for url in urls
        if not str(url.get("display_url")).startswith(("pic.twitter.com", "pic.x.com"))
    )
    return list(dict.fromkeys(link for link in found if link and link != own))


def country(place: dict[str, Any]) -> str | None:
    """Return the country of a place of X, if it says it."""
    code = place.get("country_code")
    return code.upper() if isinstance(code, str) and len(code) == 2 else None
