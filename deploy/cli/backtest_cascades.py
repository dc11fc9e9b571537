"""`hearken backtest cascades`: what would have been forecast of recorded cascades."""

import csv
import sys
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.options import ConfigFile, refuse_wrong
from deploy.cli.output import note
from schemas.errors import UsageError

if TYPE_CHECKING:
    from deploy.cli.event_table import Recorded

_File = Annotated[
    Path, typer.Argument(metavar="EVENTS.csv", help="CSV with the columns cascade_id, seconds and perhaps followers.")
]
_Observe = Annotated[float, typer.Option("--observe", metavar="SECONDS", help="What came later is not looked at.")]
_Horizon = Annotated[
    float, typer.Option("--horizon", metavar="SECONDS", help="The age at which the final number is wanted.")
]
_Source = Annotated[str | None, typer.Option("--source", help="A source whose own course was learned.")]

_NAMES = ("cascade_id", "observed", "velocity", "r", "forecast", "low", "high", "supercritical")
_LONGEST_S = 100 * 366 * 86_400.0
_MOST_TOLD = 20
_HOUR_S = 3600


def cascades(
    events: _File,
    observe: _Observe,
    horizon: _Horizon = 7 * 86_400.0,
    source: _Source = None,
    config: ConfigFile = None,
) -> None:
    """Forecast each cascade's number of reshares within the horizon from those that came by --observe.

    One row for each cascade; velocity is reshares per hour (half-life one hour) at that moment. Without --source the
    horizon is also a hint: who asks for a day has posts as on Weibo, who asks for a week has tweets.
    """
    refuse_wrong(config)
    from deploy.cli.event_table import read_cascades
    from enrich.forecast import USUAL, sources

    for name, value in (("--observe", observe), ("--horizon", horizon)):
        if not (isfinite(value) and 0 < value <= _LONGEST_S):
            raise UsageError(f"{name} {value:g}: write seconds after the post, above 0 and at most a hundred years")
    if source is not None and source not in sources():
        raise UsageError(f"no kernel was learned for {source!r}: there are {', '.join(sources())}")
    told = 0

    def report(text: str) -> None:
        nonlocal told
        told += 1
        if told <= _MOST_TOLD:
            note(text)

    found = read_cascades(events, observe, report)
    if told > _MOST_TOLD:
        note(f"and {told - _MOST_TOLD:,} more such lines")
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_NAMES)
    for cascade_id, recorded in found.items():
        writer.writerow([cascade_id, *_forecast(recorded, observe, horizon, source or USUAL)])


def _forecast(recorded: "Recorded", observe: float, horizon: float, source: str) -> list[object]:
    """Return the cells of a cascade behind its id, as the running system would have had them at that moment."""
    from enrich.outlook import virality
    from enrich.velocity import velocity
    from schemas.wire import ms

    at_ms = int(observe * 1000)
    speed = velocity(recorded.cascade, 0)
    per_hour = 0.0 if speed is None else speed.v1h * 0.5 ** ((at_ms - ms(speed.as_of)) / 1000 / _HOUR_S)
    outlook = virality(
        recorded.cascade, 0, at_ms, source, author_followers=recorded.author_followers, horizon_s=horizon
    )
    final, spread = outlook.forecast, outlook.reproduction
    return [
        recorded.seen,
        f"{per_hour:.6g}",
        "" if spread is None else f"{spread.r:.4g}",
        f"{final.final:.1f}",
        final.low,
        final.high,
        int(outlook.supercritical),
    ]
