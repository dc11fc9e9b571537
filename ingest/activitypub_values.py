"""How ActivityPub writes one value: alone or in a list, as the address of a thing or as the thing itself.

See www.w3.org/TR/activitystreams-core, section 4, and what the servers of the network make of it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ingest.foreign import language_tag, words
from schemas.times import recorded_time

Thing = dict[str, Any]

PUBLIC = {"https://www.w3.org/ns/activitystreams#Public", "as:Public", "Public"}
ACTORS = {"Person", "Group", "Service", "Application", "Organization"}
COLLECTIONS = {"Collection", "OrderedCollection", "CollectionPage", "OrderedCollectionPage"}
_ADDRESSING = ("to", "cc", "bto", "bcc")


def each(value: object) -> list[Any]:
    """Return the values that stand in one place."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def things(value: object) -> Iterator[Thing]:
    """Yield those of the values that are things, not addresses of things."""
    yield from (item for item in each(value) if isinstance(item, dict))


def type_of(thing: Thing) -> str | None:
    """Return what a thing is, without the vocabulary's name before it; of several types the first."""
    kinds = each(thing.get("type", thing.get("@type")))
    first = words(kinds[0]) if kinds else None
    return first.rpartition("#")[2].removeprefix("as:") if first else None


def address_of(value: object) -> str | None:
    """Return what identifies the first of the values: an address, the id of a thing, or where a link leads."""
    for item in each(value):
        found = item if not isinstance(item, dict) else item.get("id") or item.get("@id") or item.get("href")
        if words(found):
            return str(found)
    return None


def web_address(value: object) -> str | None:
    """Return an address of the web, or None."""
    return value if isinstance(value, str) and value.startswith(("https://", "http://")) else None


def is_public(*nested: Thing) -> bool:
    """Tell whether the innermost of these that is addressed to anybody is addressed to everybody."""
    for thing in reversed(nested):
        named = [address_of(item) for name in _ADDRESSING for item in each(thing.get(name))]
        if named:
            return bool(PUBLIC & set(named))
    return False


def said(thing: Thing, name: str) -> str | None:
    """Return a text that may be given once for each language instead."""
    if words(thing.get(name)):
        return str(thing[name])
    versions = thing.get(f"{name}Map")
    return next(filter(None, map(words, versions.values())), None) if isinstance(versions, dict) else None


def language(*nested: Thing) -> str | None:
    """Return the language of the innermost thing: of its content, its own word for it, or that of its context."""
    thing = nested[-1]
    versions = thing.get("contentMap")
    if isinstance(versions, dict) and versions:
        same = [code for code, text in versions.items() if text == thing.get("content")]
        if found := language_tag((same or list(versions))[0]):
            return found
    for name in ("language", "inLanguage"):
        for code in each(thing.get(name)):
            if found := language_tag(code.get("identifier") if isinstance(code, dict) else code):
                return found
    contexts = [context for one in nested for context in things(one.get("@context"))]
    return next(filter(None, (language_tag(context.get("@language")) for context in reversed(contexts))), None)


def time_of(thing: Thing, *names: str) -> datetime | None:
    """Return the first of these times that a thing gives. Raises Poison bad_time for one that cannot be."""
    given = next((thing[name] for name in names if thing.get(name) is not None), None)
    return None if given is None else recorded_time(given)
