"""Strangers' words made inert: in no channel do they call people, carry markup, make links, or turn the line around.

A hundred services read as many dialects of markup, and the packages in between turn one into another, so no escape
holds on the whole way: what one step escapes, the next may bring back to life. So the signs that mean something in any
dialect are replaced by others that look like them and mean nothing anywhere. Pure.
"""

import re
import unicodedata
from typing import Final
from urllib.parse import quote, urlsplit

EXCERPT: Final = 240  # code points of a post that a notice quotes
_ELLIPSIS = "…"

# The small forms are for the two that some networks read in full width too.
_LOOK_ALIKES = str.maketrans(
    {"@": "﹫", "＠": "﹫", "#": "﹟", "＃": "﹟"} | {sign: chr(ord(sign) + 0xFEE0) for sign in "<>&*_~`[]|\\{}^$"}
)
_EMOJI_NAME = re.compile(r":(?=[\w+-]+:)")
_SCHEME = re.compile(r":(?=/|\\)")
_DOMAIN = re.compile(r"(?<=\w)[.。．｡](?=[^\W\d_]{2,})")  # in front of what may be the end of a host's name
_MARK = r"[\u0300-\u036f\u0483-\u0489\u0e31-\u0e4e\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
# No script needs more on one letter, and a tower of them covers the lines around it.
_TOWER = re.compile(f"({_MARK}{{3}}){_MARK}+")
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}

# What may stand in a URL as it is: neither signs of markup nor of a mention.
_IN_URL = "/?=&%+,;.-"


def inert(text: str, longest: int = EXCERPT) -> str:
    """Return the words on one line of at most `longest` code points; nothing in them is acted on by any channel."""
    seen = "".join(sign if unicodedata.category(sign) not in _UNSEEN or sign.isspace() else "" for sign in text)
    line = _TOWER.sub(r"\1", cut(" ".join(seen.split()), longest))
    line = _SCHEME.sub("：", _EMOJI_NAME.sub("：", line))
    return _DOMAIN.sub("․", line.translate(_LOOK_ALIKES))


def cut(text: str, longest: int) -> str:
    """Return the text, or as much of it as fits with an ellipsis behind, up to the end of a word where one is near."""
    if len(text) <= longest:
        return text
    kept = text[: max(0, longest - 1)]
    head, space, tail = kept.rpartition(" ")
    return (head if space and len(tail) < 20 and head else kept).rstrip() + _ELLIPSIS


def web_address(url: str | None) -> str | None:
    """Return a URL that leads to the same place and holds no sign of markup, or None for what is no http(s) URL."""
    if url is None or re.search(r"[\s\x00-\x1f\x7f-\x9f]", url):
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port
    except (ValueError, UnicodeError):
        return None
    named = parts.username is not None  # what stands before an @ is only there to deceive
    if named or parts.scheme not in ("http", "https") or not re.fullmatch(r"[a-z0-9.-]+", host):
        return None
    rest = parts._replace(scheme="", netloc="").geturl()
    place = f"{parts.scheme}://{host}{f':{port}' if port else ''}{_quoted(rest)}"
    return place if len(place) <= 2_000 else None


def _quoted(rest: str) -> str:
    # `quote` leaves "_" and "~" alone, which are markup to some; percent-encoded they mean the same (RFC 3986).
    return quote(rest, safe=_IN_URL + "#" if rest.count("#") == 1 else _IN_URL).replace("_", "%5F").replace("~", "%7E")
