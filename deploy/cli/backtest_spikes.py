"""`hearken backtest spikes`: what the alerts of a series of counts would have been."""

import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from deploy.cli.options import ConfigFile, refuse_wrong
from deploy.cli.output import note
from schemas.errors import UsageError

if TYPE_CHECKING:
    from deploy.cli.count_table import Count
    from enrich.spikes import Score

_File = Annotated[Path, typer.Argument(metavar="COUNTS.csv", help="CSV with the columns timestamp and value.")]
_Out = Annotated[Path | None, typer.Option("-o", "--output", help="Where to write the scores; standard output if not.")]
_Plot = Annotated[
    Path | None,
    typer.Option("--plot", help="Draw the series, what was usual, the score and the alerts: .png or .html."),
]

_MOST_TOLD = 20


def spikes(counts: _File, output: _Out = None, plot: _Plot = None, config: ConfigFile = None) -> None:
    """Score each row by how new its volume is, from the rows before it alone; alert is 1 where an alert opens."""
    refuse_wrong(config)
    from deploy.cli.count_table import in_order, read_counts

    if plot is not None:
        from deploy.cli import spike_plot

        spike_plot.check(plot)
    rows = read_counts(counts)
    ordered = in_order(rows)
    scores = _scores(ordered)
    faults = [row for row in rows if row.fault]
    for row in faults[:_MOST_TOLD]:
        note(f"line {row.line}: {row.fault}; its score is 0")
    if len(faults) > _MOST_TOLD:
        note(f"and {len(faults) - _MOST_TOLD:,} more such lines")
    if rows and not scores:
        note(f"{len(ordered)} good rows are too few to compare with: every score is 0")
    if output is None:
        _write(sys.stdout, rows, scores)
    else:
        try:
            with output.open("w", encoding="utf-8", newline="") as file:
                _write(file, rows, scores)
        except OSError as error:
            raise UsageError(f"cannot write {output}: {error.strerror}") from None
    if plot is not None:
        spike_plot.draw(plot, counts.name, [(row, scores[row.line]) for row in ordered if row.line in scores])


def _scores(ordered: Sequence["Count"]) -> dict[int, "Score"]:
    """Return the score of each line, none without a baseline."""
    from deploy.cli.count_table import bucket_width_ms
    from enrich.spikes import Spikes

    width_ms = bucket_width_ms(ordered)
    if width_ms is None:
        return {}
    running = Spikes(width_ms)
    return {row.line: running.observe(row.at_ms, row.volume) for row in ordered}


def _write(file: TextIO, rows: Sequence["Count"], scores: dict[int, "Score"]) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("timestamp", "value", "anomaly_score", "alert"))
    for row in rows:
        score = scores.get(row.line)
        anomaly, alert = (score.anomaly, int(score.alert_opened)) if score else (0.0, 0)
        writer.writerow((row.timestamp, row.value, anomaly, alert))
