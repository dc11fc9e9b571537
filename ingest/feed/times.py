"""The times that feeds write, in every form and some languages."""

import re
from calendar import timegm
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
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
_AMERICAN = re.compile(r"\b([A-Za-z]{3})[a-z]{0,6}\.?\s+(\d{1,2}),?\s+(\d{4})\b(.{0,40})", re.S)
_LETTER = re.compile(r"(?:[A-Za-z]{3,9},?\s+)?\d{1,2}\s+[A-Za-z]{3}")  # as RFC 2822 has it
_CLOCK = re.compile(r"(\d{1,2})[:：时時点點]\s?(\d{1,2})(?:[:：分]\s?(\d{1,2}))?")
_ZONE = re.compile(r"(?:GMT|UTC)?(?<![\d-])([+-])(\d{1,2})(?::?(\d{2}))?\b")
_ZONE_AFTER = re.compile(r"(?<=\d)([+-])(\d{1,2})(?::?(\d{2}))?\s*$")
_WORD = re.compile(r"\b[A-Z]{2,4}\b")
_NAMED = {
    "CET": 60, "CEST": 120, "MEZ": 60, "MESZ": 120, "JST": 540, "KST": 540, "HKT": 480, "BST": 60, "IST": 330,
    "EET": 120, "EEST": 180, "MSK": 180, "SGT": 480, "AEST": 600, "AEDT": 660, "EST": -300, "EDT": -240, "ET": -300,
    "CST": -360, "CDT": -300, "CT": -360, "MST": -420, "MDT": -360, "PST": -480, "PDT": -420, "PT": -480,
}  # fmt: skip
_ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def feed_time(text: object, read: struct_time | None = None) -> datetime | None:
    """Return the moment that a feed wrote, in UTC; None for none and for what nobody can read ("yesterday").

    Read are ISO 8601 and RFC 2822, dates in numbers or with months of other languages, and whatever feedparser knows
    beside (it hands over `read`, which is UTC); no zone is UTC. Any year that exists is good.
    """
    if isinstance(text, str) and _LETTER.match(text.strip()):
        letter = _letter(text.strip()[:200])
        if letter is not None:
            return letter
    elif isinstance(text, (str, int, float)):
        try:
            return read_time(text)
        except Poison:
            pass
    written = _written(text[:200]) if isinstance(text, str) else None
    if written is None and read is not None and not _made_up(text, read):
        try:
            return datetime.fromtimestamp(timegm(read), UTC)
        except (ValueError, OverflowError, OSError):
            pass
    return written


def _letter(text: str) -> datetime | None:
    """Return a time as letters have it, with more names of zones than they may have, and zones as ISO 8601 has them."""
    zone = _zone(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError, TypeError):
        return None
    try:
        return (moment.replace(tzinfo=zone) if zone is not None else moment).astimezone(UTC)
    except OverflowError:
        return moment.replace(tzinfo=UTC)


def _made_up(text: object, read: struct_time) -> bool:
    """Say whether feedparser may have found no more than a year, and put the rest of its time there from today."""
    words = str(text).lower()
    begins = read.tm_mday == 1 and (read.tm_hour, read.tm_min, read.tm_sec) == (0, 0, 0)
    return begins and any(sign.isalpha() for sign in words) and _ENGLISH[read.tm_mon - 1] not in words


def _written(text: str) -> datetime | None:
    if found := _NUMBERS.search(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := _WRITTEN.search(text):
        name = found[2].lower()
        english = (_MONTHS.get(name[:4]) or _MONTHS.get(name[:3]) or name[:3]).lower()
        if english not in _ENGLISH:
            return None
        year, month, day = int(found[3]), _ENGLISH.index(english) + 1, int(found[1])
    elif (found := _AMERICAN.search(text)) and found[1].lower() in _ENGLISH:
        year, month, day = int(found[3]), _ENGLISH.index(found[1].lower()) + 1, int(found[2])
    else:
        return None
    clock = _CLOCK.search(found[4])
    hour, minute, second = (int(part or 0) for part in clock.groups()) if clock else (0, 0, 0)
    if clock and hour < 12 and re.search(r"下午|午後|오후|\bpm\b|\d ?pm\b", found[4], re.I):
        hour += 12
    try:
        zone = (_zone(found[4]) if clock else None) or UTC
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(text: str) -> timezone | None:
    """Return the zone behind a time, None where none is named."""
    if found := _ZONE.search(text) or _ZONE_AFTER.search(text):
        minutes = int(found[2]) * 60 + int(found[3] or 0)
        if minutes >= 24 * 60:
            return None
        return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    named = next((_NAMED[word] for word in _WORD.findall(text) if word in _NAMED), None)
    return None if named is None else timezone(timedelta(minutes=named))
