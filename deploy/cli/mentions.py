"""`hearken mentions`: the posts themselves."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from deploy.cli.options import BrandName, BrandsFile, ConfigFile, Format, From, Output, StorePath, To
from deploy.cli.output import (
    Column,
    Row,
    console,
    emit,
    moment_text,
    note,
    number,
    print_csv,
    print_json_line,
    print_table,
    safe,
)
from deploy.cli.question import Question, question
from schemas.errors import Transient, UsageError
from schemas.mention import Mention
from sinks.questions import Sort

if TYPE_CHECKING:
    from schemas.query.tree import Query

_Query = Annotated[str | None, typer.Option("--query", help="Only posts that this query matches (Lucene syntax).")]
_SortBy = Annotated[Sort | None, typer.Option("--sort", help="What comes first: new (default), velocity or reach.")]
_Limit = Annotated[
    int | None,
    typer.Option("--limit", min=1, max=100_000, help="How many posts at most; by default 20, with --follow no end."),
]
_Follow = Annotated[bool, typer.Option("--follow", help="Show what is stored from now on, as it comes, until stopped.")]

_STEP = 500  # posts that are asked for at once
_PAUSE_S = 0.5
_AGAIN_S = 5.0  # after a store did not answer

_NAMES = (
    "id", "published_at", "brands", "kind", "author", "followers", "language", "sentiment", "engagement", "v1h", "url",
    "title", "text",
)  # fmt: skip


def mentions(
    brand: BrandName = None,
    query: _Query = None,
    start: From = None,
    end: To = None,
    sort: _SortBy = None,
    limit: _Limit = None,
    follow: _Follow = False,
    output: Output = "table",
    store: StorePath = None,
    brands: BrandsFile = None,
    config: ConfigFile = None,
) -> None:
    """Show the posts about a brand; as JSON the whole documents.

    With --follow new ones come in the order in which they are stored, whenever they were published: a line each for
    people, as JSON one document a line, as CSV one row each. It ends when it is stopped, with exit 0.
    """
    from schemas.query.parse import parse_query

    parsed = None if query is None else parse_query(query)
    if follow:
        if sort is not None or start is not None or end is not None:
            raise UsageError("--follow shows what is stored from now on: leave out --sort, --from and --to")
        with question(config, brands, store, brand, None, None) as asked:
            _follow(asked, asked.brands[0].id if brand else None, parsed, limit, output)
        return
    with question(config, brands, store, brand, start, end) as asked:
        one = asked.brands[0].id if brand else None
        found = asked.store.mentions(one, parsed, asked.start, asked.end, sort or "new", limit or 20)
    documents = [_document(one) for one in found]
    if output == "csv":
        documents = [_flat(document) for document in documents]
    emit(output, documents, _NAMES, _table)


def _document(mention: Mention) -> Row:
    return mention.model_dump(mode="json", exclude_none=True)  # as on the topic


def _follow(asked: Question, brand: str | None, query: "Query | None", limit: int | None, output: Format) -> None:
    """Print what is stored from now on, until nobody wants more, or `limit` posts."""
    from deploy.cli.following import rest, wanted
    from schemas.clock import SystemClock
    from schemas.query.evaluate import evaluate

    clock, left = SystemClock(), limit
    with wanted() as more:
        if output == "csv":
            print_csv([], _NAMES)
        cursor = asked.store.arrivals(None, 0).cursor
        note("following")
        while more():
            try:
                found = asked.store.arrivals(cursor, _STEP)
            except Transient as fault:
                note(str(fault))
                rest(_AGAIN_S, clock, more)
                continue
            for mention in found.mentions:
                if (brand is None or any(match.id == brand for match in mention.brands)) and (
                    query is None or evaluate(query, mention)
                ):
                    _line(_document(mention), output)
                    left = None if left is None else left - 1
                    if left == 0:
                        return
            if cursor == found.cursor:
                rest(_PAUSE_S, clock, more)
            cursor = found.cursor


def _line(document: Row, output: Format) -> None:
    if output == "json":
        print_json_line(document)
    elif output == "csv":
        print_csv([_flat(document)], _NAMES, head=False)
    else:
        row = _flat(document)
        at = moment_text(row.get("published_at") or row["observed_at"])
        said = row.get("text") or row.get("title")
        shown = Text("  ").join(Text(safe(part)) for part in (at, row["brands"], row["author"] or "-", said))
        console().print(shown, soft_wrap=True)
    sys.stdout.flush()


def _flat(document: Row) -> Row:
    author, velocity, sentiment = (document.get(name) or {} for name in ("author", "velocity", "sentiment"))
    return {
        **document,
        "brands": " ".join(match["id"] for match in document["brands"]),
        "author": author.get("handle") or author.get("name"),
        "followers": author.get("followers"),
        "sentiment": sentiment.get("label"),
        "v1h": velocity.get("v1h"),
    }


def _table(documents: Sequence[Row]) -> None:
    print_table(
        [
            Column("published (UTC)", lambda row: moment_text(row.get("published_at") or row["observed_at"])),
            Column("brand", lambda row: row["brands"]),
            Column("author", lambda row: row["author"]),
            Column("followers", lambda row: number(row["followers"]), "right"),
            Column("feeling", lambda row: row["sentiment"]),
            Column("engaged", lambda row: number(row["engagement"]), "right"),
            Column("per hour", lambda row: number(row["v1h"]), "right"),
            Column("post", lambda row: row.get("text") or row.get("title"), wide=True),
        ],
        [_flat(document) for document in documents],
    )
