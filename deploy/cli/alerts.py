"""`hearken alerts`: the episodes in which something about a brand was new for it."""

from collections.abc import Sequence
from typing import Annotated

import typer

from deploy.cli.options import BrandName, BrandsFile, ConfigFile, From, Output, StorePath, To
from deploy.cli.output import Column, Row, emit, moment_text, number, print_table
from deploy.cli.question import question
from schemas.alert import Alert, AlertStatus

_Status = Annotated[AlertStatus | None, typer.Option("--status", help="Only those that are open, or closed.")]
_Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many alerts at most.")]

NAMES = (
    "id", "revision", "brand", "kind", "status", "opened_at", "updated_at", "peak_at", "closed_at", "scale_ms",
    "observed", "expected", "ratio", "novelty", "threshold", "z", "volume", "negative_share", "near_copy_share",
    "organic", "source", "sources", "rule", "replayed", "summary", "posts", "authors", "entities", "hashtags", "links",
)  # fmt: skip


def alerts(
    context: typer.Context,
    brand: BrandName = None,
    start: From = None,
    end: To = None,
    status: _Status = None,
    limit: _Limit = 100,
    output: Output = "table",
    store: StorePath = None,
    brands: BrandsFile = None,
    config: ConfigFile = None,
) -> None:
    """Show the alerts that opened in a time, the latest first; as JSON the whole documents, with what drives them."""
    if context.invoked_subcommand is not None:
        return  # a deed of its own, not the list: see alert_actions.py
    from sinks.drivers import with_drivers

    with question(config, brands, store, brand, start, end) as asked:
        one = asked.brands[0].id if brand else None
        found = asked.store.alerts(one, asked.start, asked.end, status, limit)
        if output != "table":
            found = [with_drivers(alert, asked.store) for alert in found]
    emit(output, [document(alert, flat=output == "csv") for alert in found], NAMES, table)


def document(alert: Alert, *, flat: bool = False) -> Row:
    """Return an alert as on its topic; `flat`: what drives it stands beside the rest, for columns."""
    row: Row = alert.model_dump(mode="json", exclude_none=True)
    return {**row, **row["drivers"]} if flat else row


def table(rows: Sequence[Row]) -> None:
    """Print alerts as a table for people."""
    print_table(
        [
            Column("opened (UTC)", lambda row: moment_text(row["opened_at"])),
            Column("status", lambda row: row["status"], spare=True),
            Column("brand", lambda row: row["brand"]),
            Column("kind", lambda row: row["kind"].replace("_", " ")),
            Column("times", lambda row: number(row.get("ratio")), "right", spare=True),
            Column("novelty", lambda row: number(row.get("novelty"), 2), "right", spare=True),
            Column("what", lambda row: row["summary"], wide=True),
        ],
        rows,
    )
