"""GDELT's files as they appear: one each quarter of an hour, sometimes late, sometimes never."""

import asyncio
import io
import re
import zipfile
import zlib
from abc import abstractmethod
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import TYPE_CHECKING, BinaryIO, ClassVar, Self

import orjson

from ingest.foreign import odd_shapes_refused
from ingest.gdelt_files import NETWORK, Row, file_time, gdelt_rows, is_file_list, row_of
from ingest.live import Gap, Heard, LiveSource
from ingest.options import Options
from ingest.records import Record
from ingest.source import Parsed, Skipped
from schemas.brand import Brand
from schemas.clock import AsyncClock, SystemClock
from schemas.errors import Poison, Refused, Transient

if TYPE_CHECKING:
    from ingest.web import Web

_QUARTER = timedelta(minutes=15)
_GIVEN_UP = timedelta(hours=12)
_ENGLISH, _OTHERS = "english", "translated"
_LISTED = re.compile(r"^\d+ ([0-9a-f]{32}) \S*/(\d{14})\.(\S+?)\s*$", re.MULTILINE)
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError)


@dataclass(slots=True)
class FilePosition:
    """The time of the last file that was asked for, and of those before it that were not there."""

    last: datetime
    missing: list[datetime] = field(default_factory=list)

    @classmethod
    def read(cls, cursor: str) -> Self | None:
        """Return the position that a cursor describes; None for what is none of ours."""
        try:
            known = orjson.loads(cursor)
            return cls(file_time(str(known["last"])), [file_time(str(each)) for each in known["missing"]])
        except (KeyError, Poison, TypeError, ValueError):
            return None

    def cursor(self) -> str:
        """Return the position as text."""
        return orjson.dumps({"last": _stamp(self.last), "missing": [_stamp(each) for each in self.missing]}).decode()


class GdeltUpdates(LiveSource):
    """A live source of one of GDELT's tables: `table` is what its files are called, `columns` what a row has.

    Each file is taken whole, behind the one that was taken last. One that is not there, or damaged, is asked for again
    for half a day, and is then a Gap.
    """

    network = NETWORK
    silence_s = 3_600
    table: ClassVar[str]
    columns: ClassVar[Sequence[str]]
    clock: ClassVar[AsyncClock] = SystemClock()

    def __init__(
        self,
        languages: str | Sequence[str] = (_ENGLISH, _OTHERS),
        interval_s: float = 120,
        base_url: str = "http://data.gdeltproject.org/gdeltv2",
    ) -> None:
        """Connect nothing yet. `languages` are "english" and "translated", what GDELT has read in other languages."""
        options = Options(self.name)
        self._languages = options.texts("languages", languages, f"{_ENGLISH}|{_OTHERS}", f"{_ENGLISH} or {_OTHERS}")
        if not self._languages:
            options.needed("languages", f'["{_ENGLISH}"]')
        self._interval_s = options.number("interval_s", interval_s, 10, 3_600)
        self._base = options.address("base_url", base_url)

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """Yield the rows of a table, or of the tables in an archive."""
        return gdelt_rows(stream, self.columns)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the article of a row."""
        if is_file_list(record):
            return [Skipped("file list")]
        with odd_shapes_refused():
            return [self.article(row_of(record, self.columns), record)]

    @abstractmethod
    def article(self, row: Row, record: Record) -> Parsed:
        """Return what a row says of an article. Raises Poison, or as odd shapes do."""

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return one channel for each of the languages."""
        return self._languages

    async def listen(
        self, channel: str, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Take each file that has appeared behind the cursor; without one, from the newest on."""
        position = FilePosition.read(cursor) if cursor is not None else None
        if cursor is not None and position is None:
            yield Gap("the position that was kept cannot be read: listening from now on")
        while True:
            newest, digest = await self._newest(web, channel)
            if position is None:
                position = FilePosition(newest - _QUARTER)
                yield Heard(b"", position.cursor())
            for moment in list(position.missing):
                async for thing in self._file(web, channel, position, moment, None):
                    yield thing
            while position.last < newest:
                moment = position.last + _QUARTER
                async for thing in self._file(web, channel, position, moment, digest if moment == newest else None):
                    yield thing
            yield Heard(b"", position.cursor())
            await self.clock.wait(self._interval_s)

    async def _file(
        self, web: "Web", channel: str, position: FilePosition, moment: datetime, digest: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Yield the rows of one file, the last with the position behind it; note it as missing if it is not there."""
        packed = await self._packed(web, f"{_stamp(moment)}.{self._called(channel)}")
        whole = packed is not None and await asyncio.to_thread(_is_whole, packed, digest)
        if moment in position.missing:
            if not whole and self.clock.now() - moment < _GIVEN_UP:
                return
            position.missing.remove(moment)
        else:
            position.last = max(position.last, moment)
            if not whole and self.clock.now() - moment < _GIVEN_UP:
                position.missing.append(moment)
                yield Heard(b"", position.cursor())
                return
        if packed is None or not whole:
            yield Gap(f"GDELT has no whole file {_stamp(moment)}", moment - _QUARTER, moment)
            yield Heard(b"", position.cursor())
            return
        for record in self.records(io.BytesIO(packed)):
            if record.payload:
                yield Heard(record.payload)
        yield Heard(b"", position.cursor())

    async def _packed(self, web: "Web", name: str) -> bytes | None:
        try:
            answer = await web.get(f"{self._base}/{name}", source=self.name)
        except Poison:  # larger than any of GDELT's files: it must not keep back those behind it
            return None
        if answer.status == 200:
            return answer.body
        if answer.status not in (404, 410):
            raise Refused(f"GDELT answers {answer.status} for a file: check [sources.{self.name}]", answer.status)
        return None

    async def _newest(self, web: "Web", channel: str) -> tuple[datetime, str]:
        """Return the time and the digest of the newest file."""
        name = "lastupdate.txt" if channel == _ENGLISH else "lastupdate-translation.txt"
        listed = (await self._packed(web, name) or b"").decode(errors="replace")
        for digest, stamp, called in _LISTED.findall(listed):
            if called == self._called(channel):
                try:
                    return file_time(stamp), digest
                except Poison:
                    break
        raise Transient(f"{self.name}: GDELT's list of the newest files names none")

    def _called(self, channel: str) -> str:
        return self.table if channel == _ENGLISH else f"translation.{self.table}"


def _is_whole(packed: bytes, digest: str | None) -> bool:
    """Say whether an archive is what it should be: by its digest where that is known, and its own check sums."""
    if digest is not None and md5(packed, usedforsecurity=False).hexdigest() != digest:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            return archive.testzip() is None
    except _DAMAGE:
        return False


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S")
