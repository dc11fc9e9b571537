"""Numbers, moments and waiting times in headers of HTTP, in every form in which servers write them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite

_DATE_AT_LEAST = 1e9  # a number above it is a moment since 1970, below it a number of seconds
_MILLISECONDS_AT_LEAST = 1e11


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return for how many seconds an answer asks not to be asked again (Retry-After, in both its forms), None if not.

    Header names are in lower case. A moment is held against the server's own clock, as `server_now` reads it.
    """
    return seconds_until(headers.get("retry-after", ""), server_now(headers, now))


def server_now(headers: Mapping[str, str], now: datetime) -> datetime:
    """Return the Date of an answer, for the server's clock may not be ours; `now` where it has none."""
    return http_date(headers.get("date", "")) or now


def seconds_until(text: str, now: datetime) -> float | None:
    """Return for how many seconds from `now` a header asks to be left alone, 0 for a moment that has passed.

    Read are a number of seconds, the smallest where several are listed, seconds and milliseconds since 1970, an HTTP
    date (RFC 9110, 10.2.3) and ISO 8601. None for anything else; what is too long to be meant is up to the caller.
    """
    number = header_number(text)
    if number is not None:
        if number >= _MILLISECONDS_AT_LEAST:
            number /= 1000
        return max(0.0, number - now.timestamp() if number >= _DATE_AT_LEAST else number)
    moment = http_date(text) or _iso(text)
    return None if moment is None else max(0.0, (moment - now).total_seconds())


def http_date(text: str) -> datetime | None:
    """Return the moment that an HTTP date names, aware; None for what is none."""
    try:
        moment = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def header_number(text: str) -> float | None:
    """Return the number that a header is, the smallest where several windows are listed; None for none."""
    try:
        numbers = [float(part.partition(";")[0]) for part in text.split(",")]
    except ValueError:
        return None
    return min(numbers) if all(isfinite(number) for number in numbers) else None


def _iso(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
