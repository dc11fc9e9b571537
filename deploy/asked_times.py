"""Moments, days and widths of time as a question names them, on the command line and over HTTP."""

import re
from datetime import UTC, datetime, timedelta

from schemas.errors import UsageError

_UNITS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


def moment(text: str | None, called: str) -> datetime | None:
    """Return the moment that ISO 8601 text names, in UTC, which it is in without a zone; None for None.

    Raises UsageError, which begins with what the text is `called`.
    """
    if text is None:
        return None
    try:
        value = datetime.fromisoformat(text)
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (ValueError, OverflowError):  # a zone may carry the first or the last day out of the calendar
        raise UsageError(f"{called} is not a date: write 2026-03-20 or 2026-03-20T12:00Z") from None


def interval_ms(text: str, called: str) -> int:
    """Return milliseconds for text such as 5m, 1h, 1d, 1w: a multiple of five minutes.

    Raises UsageError, which begins with what the text is `called`.
    """
    found = re.fullmatch(r"([0-9]{1,4})([mhdw])", text)
    width = int(found[1]) * _UNITS[found[2]] if found else 0
    if width == 0 or width % 300_000:
        raise UsageError(f"{called}: write a multiple of 5m, such as 15m, 1h, 1d or 1w")
    return width


def day_start(value: datetime) -> datetime:
    """Return the start of the moment's day."""
    return value.replace(hour=0, minute=0, second=0, microsecond=0)


def day_after(value: datetime) -> datetime:
    """Return the start of the day after the moment's."""
    return day_start(value) + timedelta(days=1)
