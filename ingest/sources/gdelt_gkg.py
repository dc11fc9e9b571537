"""GDELT's Global Knowledge Graph 2.1: the news articles of the world, by what is in them but without their text."""

import html
import re
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any

from ingest.foreign import given, post_event, words
from ingest.gdelt_archive import archived
from ingest.gdelt_codes import iso_country, source_language
from ingest.gdelt_files import NETWORK, Row, addresses, article_id, file_time
from ingest.gdelt_updates import GdeltUpdates
from ingest.history import Historical, Stretch
from ingest.live import Gap, Heard
from ingest.records import Record
from ingest.source import Parsed
from schemas.brand import Brand
from schemas.errors import Poison
from schemas.wire import ms

if TYPE_CHECKING:
    from ingest.web import Web

_NAMES = (
    "gkgrecordid date sourcecollectionidentifier sourcecommonname documentidentifier counts v2counts themes v2themes "
    "locations v2locations persons v2persons organizations v2organizations v2tone dates gcam sharingimage "
    "relatedimages socialimageembeds socialvideoembeds quotations allnames amounts translationinfo extras"
)
COLUMNS = _NAMES.split()
_CHAPTERS = {"english": ".gkg.csv.zip", "translated": ".translation.gkg.csv.zip"}

_OFFSET = re.compile(r"^(?:[^#]*#){8}\d{1,9}$", re.ASCII)
_DEGREES = re.compile(r"-?\d{1,3}(\.\d+)?", re.ASCII)
_NOT_IN_WORDS = "6"  # the collection of what is only pictures and sound
_MOST = 100  # links and pictures of an article


class GdeltGkg(GdeltUpdates, Historical):
    """The articles that GDELT read, each with its title, where it is about, and what it shows and links to.

    At-least-once: a file can be read again. An article goes by its address, in every file of GDELT, its version is the
    time of the file. The place is the one that the article names first. GDELT tells of no deletion, and gives no text.
    Its past is in files, one for each quarter of an hour, at `base_url`; listened to is each new one.
    """

    name = "gdelt-gkg"
    formats = "GKG 2.1: 27 columns separated by tabs, or with a header; also as the ZIP archive that GDELT publishes"
    table = "gkg.csv.zip"
    columns = COLUMNS

    def article(self, row: Row, record: Record) -> Parsed:
        """Return the article of a row."""
        return _article(row, record)

    def chapters(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the two series of files: what was written in English, and what was translated."""
        return list(_CHAPTERS)

    async def history(
        self, chapter: str, stretch: Stretch, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Yield the rows of every file of the stretch."""
        ending = _CHAPTERS[chapter]
        async for thing in archived(web, self.name, self._base, ending, self.records, stretch, cursor):
            yield thing


def _article(row: Row, record: Record) -> Parsed:
    filed = file_time(row["date"])
    extras = row["extras"].strip()
    if extras and not extras.endswith(">"):
        raise Poison("truncated", "the last column ends inside its XML")
    native, url = article_id(row["documentidentifier"], row["gkgrecordid"])
    if not native:
        raise Poison("bad_value", "a row without an address and an id")
    stamp = words(_page(extras, "PRECISEPUBTIMESTAMP"))
    site = words(row["sourcecommonname"].strip())
    return post_event(
        NETWORK, native, record.seen_at or filed, file_time(stamp) if stamp else filed, ms(filed),
        kind="article",
        title=words(html.unescape(_page(extras, "TITLE"))),
        author=given(name=words(html.unescape(_page(extras, "AUTHORS")).replace(";", ", ")) or site, handle=site),
        lang=source_language(row["translationinfo"]) if row["sourcecollectionidentifier"] != _NOT_IN_WORDS else None,
        url=url,
        # An escaped character ends in the sign that separates links, so links are unescaped one by one.
        links=[html.unescape(link) for link in addresses(_page(extras, "LINKS"))][:_MOST],
        media=_media(row),
        place=_place(row),
    )  # fmt: skip


def _page(extras: str, name: str) -> str:
    """Return what the last column has under a name, "" for nothing."""
    return extras.partition(f"<PAGE_{name}>")[2].partition(f"</PAGE_{name}>")[0].strip()


def _media(row: Row) -> list[dict[str, Any]]:
    images = addresses(row["sharingimage"], row["relatedimages"], row["socialimageembeds"])
    shown = [("image", url) for url in images] + [("video", url) for url in addresses(row["socialvideoembeds"])]
    return [{"kind": kind, "url": url} for kind, url in shown[:_MOST]]


def _place(row: Row) -> dict[str, Any] | None:
    """Return the place that an article names first, or if nothing says where they stand, the first in the list."""
    named = [place.split("#") for place in row["v2locations"].split(";") if _OFFSET.search(place)]
    if named:
        first = min(named, key=lambda place: int(place[8]))
        return _located(first, first[5], first[6])
    listed = next((place.split("#") for place in row["locations"].split(";") if place.count("#") == 6), None)
    return _located(listed, listed[4], listed[5]) if listed else None


def _located(place: list[str], lat: str, lon: str) -> dict[str, Any] | None:
    # In old files one country stands for all of a row; that of the province is the place's own.
    country = iso_country(place[3][:2]) or iso_country(place[2])
    return given(name=words(place[1]), country=country, lat=_degrees(lat), lon=_degrees(lon))


def _degrees(text: str) -> float | None:
    return float(text) if _DEGREES.fullmatch(text) else None
