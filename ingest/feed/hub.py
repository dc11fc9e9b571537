"""Which hub distributes a feed, and under which address (www.w3.org/TR/websub, section 4)."""

import html
import re
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urljoin

import orjson

_LINK = re.compile(r"<(?:[A-Za-z][\w.-]*:)?link\b([^<>]{1,4000})>")
_ATTRIBUTE = re.compile(r"""([A-Za-z]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_HEADER = re.compile(r"""<([^<>\s]{1,4000})>\s*;([^<>]{1,1000}?)(?=,\s*<|$)""")
_RELATION = re.compile(r"""rel\s*=\s*"?([\w\s:/.#-]+?)"?\s*(?:;|$)""", re.IGNORECASE)
_HEAD = 2**18  # the links of a feed stand before its items


class Topic(NamedTuple):
    """A feed that can be subscribed to: at which `hub`, and as which `address`."""

    hub: str
    address: str


def topic_of(url: str, headers: Mapping[str, str], body: bytes) -> Topic | None:
    """Return where a feed can be subscribed to; None where it names no hub. `url` is where it was found, and its
    address if it names none. What its headers say goes before what stands in it. Never raises."""
    named = _of_header(headers.get("link", ""))
    if "hub" not in named:
        named = (_of_json(body) if body.lstrip()[:1] == b"{" else _of_xml(body)) | named
    if "hub" not in named:
        return None
    return Topic(urljoin(url, named["hub"]), urljoin(url, named.get("self") or url))


def _of_header(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for address, parameters in _HEADER.findall(text):
        relation = _RELATION.search(parameters)
        for name in relation[1].lower().split() if relation else ():
            found.setdefault(name, address)
    return found


def _of_xml(body: bytes) -> dict[str, str]:
    found: dict[str, str] = {}
    for tag in _LINK.findall(body[:_HEAD].decode("utf-8", "replace")):
        attributes = {name.lower(): one or other for name, one, other in _ATTRIBUTE.findall(tag)}
        for name in attributes.get("rel", "").lower().split():
            if address := html.unescape(attributes.get("href", "")).strip():
                found.setdefault(name, address)
    return found


def _of_json(body: bytes) -> dict[str, str]:
    try:
        feed = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    hubs = feed.get("hubs") if isinstance(feed, dict) else None
    found: dict[str, str] = {}
    for hub in hubs if isinstance(hubs, list) else ():
        if isinstance(hub, dict) and isinstance(hub.get("url"), str) and str(hub.get("type")).lower() == "websub":
            found.setdefault("hub", hub["url"])
    if isinstance(feed, dict) and isinstance(feed.get("feed_url"), str):
        found["self"] = feed["feed_url"]
    return found
