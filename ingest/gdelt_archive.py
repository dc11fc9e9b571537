"""GDELT's files of a stretch of time: one every quarter of an hour, called after its moment."""

import io
from collections.abc import AsyncGenerator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO

from ingest.history import Stretch
from ingest.live import Gap, Heard
from ingest.records import Record

if TYPE_CHECKING:
    from ingest.web import Web

_QUARTER = timedelta(minutes=15)
_DIGITS = "%Y%m%d%H%M%S"


async def archived(
    web: "Web", source: str, base: str, ending: str, rows: Callable[[BinaryIO], Iterator[Record]], stretch: Stretch,
    cursor: str | None,
) -> AsyncGenerator[Heard | Gap]:  # fmt: skip
    """Yield the rows of each file, with a cursor behind the last of them: the moment of the next file.

    A file tells of the quarter of an hour before its moment. One that is missing, as some are, is a Gap.
    """
    begun = datetime.strptime(cursor, _DIGITS).replace(tzinfo=UTC) if cursor else _whole(stretch.since)
    at = begun
    while at <= stretch.until + _QUARTER:
        answer = await web.get(f"{base}/{at:{_DIGITS}}{ending}", source=source)
        if answer.status == 200:
            for record in rows(io.BytesIO(answer.body)):
                yield Heard(record.payload)
        else:
            yield Gap(f"the file of {at:%Y-%m-%d %H:%M} cannot be had (answered {answer.status})", at - _QUARTER, at)
        at += _QUARTER
        yield Heard(b"", f"{at:{_DIGITS}}")


def _whole(moment: datetime) -> datetime:
    """Return the start of the quarter of an hour that a moment lies in."""
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)
