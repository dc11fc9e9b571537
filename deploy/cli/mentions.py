"""`hearken mentions`: the posts themselves."""

from collections.abc import Sequence
from typing import Annotated

import typer

from deploy.cli.options import BrandName, BrandsFile, ConfigFile, From, Output, StorePath, To
from deploy.cli.output import Column, Row, emit, moment_text, number, print_table
from deploy.cli.question import question
from sinks.questions import Sort

_Query = Annotated[str | None, typer.Option("--query", help="Only posts that this query matches (Lucene syntax).")]
_SortBy = Annotated[Sort, typer.Option("--sort", help="What comes first: new, velocity or reach.")]
_Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many posts at most.")]

_NAMES = (
    "id", "published_at", "brands", "kind", "author", "followers", "language", "sentiment", "engagement", "v1h", "url",
    "title", "text",
)  # fmt: skip


def mentions(
    brand: BrandName = None,
    query: _Query = None,
    start: From = None,
    end: To = None,
    sort: _SortBy = "new",
    limit: _Limit = 20,
    output: Output = "table",
    store: StorePath = None,
    brands: BrandsFile = None,
    config: ConfigFile = None,
) -> None:
    """Show the posts about a brand; as JSON the whole documents."""
    from schemas.query.parse import parse_query

    parsed = None if query is None else parse_query(query)
    with question(config, brands, store, brand, start, end) as asked:
        one = asked.brands[0].id if brand else None
        found = asked.store.mentions(one, parsed, asked.start, asked.end, sort, limit)
    documents = [document.model_dump(mode="json", exclude_none=True) for document in found]  # as on the topic
    if output == "csv":
        documents = [_flat(document) for document in documents]
    emit(output, documents, _NAMES, _table)


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
