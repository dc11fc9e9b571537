"""`hearken backtest rules`: which alerts there would have been in what is stored."""

from collections import Counter
from typing import Annotated

import typer

from deploy.cli import alerts
from deploy.cli.options import BrandName, BrandsFile, ConfigFile, From, Output, StorePath, To
from deploy.cli.output import emit, note
from deploy.cli.question import question

_PerWeek = Annotated[
    float | None,
    typer.Option("--per-week", min=0.001, max=1000, help="Wanted alerts per brand and week, instead of the settings'."),
]


def rules(
    brand: BrandName = None,
    start: From = None,
    end: To = None,
    per_week: _PerWeek = None,
    output: Output = "table",
    store: StorePath = None,
    brands: BrandsFile = None,
    config: ConfigFile = None,
) -> None:
    """Take what is stored through the alert rules of the settings once more, and show the alerts that would have been.

    --from and --to choose among them; the baseline is learnt from the beginning. Nothing is stored and nobody is told.
    """
    from deploy.rule_trial import trial, weeks
    from schemas.settings import load
    from sinks.drivers import with_drivers

    settings = load(config, brands).alerts
    if per_week is not None:
        settings = settings.model_copy(update={"per_week": per_week, "brands_per_week": {}})
    with question(config, brands, store, brand, start, end) as asked:
        found = trial(asked.store, asked.brands, settings, asked.known)
        lasted = weeks(asked.totals, asked.brands)
        shown = [
            alert
            for alert in reversed(found)
            if (asked.start is None or alert.opened_at >= asked.start)
            and (asked.end is None or alert.opened_at < asked.end)
        ]
        if output != "table":
            shown = [with_drivers(alert, asked.store) for alert in shown]
    emit(output, [alerts.document(alert, flat=output == "csv") for alert in shown], alerts.NAMES, alerts.table)
    rate = f", per brand and week: {len(found) / lasted:.2f}" if lasted else ""
    note(f"in all that is stored: alerts: {len(found)}, brands: {len(asked.brands)}{rate}")
    for kind, number in Counter(alert.kind for alert in found).most_common():
        note(f"  {kind}: {number}{f', per brand and week: {number / lasted:.3f}' if lasted else ''}")
