"""Every command by its name."""

import re
from inspect import cleandoc
from typing import Annotated

import typer

from deploy.cli import (
    alert_actions,
    analyze,
    backfill,
    backtest,
    check,
    click_trends,
    dashboard,
    demo,
    enrich,
    ingest,
    init,
    kibana,
    live_run,
    match,
    mentions,
    notify,
    parse,
    rebuild,
    replay,
    replay_dead,
    report,
    rotate,
    sink,
    sources,
    stack,
    theme_trends,
    topics,
    train,
    trends,
)

app = typer.Typer(
    name="hearken",
    help="Listen to what is said about brands: ingest, enrich, store, and answer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"hearken {version('hearken')}")
        raise typer.Exit


@app.callback()
def hearken(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Listen to what is said about brands: ingest, enrich, store, and answer."""


app.command("demo")(demo.demo)
app.command("init")(init.init)
app.command("sources")(sources.sources)
app.command("run")(live_run.run)
app.command("replay")(replay.replay)
app.command("backfill")(backfill.backfill)
app.command("parse")(parse.parse)
app.command("match")(match.match)
app.command("analyze")(analyze.analyze)
trends.app.command("clicks")(click_trends.clicks)
trends.app.command("themes")(theme_trends.themes)
app.add_typer(trends.app, name="trends")
app.command("mentions")(mentions.mentions)
app.add_typer(alert_actions.app, name="alerts")
app.command("report")(report.report)
app.command("check")(check.check)
app.add_typer(backtest.app, name="backtest")
app.add_typer(stack.app, name="stack")
app.add_typer(train.app, name="train")
app.command("topics")(topics.topics)
app.command("ingest")(ingest.ingest)
app.command("enrich")(enrich.enrich)
app.command("sink")(sink.sink)
app.command("notify")(notify.notify)
app.command("rebuild")(rebuild.rebuild)
app.command("dashboard")(dashboard.dashboard)
app.command("replay-dead")(replay_dead.replay_dead)
app.command("rotate")(rotate.rotate)
app.add_typer(kibana.app, name="kibana")


def _flow(commands: typer.Typer) -> None:
    """Let helps break where the terminal does, and not where the source did."""
    for each in commands.registered_commands:
        each.help = re.sub(r"(?<!\n)\n(?!\n)", " ", cleandoc(each.callback.__doc__ or ""))
    for group in commands.registered_groups:
        if group.typer_instance is not None:
            _flow(group.typer_instance)


_flow(app)
