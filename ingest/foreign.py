"""What every source needs to read other people's JSON: it may have any shape at any place."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from ingest.source import Parsed, Skipped
from schemas.codec import model_of
from schemas.errors import Poison
from schemas.post import PostEvent, claimed_time, post_id
from schemas.wire import ms

_FIELD = re.compile(r"'[a-z_A-Z]{1,30}'")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})((?:[-_][A-Za-z0-9]{2,8})*)")
_DIGITS = re.compile(r"\d{1,15}", re.ASCII)
_RENAMED = {"in": "id", "iw": "he", "ji": "yi"}  # codes withdrawn in 1989 that platforms still write
_REFERENCES = {"parent": "parent_id", "root": "root_id", "repost_of": "repost_of", "quote_of": "quote_of"}
_KINDS = {"repost_of": "repost", "parent": "reply", "quote_of": "quote"}  # a reply that quotes is a reply
_NO_LANGUAGE = {"und", "zxx", "mul", "mis", "art"}


@contextmanager
def odd_shapes_refused() -> Iterator[None]:
    """Turn the errors that come of a value where another kind was expected into Poison bad_shape."""
    try:
        yield
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # The text of the error may hold a part of the payload; only the name of a field that is missing is safe.
        field = _FIELD.fullmatch(str(error)) if isinstance(error, KeyError) else None
        raise Poison("bad_shape", f"no {field[0]}" if field else "a value of another kind than expected") from None


def parsed_page(posts: Iterable[dict[str, Any]], parse: Callable[[dict[str, Any]], Iterable[Parsed]]) -> list[Parsed]:
    """Return what the posts of one page of results hold, in order.

    One that is unusable is skipped under its reason, so that it does not take the others with it; if all are, the
    Poison of the first is raised.
    """
    found: list[Parsed] = []
    refused: list[Poison] = []
    for post in posts:
        try:
            with odd_shapes_refused():
                found += list(parse(post))
        except Poison as poison:
            refused.append(poison)
    if refused and not found:
        raise refused[0]
    return found + [Skipped(poison.reason) for poison in refused]


def post_event(
    network: str,
    native_id: str,
    observed_at: datetime,
    claim: datetime | None = None,
    version: int | None = None,
    refs: dict[str, str] | None = None,
    **fields: Any,
) -> PostEvent:
    """Return the post event of one state of a post; `fields` are further fields of it, as JSON has them or as models.

    `claim` is the time of publication as the source says it, `version` its time of the change in ms; without the
    latter it is the claim's, or else that of `observed_at`. A claim that cannot be is clamped and flagged. `refs` are
    the source's own ids of other posts, under the names of NativeRefs; they also say what kind of post this is, unless
    `fields` does. Raises Poison bad_value.
    """
    if not native_id.strip():
        raise Poison("bad_value", "a post without an id")
    if claim is not None:
        claim, clamped = claimed_time(claim, observed_at)
        if clamped:
            fields["flags"] = list(dict.fromkeys([*fields.get("flags", ()), "time_clamped"]))
    if refs:
        fields["native_refs"] = refs
        fields.setdefault("kind", next((kind for name, kind in _KINDS.items() if name in refs), "post"))
        for name, native in refs.items():
            fields[_REFERENCES[name]] = post_id(network, native)
    fields["id"] = post_id(network, native_id)
    fields["source"] = network
    fields["native_id"] = native_id
    fields["published_at"] = claim
    fields["observed_at"] = observed_at
    fields["version"] = ms(claim or observed_at) if version is None else version
    return model_of(PostEvent, fields)


def given(**fields: Any) -> dict[str, Any] | None:
    """Return the fields that have a value, or None if none has: what nobody said is absent as a whole."""
    return {name: value for name, value in fields.items() if value is not None} or None


def language_tag(code: object) -> str | None:
    """Return a BCP 47 tag for what a platform calls a language; None for none, unknown or its private codes."""
    found = _LANGUAGE.fullmatch(code) if isinstance(code, str) else None
    if found is None:
        return None
    language = found[1].lower()
    if language in _NO_LANGUAGE or (len(language) == 3 and "qaa" <= language <= "qtz"):
        return None
    return _RENAMED.get(language, language) + found[2].replace("_", "-")


def whole_number(value: object) -> int | None:
    """Return a count, or None for what is none; a platform that hides a count writes -1, null or nothing.

    Some write their numbers as texts, and tools that keep tables as fractions.
    """
    if isinstance(value, str):
        return int(value) if _DIGITS.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 2**53:
        return None
    return int(value) if value == int(value) else None


def objects(value: object) -> list[dict[str, Any]]:
    """Return those of a list's values that are objects: what else stands in it is no reason to lose the post."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def point(lat: object, lon: object) -> dict[str, float]:
    """Return a place on earth, in degrees, as the fields that Place has for it; none for anything else."""
    try:
        found = [float(one) for one in (lat, lon) if isinstance(one, (int, float, str)) and not isinstance(one, bool)]
    except (OverflowError, ValueError):
        return {}
    on_earth = len(found) == 2 and abs(found[0]) <= 90 and abs(found[1]) <= 180
    return {"lat": found[0], "lon": found[1]} if on_earth else {}


def pair(value: object) -> list[Any]:
    """Return the two values of a list of two, else two of nothing: coordinates, in the platform's order."""
    return value if isinstance(value, list) and len(value) == 2 else [None, None]


def words(value: object) -> str | None:
    """Return a text that has something in it, else None."""
    return value if isinstance(value, str) and value else None
