"""How mentions look: a table and lines for people, whole documents and rows for programs."""

import sys
from collections.abc import Sequence

from rich.text import Text

from deploy.cli.options import Format
from deploy.cli.output import Column, Row, console, moment_text, number, print_csv, print_json_line, print_table, safe
from schemas.mention import Mention

NAMES = (
    "id", "published_at", "brands", "kind", "author", "followers", "language", "sentiment", "engagement", "v1h", "url",
    "title", "text", "intents", "emotion",
)  # fmt: skip
"""The columns of CSV."""


def document(mention: Mention) -> Row:
    """Return a mention as on its topic."""
    return mention.model_dump(mode="json", exclude_none=True)


def flat(document: Row) -> Row:
    """Return a document with a value for each column."""
    author, velocity, sentiment = (document.get(name) or {} for name in ("author", "velocity", "sentiment"))
    return {
        **document,
        "brands": " ".join(match["id"] for match in document["brands"]),
        "author": author.get("handle") or author.get("name"),
        "followers": author.get("followers"),
        "sentiment": sentiment.get("label"),
        "v1h": velocity.get("v1h"),
        "intents": " ".join(document.get("intents", ())),
    }


def print_line(document: Row, output: Format) -> None:
    """Print one document on a line of its own, at once."""
    if output == "json":
        print_json_line(document)
    elif output == "csv":
        print_csv([flat(document)], NAMES, head=False)
    else:
        row = flat(document)
        at = moment_text(row.get("published_at") or row["observed_at"])
        said = row.get("text") or row.get("title")
        shown = Text("  ").join(Text(safe(part)) for part in (at, row["brands"], row["author"] or "-", said))
        console().print(shown, soft_wrap=True)
    sys.stdout.flush()


def table(documents: Sequence[Row]) -> None:
    """Print documents as a table for people."""
    print_table(
        [
            Column("published (UTC)", lambda row: moment_text(row.get("published_at") or row["observed_at"])),
            Column("brand", lambda row: row["brands"]),
            Column("author", lambda row: row["author"], spare=True),
            Column("followers", lambda row: number(row["followers"]), "right", spare=True),
            Column("feeling", lambda row: row["sentiment"]),
            Column("intent", lambda row: row["intents"], spare=True),
            Column("engaged", lambda row: number(row["engagement"]), "right", spare=True),
            Column("per hour", lambda row: number(row["v1h"]), "right", spare=True),
            Column("post", lambda row: row.get("text") or row.get("title"), wide=True),
        ],
        [flat(document) for document in documents],
    )
