"""The rules of X's filtered stream: what of the brand queries X can be asked for, and keeping its rules at that.

See developer.x.com, "Build a rule": words side by side have all to be there, OR stands between alternatives, and binds
less; brackets group. X cuts texts into words much as we do, and knows no distances and no beginnings of words.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ingest.access import listed, object_of
from ingest.records import MAX_RECORD_BYTES
from ingest.search_words import Need, Wish, groups, wishes
from schemas.brand import Brand
from schemas.errors import Poison, Refused
from schemas.json_value import json_value

if TYPE_CHECKING:
    from ingest.web import Web

TAG = "hearken"
"""What our rules are marked with; those of others are left alone."""

_PLAIN = re.compile(r"[#$@]?[A-Za-z0-9_]+")
_OPERATORS = {"OR", "AND", "NOT"}
_AT_ONCE = 25
_TITLE = re.compile(r"[A-Za-z ]{1,60}")
_HARMLESS = {"DuplicateRule", "Not Found Error"}


def rules(brands: Iterable[Brand], longest: int) -> list[str]:
    """Return rules of at most `longest` characters, one of which any post about one of the brands meets.

    Raises UsageError for a brand whose query X cannot be asked for.
    """
    parts = [part for brand in brands for wish in wishes(brand) for part in _parts(wish, longest)]
    return [" OR ".join(group) for group in groups(list(dict.fromkeys(parts)), longest, len(" OR "))]


def _parts(wish: Wish, longest: int) -> list[str]:
    """Return what a wish is in X's words; several that are alternatives, where it would be too long."""
    written = [_any(need) for need in wish]
    text = written[0] if len(written) == 1 else f"({' '.join(written)})"
    if len(text) <= longest:
        return [text]
    widest = max(range(len(wish)), key=lambda place: len(wish[place]))
    words = wish[widest]
    if len(words) > 1:
        halves = words[: len(words) // 2], words[len(words) // 2 :]
        return [part for half in halves for part in _parts((*wish[:widest], half, *wish[widest + 1 :]), longest)]
    if len(wish) > 1:  # what is asked for less is not found less
        return _parts((min(wish, key=lambda need: len(need[0])),), longest)
    first = words[0].split()[0]
    return [_word(first[: longest - 2])]


def _any(need: Need) -> str:
    written = [_word(word) for word in need]
    return written[0] if len(written) == 1 else f"({' OR '.join(written)})"


def _word(word: str) -> str:
    return word if _PLAIN.fullmatch(word) and word.upper() not in _OPERATORS else f'"{word}"'


async def synchronise(web: "Web", source: str, base: str, headers: Mapping[str, str], wanted: Sequence[str]) -> None:
    """See to it that X has exactly these rules of ours. Raises Refused where it does not take them."""
    url = f"{base}/2/tweets/search/stream/rules"
    there = object_of(await web.get(url, source=source, headers=headers))
    ours = {rule["value"]: str(rule["id"]) for rule in listed(there, "data") if _is_ours(rule)}
    stale = [number for value, number in ours.items() if value not in wanted]
    missing = [{"value": value, "tag": TAG} for value in wanted if value not in ours]
    changes: list[dict[str, Any]] = [{"delete": {"ids": stale}}] if stale else []
    changes += [{"add": missing[begin : begin + _AT_ONCE]} for begin in range(0, len(missing), _AT_ONCE)]
    for change in changes:  # what X has already, or has no longer, it only says so of
        answer = await web.post(url, source=source, json=change, headers=headers, repeatable=True)
        if answer.status not in (200, 201, 400):
            raise Refused(f"[sources.{source}] X answers {answer.status}: check the rights of the app", answer.status)
        said = _said(answer.body)
        complaints = [title for error in listed(said, "errors") if (title := _title(error)) not in _HARMLESS]
        if complaints or answer.status == 400:
            raise Refused(
                f"X does not take {len(wanted)} rules for the brands ({', '.join(complaints) or 'no reason given'}): "
                "shorten the queries, or ask X for more rules",
                answer.status,
            )


def _is_ours(rule: object) -> bool:
    return isinstance(rule, dict) and rule.get("tag") == TAG and {"id", "value"} <= rule.keys()


def _said(body: bytes) -> dict[str, Any]:
    try:
        said = json_value(body, MAX_RECORD_BYTES)
    except Poison:
        return {}
    return said if isinstance(said, dict) else {}


def _title(error: object) -> str:
    title = error.get("title") if isinstance(error, dict) else None
    return title if isinstance(title, str) and _TITLE.fullmatch(title) else "error"
