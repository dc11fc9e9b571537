"""Reading the times that sources write."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from schemas.errors import Poison
from schemas.post import EARLIEST
from schemas.wire import from_ms

LATEST = from_ms(2**42 - 1)  # 2109: a version has 42 bits, and nothing that was recorded is from later
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"-?\d{9,20}(\.\d+)?")  # fewer digits are a date written without hyphens
_WEEKDAY = re.compile(r"[A-Za-z]{3},? ")
_COLON = re.compile(r"([+-]\d{2}):(\d{2})$")  # in the zone of a letter's time, where it would hide the zone


def read_time(value: object) -> datetime:
    """Return the moment that a source wrote, aware, in UTC, cut to milliseconds.

    Read are ISO 8601 (no zone = UTC), RFC 2822, and seconds, milliseconds or microseconds since 1970, as a number or
    its digits; their size says which. Raises Poison bad_time for anything else; any year that exists is good.
    """
    try:
        if isinstance(value, str):
            text = value.strip()
            if not _NUMBER.fullmatch(text):
                if _WEEKDAY.match(text):
                    return _utc(parsedate_to_datetime(_COLON.sub(r"\1\2", text)))
                return _utc(datetime.fromisoformat(text))
            value = float(text) if "." in text else int(text)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return _utc(_since_1970(value))
    except (ValueError, OverflowError, TypeError):
        pass
    raise Poison("bad_time", "a time that cannot be read")


def recorded_time(value: object) -> datetime:
    """Return the moment at which a recording says something was seen: a time as `read_time` reads it, or read already.

    There is nothing to hold it against, so one before 1995 or after 2109 raises Poison bad_time, as does one that
    cannot be read.
    """
    moment = value if isinstance(value, datetime) else read_time(value)
    if not EARLIEST <= moment <= LATEST:
        raise Poison("bad_time", f"a time of the recording in the year {moment.year}")
    return moment


def _utc(moment: datetime) -> datetime:
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # within a day of the calendar's ends: the hour does not matter there
        return moment.replace(tzinfo=UTC)


def _since_1970(number: float) -> datetime:
    size = abs(number)
    if size < 1e11:  # seconds, up to the year 5138
        return _EPOCH + timedelta(seconds=number)
    if size < 1e14:
        return _EPOCH + timedelta(milliseconds=number)
    return _EPOCH + timedelta(microseconds=number)
