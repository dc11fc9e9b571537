"""A click on a link of the brand's own, or what came of one: what the brand's redirector or web analytics tells.

Nothing about who clicked is kept. A click and the posts that carried the link are joined by the link's key, which is
the same however the link was spelt.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urlsplit

from schemas.wire import Timestamp, Wire

ClickKind = Literal["click", "conversion"]

_PORTS = {"http": 80, "https": 443}
# What platforms and mail programs add to whatever link is followed: another value for each click.
_NAMES = "fbclid gclid gbraid wbraid dclid msclkid ttclid twclid li_fat_id igshid igsh mc_cid mc_eid yclid _ga _gl si"
_ADDED = frozenset(_NAMES.split())


class Click(Wire):
    """One click, or one conversion that followed from one.

    `link` is the key of the link that was clicked (see `link_key`), `url` the link as it was told. `source medium
    campaign term content` are its utm parameters. `value` in `currency` is what a conversion was worth.
    """

    schema_version: Literal[1] = 1
    id: str
    kind: ClickKind = "click"
    at: Timestamp
    observed_at: Timestamp
    link: str
    url: str
    source: str | None = None
    medium: str | None = None
    campaign: str | None = None
    term: str | None = None
    content: str | None = None
    referrer: str | None = None
    value: float | None = None
    currency: str | None = None


def link_key(url: str) -> str | None:
    """Return what a link is joined by: its host without www, its path without the last slash, its parameters sorted,
    without those that are added to a link for each click. None for what is no address of the web."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return None
    host = (parts.hostname or "").removeprefix("www.").rstrip(".")
    if parts.scheme not in _PORTS or not host:
        return None
    place = host if port in (None, _PORTS[parts.scheme]) else f"{host}:{port}"
    kept = sorted((name, value) for name, value in _parameters(parts.query) if name.lower() not in _ADDED)
    return place + parts.path.rstrip("/") + (f"?{urlencode(kept)}" if kept else "")


def utm(url: str) -> Mapping[str, str]:
    """Return the utm parameters of a link by the names that a click has them under."""
    try:
        query = urlsplit(url.strip()).query
    except ValueError:
        return {}
    names = ("source", "medium", "campaign", "term", "content")
    found = {name.lower(): value for name, value in _parameters(query)}
    return {name: found[f"utm_{name}"] for name in names if found.get(f"utm_{name}")}


def _parameters(query: str) -> list[tuple[str, str]]:
    return parse_qsl(query, keep_blank_values=True)[:200]


@dataclass(slots=True)
class LinkClicks:
    """What came of one link: clicks, conversions, and what these were worth by currency ("" where none is named)."""

    clicks: int = 0
    conversions: int = 0
    amounts: dict[str, float] = field(default_factory=dict)
