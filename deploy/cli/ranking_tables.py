"""How lists look to people: what spreads, and what is most frequent. Rows are the answers' JSON."""

from collections.abc import Sequence

from deploy.cli.charts import bar
from deploy.cli.output import Column, Row, moment_text, number, percent, print_table

_BAR = 24


def velocity_table(rows: Sequence[Row]) -> None:
    """Print mentions by how fast they spread."""
    print_table(
        [
            Column("per hour", lambda row: number(row["v1h"]), "right"),
            Column("5 min", lambda row: number(row["v5m"]), "right", spare=True),
            Column("12 h", lambda row: number(row["v12h"]), "right", spare=True),
            Column("faster by", lambda row: number(row["acceleration"]), "right", spare=True),
            Column("as of (UTC)", lambda row: moment_text(row["as_of"]), spare=True),
            Column("engagement", lambda row: number(row["engagement"]), "right"),
            Column("R", lambda row: number(row["r"], 1), "right"),
            Column("reshares by day 7", _forecast, "right"),
            Column("organic", lambda row: percent(row["organic"]), "right", spare=True),
            Column("brand", lambda row: ", ".join(row["brands"])),
            Column("post", lambda row: row["text"], wide=True),
        ],
        rows,
    )


def top_table(rows: Sequence[Row], kind: str) -> None:
    """Print the most frequent values."""
    most = max((row["count"] for row in rows), default=0)
    extra = {
        "entities": [Column("kind", lambda row: row["label"])],
        "authors": [Column("reach", lambda row: number(row["reach"]), "right")],
    }
    print_table(
        [
            Column("brand", lambda row: row["brand"]),
            Column("mentions", lambda row: number(row["count"]), "right"),
            Column("", lambda row: f"{bar(row['count'], most, _BAR):{_BAR}}", spare=True),
            *extra.get(kind, []),
            Column(kind, lambda row: row["value"], wide=True),
        ],
        rows,
    )


def _forecast(row: Row) -> str:
    if row["forecast"] is None:
        return "-"
    return f"{number(row['forecast'])} ({number(row['low'])} to {number(row['high'])})"
