"""`hearken trends themes`: what is spoken of more than usual."""

from collections.abc import Sequence
from typing import Annotated

import typer

from deploy.cli.charts import bar
from deploy.cli.options import BrandName, BrandsFile, ConfigFile, From, Output, StorePath, To
from deploy.cli.output import Column, Row, emit, number, percent, print_table, records
from deploy.cli.question import question
from sinks.selection import Selection

_COLUMNS = ("brand", "value", "kind", "count", "share", "times_usual", "label", "terms")
_Limit = Annotated[int, typer.Option("--limit", min=1, max=50, help="How many themes at most, per brand.")]
_BAR = 24


def themes(
    brand: BrandName = None,
    start: From = None,
    end: To = None,
    limit: _Limit = 10,
    output: Output = "table",
    store: StorePath = None,
    brands: BrandsFile = None,
    config: ConfigFile = None,
) -> None:
    """What it is about: words, hashtags and names that go together and come at least twice as often as in the eight
    weeks before, the surest first; `count` is of different texts in a sample of at most 600."""
    from deploy.themes import themes_of  # here: it loads numpy, and most commands know no themes

    with question(config, brands, store, brand, start, end) as asked:
        rows = [
            {"brand": one.id, **row}
            for one in asked.brands
            for row in records(
                themes_of(asked.store, [one], Selection((one.id,), asked.start, asked.end), limit).data
            )
        ]  # fmt: skip
    emit(output, rows, _COLUMNS, _table)


def _table(rows: Sequence[Row]) -> None:
    most = max((row["share"] for row in rows), default=0)
    print_table(
        [
            Column("brand", lambda row: row["brand"]),
            Column("of texts", lambda row: percent(row["share"]), "right"),
            Column("", lambda row: f"{bar(row['share'], most, _BAR):{_BAR}}", spare=True),
            Column("times usual", lambda row: number(row["times_usual"], 1), "right"),
            Column("theme", lambda row: ", ".join(each["value"] for each in (row, *row["terms"])), wide=True),
        ],
        rows,
    )
