"""Options that many commands share."""

from pathlib import Path
from typing import Annotated, Literal

import typer

Format = Literal["table", "json", "csv"]

ConfigFile = Annotated[Path | None, typer.Option("-c", "--config", help="Settings file; hearken.toml if there is one.")]
BrandsFile = Annotated[
    Path | None, typer.Option("--brands", help="A file of brands, used instead of those in the settings.")
]
StorePath = Annotated[str | None, typer.Option("--store", help="SQLite file or Elasticsearch URL.")]
NewStorePath = Annotated[str | None, typer.Option("--store", help="SQLite file; made if it is not there.")]
BrandName = Annotated[str | None, typer.Option("--brand", help="Name or id of a brand.")]
From = Annotated[
    str | None, typer.Option("--from", help="First day or moment, inclusive (2026-03-20, 2026-03-20T12:00).")
]
To = Annotated[str | None, typer.Option("--to", help="Last day or moment, exclusive.")]
UntilIdle = Annotated[
    float | None,
    typer.Option("--until-idle", min=0, metavar="SECONDS", help="End when nothing more has come for so long."),
]
Output = Annotated[Format, typer.Option("--format", help="How to print the answer.")]


def refuse_wrong(config: Path | None) -> None:
    """Raise UsageError for a named settings file that cannot be used, in a command that needs none of its settings."""
    if config is not None:
        from schemas.settings import load

        load(config)
