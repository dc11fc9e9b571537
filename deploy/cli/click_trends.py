"""`hearken trends clicks`: what came of the links that posts carried."""

from collections.abc import Sequence
from typing import Annotated

import typer

from deploy.cli.options import BrandName, BrandsFile, ConfigFile, From, Output, StorePath, To
from deploy.cli.output import Column, Row, emit, number, percent, print_table, records
from deploy.cli.question import question
from sinks.clicks import click_through

_COLUMNS = (
    "brand", "link", "mentions", "mention_count", "views", "clicks", "click_rate", "conversions", "conversion_rate",
    "amounts",
)  # fmt: skip
_Limit = Annotated[int, typer.Option("--limit", min=1, max=10_000, help="How many rows at most, per brand.")]


def clicks(
    brand: BrandName = None,
    start: From = None,
    end: To = None,
    limit: _Limit = 20,
    output: Output = "table",
    store: StorePath = None,
    brands: BrandsFile = None,
    config: ConfigFile = None,
) -> None:
    """What came of it: clicks on the links that posts carried, and conversions, the most clicked link first."""
    with question(config, brands, store, brand, start, end) as asked:
        rows = [
            {"brand": one.id, **row}
            for one in asked.brands
            for row in records(
                click_through(asked.store, one.id, asked.since, asked.until, limit)
            )
        ]  # fmt: skip
    emit(output, rows, _COLUMNS, _table)


def _table(rows: Sequence[Row]) -> None:
    print_table(
        [
            Column("brand", lambda row: row["brand"]),
            Column("clicks", lambda row: number(row["clicks"]), "right"),
            Column("per view", lambda row: percent(row["click_rate"]), "right", spare=True),
            Column("conversions", lambda row: number(row["conversions"]), "right"),
            Column("per click", lambda row: percent(row["conversion_rate"]), "right", spare=True),
            Column("worth", _worth, "right", spare=True),
            Column("posts", lambda row: number(row["mention_count"]), "right", spare=True),
            Column("link", lambda row: row["link"], wide=True),
        ],
        rows,
    )


def _worth(row: Row) -> str:
    return ", ".join(f"{number(amount, 2)} {currency}".rstrip() for currency, amount in sorted(row["amounts"].items()))
