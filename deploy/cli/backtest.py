"""`hearken backtest`: what the signals would have said, by the code that runs in the pipeline."""

import typer

from deploy.cli import backtest_cascades, backtest_rules, backtest_spikes

app = typer.Typer(help="Run the signals over recorded data, as they would have run live.", no_args_is_help=True)
app.command("spikes")(backtest_spikes.spikes)
app.command("cascades")(backtest_cascades.cascades)
app.command("rules")(backtest_rules.rules)
