"""The route that gives mentions away as a file: CSV for spreadsheets, NDJSON for programs, Parquet for analysts."""

import csv
import io
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from itertools import count
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Response
from fastapi import Query as Parameters
from fastapi.responses import StreamingResponse
from pydantic import Field

from deploy.api.access import Viewer
from deploy.api.context import Context, Here
from deploy.api.filters import Filters, asked
from deploy.api.problems import Problem
from deploy.spreadsheet import csv_cell
from schemas.codec import encode
from schemas.mention import Mention
from sinks.selection import Page, Place, Selection
from sinks.store import Store

router = APIRouter(tags=["mentions"])

_PAGE = 500
_COLUMNS = (
    "id", "source", "native_id", "published_at", "brands", "kind", "author", "followers", "language", "country",
    "sentiment", "engagement", "velocity_1h", "r", "url", "site", "hashtags", "title", "text",
    "intents", "emotion",
)  # fmt: skip
_NUMBERS = {"followers": "int64", "engagement": "int64", "velocity_1h": "float64", "r": "float64"}


class Exported(Filters):
    """Filters, the form, and how many at most, the newest first."""

    format: Literal["csv", "ndjson", "parquet"] = "csv"
    limit: int = Field(default=10_000, ge=1, le=100_000)


@router.get("/export/mentions", response_class=Response)
async def export(filters: Annotated[Exported, Parameters()], here: Here, caller: Viewer) -> Response:
    """The mentions as a file. In CSV, what a spreadsheet would run as a formula is made text."""
    selection = await here.answers.ask(lambda store: asked(filters, here.settings, store).selection)
    name = {"Content-Disposition": f'attachment; filename="mentions.{filters.format}"'}
    pages = _pages(here, selection, filters.limit)
    if filters.format == "csv":
        return StreamingResponse(_csv(pages), media_type="text/csv; charset=utf-8", headers=name)
    if filters.format == "ndjson":
        return StreamingResponse(_ndjson(pages), media_type="application/x-ndjson", headers=name)
    body = await _parquet(pages)
    return StreamingResponse(body, media_type="application/vnd.apache.parquet", headers=name)


async def _pages(here: Context, selection: Selection, limit: int) -> AsyncIterator[Sequence[Mention]]:
    """Yield the newest mentions, page by page; the store is asked for each when it is wanted."""
    after: Place | None = None
    for done in count(step=_PAGE):
        size = min(_PAGE, limit - done)

        def question(store: Store, place: Place | None = after, size: int = size) -> Page:
            return store.page(selection, place, size)

        page = await here.answers.ask(question)
        yield page.mentions
        after = page.after
        if after is None or done + size >= limit:
            return


async def _csv(pages: AsyncIterator[Sequence[Mention]]) -> AsyncIterator[bytes]:
    yield (",".join(_COLUMNS) + "\r\n").encode()
    async for page in pages:
        sheet = io.StringIO()
        csv.writer(sheet).writerows([csv_cell(row[name]) for name in _COLUMNS] for row in map(_row, page))
        yield sheet.getvalue().encode("utf-8", "replace")


async def _ndjson(pages: AsyncIterator[Sequence[Mention]]) -> AsyncIterator[bytes]:
    async for page in pages:
        yield b"".join(encode(mention) + b"\n" for mention in page)


async def _parquet(pages: AsyncIterator[Sequence[Mention]]) -> Iterator[bytes]:
    """Return the pieces of a Parquet file, which is written to disk before: its index stands at its end."""
    try:
        import pyarrow  # type: ignore[import-untyped, import-not-found, unused-ignore]
        from pyarrow import parquet
    except ImportError:
        raise Problem(501, "Parquet needs pyarrow: install hearken[parquet] on the server") from None
    types: dict[str, Any] = {"int64": pyarrow.int64(), "float64": pyarrow.float64()}
    shape = pyarrow.schema([(name, types.get(_NUMBERS.get(name, ""), pyarrow.string())) for name in _COLUMNS])
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed when it has been sent
    with parquet.ParquetWriter(file, shape) as writer:
        async for page in pages:
            rows = [_row(mention) for mention in page]
            columns = {name: [row[name] for row in rows] for name in _COLUMNS}
            writer.write_table(pyarrow.Table.from_pydict(columns, shape))
    file.seek(0)
    return _pieces(file)


def _pieces(file: Any) -> Iterator[bytes]:
    with file:
        while piece := file.read(65_536):
            yield piece


def _row(mention: Mention) -> dict[str, Any]:
    author, place = mention.author, mention.place
    return {
        "id": mention.id, "source": mention.source, "native_id": mention.native_id,
        "published_at": f"{mention.published_at:%Y-%m-%dT%H:%M:%SZ}" if mention.published_at else None,
        "brands": " ".join(match.id for match in mention.brands), "kind": mention.kind,
        "author": author and (author.handle or author.name), "followers": author and author.followers,
        "language": mention.language, "country": place and place.country,
        "sentiment": mention.sentiment and mention.sentiment.label, "engagement": mention.engagement,
        "velocity_1h": mention.velocity and mention.velocity.v1h, "r": mention.virality and mention.virality.r,
        "url": mention.url, "site": mention.site, "hashtags": " ".join(mention.hashtags), "title": mention.title,
        "text": mention.text, "intents": " ".join(mention.intents), "emotion": mention.emotion,
    }  # fmt: skip
