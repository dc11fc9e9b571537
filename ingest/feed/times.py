"""The times that feeds write, in every form and some languages."""

import re
from calendar import timegm
from datetime import UTC, datetime, timedelta, timezone
from time import struct_time

from schemas.errors import Poison
from schemas.times import read_time

# The beginnings of months where they differ from English, in the languages whose feeds write them.
_MONTHS = {
    "jän": "Jan", "gen": "Jan", "ene": "Jan", "fév": "Feb", "fev": "Feb", "mär": "Mar", "mrz": "Mar", "avr": "Apr",
    "abr": "Apr", "mai": "May", "mag": "May", "maj": "May", "mei": "May", "giu": "Jun", "lug": "Jul", "aoû": "Aug",
    "ago": "Aug", "out": "Oct", "okt": "Oct", "ott": "Oct", "set": "Sep", "déc": "Dec", "dez": "Dec", "dic": "Dec",
    "juin": "Jun", "juil": "Jul",
}  # fmt: skip
_WRITTEN = re.compile(r"(\d{1,2})\.?\s+(?:de\s+)?([^\W\d_]{3,12})\.?\s+(?:de\s+)?(\d{4})(.{0,40})", re.S)
_NUMBERS = re.compile(r"(\d{4})\s?[年년./-]\s?(\d{1,2})\s?[月월./-]\s?(\d{1,2})(?:\s?[日일])?(.{0,40})", re.S)
_CLOCK = re.compile(r"(\d{1,2})[:：时時点點]\s?(\d{1,2})(?:[:：分]\s?(\d{1,2}))?")
_ZONE = re.compile(r"(?:GMT|UTC)?([+-])(\d{2}):?(\d{2})\b")
_NAMED = {"CET": 60, "CEST": 120, "MEZ": 60, "MESZ": 120, "JST": 540, "KST": 540, "HKT": 480, "BST": 60, "IST": 330}
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def feed_time(text: object, read: struct_time | None = None) -> datetime | None:
    """Return the moment that a feed wrote, in UTC; None for none and for what nobody can read ("yesterday").

    Read are ISO 8601 and RFC 2822, whatever feedparser knows (it hands over `read`, which is UTC), and dates in numbers
    or with months of other languages; no zone is UTC. Any year that exists is good.
    """
    if isinstance(text, (str, int, float)):
        try:
            return read_time(text)
        except Poison:
            pass
    if read is not None:
        try:
            return datetime.fromtimestamp(timegm(read), UTC)
        except (ValueError, OverflowError, OSError):
            pass
    return _written(text[:200]) if isinstance(text, str) else None


def _written(text: str) -> datetime | None:
    if found := _NUMBERS.search(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := _WRITTEN.search(text):
        name = found[2].lower()
        english = (_MONTHS.get(name[:4]) or _MONTHS.get(name[:3]) or name[:3]).lower()
        if english not in _ENGLISH:
            return None
        year, month, day = int(found[3]), _ENGLISH.index(english) + 1, int(found[1])
    else:
        return None
    clock = _CLOCK.search(found[4])
    hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
    if clock and hour < 12 and re.search("下午|午後|오후|PM", found[4]):
        hour += 12
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=_zone(found[4])).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(rest: str) -> timezone:
    if found := _ZONE.search(rest):
        minutes = int(found[2]) * 60 + int(found[3])
        return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    return timezone(timedelta(minutes=next((_NAMED[word] for word in rest.split() if word in _NAMED), 0)))
