"""Options that many commands share, and how their text becomes a value."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import typer

from schemas.errors import UsageError

Format = Literal["table", "json", "csv"]

ConfigFile = Annotated[Path | None, typer.Option("-c", "--config", help="Settings file; hearken.toml if there is one.")]
BrandsFile = Annotated[
    Path | None, typer.Option("--brands", help="A file of brands, used instead of those in the settings.")
]
StorePath = Annotated[str | None, typer.Option("--store", help="SQLite file or Elasticsearch URL.")]
NewStorePath = Annotated[str | None, typer.Option("--store", help="SQLite file; made if it is not there.")]
BrandName = Annotated[str | None, typer.Option("--brand", help="Name or id of a brand.")]
From = Annotated[
    str | None, typer.Option("--from", help="First day or moment, inclusive (2014-09-19, 2014-09-19T12:00).")
]
To = Annotated[str | None, typer.Option("--to", help="Last day or moment, exclusive.")]
UntilIdle = Annotated[
    float | None,
    typer.Option("--until-idle", min=0, metavar="SECONDS", help="End when nothing more has come for so long."),
]
Output = Annotated[Format, typer.Option("--format", help="How to print the answer.")]

_UNITS = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


def refuse_wrong(config: Path | None) -> None:
    """Raise UsageError for a named settings file that cannot be used, in a command that needs none of its settings."""
    if config is not None:
        from schemas.settings import load

        load(config)


def moment(text: str | None, option: str) -> datetime | None:
    """Return the moment that ISO 8601 text names (no zone = UTC), or None for None. Raises UsageError."""
    if text is None:
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r} is not a date: write 2014-09-19 or 2014-09-19T12:00") from None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def interval_ms(text: str) -> int:
    """Return milliseconds for text such as 5m, 1h, 1d, 1w: a multiple of five minutes. Raises UsageError."""
    found = re.fullmatch(r"(\d{1,4})([mhdw])", text)
    width = int(found[1]) * _UNITS[found[2]] if found else 0
    if width == 0 or width % 300_000:
        raise UsageError(f"--interval {text!r}: write a multiple of 5m, such as 15m, 1h, 1d or 1w")
    return width


def day_after(value: datetime) -> datetime:
    """Return the start of the day after the moment, in UTC."""
    return value.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
