"""The fields that a query can ask for: how their values are written, and what they say of a post."""

from collections.abc import Callable
from difflib import get_close_matches
from typing import get_args
from urllib.parse import urlsplit

from schemas.errors import QueryError
from schemas.mention import Mention
from schemas.post import PostEvent
from schemas.query.signs import Sign, address_refused
from schemas.query.tree import FieldIs, FieldName, FieldTest, Followers, Meant
from schemas.text import fold

NAMES: tuple[str, ...] = (*get_args(FieldName), "followers", "meant")


def check_name(query: str, sign: Sign) -> None:
    """Raise QueryError when the sign names no field."""
    name = sign.text
    if name in NAMES:
        return
    if name in ("http", "https"):
        raise QueryError(*address_refused(query, sign.start))
    near = get_close_matches(name.lower(), NAMES, 1)
    every = f'there are: {" ".join(NAMES)}; to search for a colon, quote it: "a:b"'
    hint = f"did you mean {near[0]}?" if near else every
    raise QueryError("there is no such field", query, sign.start, hint)


def _squeezed(text: str) -> str:
    return " ".join(fold(text).split())


def _language(value: str) -> str:
    return value.replace("_", "-").lower()


def _host(url: str) -> str | None:
    try:
        host = urlsplit(url).hostname
    except ValueError:  # an unclosed [ where an IPv6 address would be
        return None
    return host.rstrip(".").removeprefix("www.") if host else None


def read_value(name: FieldName, value: str) -> str:
    """Return the value as the tree holds it. Raises ValueError that says what to write."""
    if "*" in value or "?" in value:
        raise ValueError("a field has a whole value, without * and ?")
    value = value.strip()
    if name == "lang":
        tag = _language(value)
        if not tag.replace("-", "").isalnum() or not tag.isascii():
            raise ValueError("write a language like en or zh-Hant")
        return tag
    if name == "site":
        host = value.lower().removeprefix("www.")
        if "/" in host or "." not in host:
            raise ValueError("write a site like acme.com, without its path")
        return host
    if name == "country":
        if len(value) != 2 or not value.isascii() or not value.isalpha():
            raise ValueError("write a country as two letters: TW")
        return value.upper()
    folded = _squeezed(value.removeprefix("@") if name == "author" else value)
    if not folded:
        raise ValueError("write a value")
    return folded


def read_number(value: str) -> int | None:
    """Return a bound of a range, None for `*`. Raises ValueError that says what to write."""
    if value == "*":
        return None
    if not (value.isascii() and value.isdecimal() and len(value) <= 15):
        raise ValueError("write a number in digits: 1000")
    return int(value)


def _lang_is(value: str, post: PostEvent) -> bool | None:
    told = post.language if isinstance(post, Mention) and post.language != "und" else post.lang
    if not told or told == "und":
        return None
    tag = _language(told)
    return tag == value or tag.startswith(f"{value}-")


def _author_is(value: str, post: PostEvent) -> bool | None:
    author = post.author
    known = [part for part in (author.handle, author.name, author.id) if part] if author else []
    if not known:
        return None
    return any(_squeezed(part.removeprefix("@")) == value for part in known)


def _site_is(value: str, post: PostEvent) -> bool | None:
    host = _host(post.url) if post.url else None
    if host is None:
        return None
    return host == value or host.endswith(f".{value}")


def _source_is(value: str, post: PostEvent) -> bool | None:
    return _squeezed(post.source) == value


def _country_is(value: str, post: PostEvent) -> bool | None:
    country = post.place.country if post.place else None
    return country.upper() == value if country else None


_TESTS: dict[FieldName, Callable[[str, PostEvent], bool | None]] = {
    "lang": _lang_is, "author": _author_is, "site": _site_is, "source": _source_is, "country": _country_is,
}  # fmt: skip


def field_values(post: PostEvent) -> dict[FieldName, list[str]]:
    """Return, for each field that the post has, every value that `FieldIs` is true for: what a store indexes."""
    told = post.language if isinstance(post, Mention) and post.language != "und" else post.lang
    tag = _language(told).split("-") if told and told != "und" else []
    host = _host(post.url) if post.url else None
    labels = host.split(".") if host else []
    author = post.author
    names = [part for part in (author.handle, author.name, author.id) if part] if author else []
    country = post.place.country if post.place else None
    values: dict[FieldName, list[str]] = {
        "lang": ["-".join(tag[: n + 1]) for n in range(len(tag))],
        "author": [_squeezed(name.removeprefix("@")) for name in names],
        "site": [".".join(labels[n:]) for n in range(len(labels))],
        "source": [_squeezed(post.source)],
        "country": [country.upper()] if country else [],
    }
    return {name: found for name, found in values.items() if found}


def holds(test: FieldTest, post: PostEvent) -> bool | None:
    """Return whether the post passes the test; None when it lacks the field."""
    if isinstance(test, FieldIs):
        return _TESTS[test.name](test.value, post)
    if isinstance(test, Meant):
        views = post.brand_views if isinstance(post, Mention) else []
        known = [round(100 * view.meant, 2) for view in views if view.meant is not None]
        return any(_between(test, value) for value in known) if known else None
    followers = post.author.followers if post.author else None
    return None if followers is None else _between(test, followers)


def _between(test: Followers | Meant, value: float) -> bool:
    return (test.low is None or value >= test.low) and (test.high is None or value <= test.high)
