"""`hearken topics`: the topics of a Kafka deployment."""

from typing import Annotated

import typer

from deploy.cli.options import ConfigFile
from deploy.cli.output import Column, Row, note, print_table


def topics(
    check: Annotated[bool, typer.Option("--check", help="Change nothing; exit 1 when anything differs.")] = False,
    config: ConfigFile = None,
) -> None:
    """Create and extend the topics, with their partitions, retention and compaction.

    Nothing is done that would lose messages: that is shown as refused, with exit 1.
    """
    from deploy.kafka.topics import set_up
    from schemas.settings import load

    settings = load(config)
    plan = set_up(settings.kafka, change=not check)
    rows: list[Row] = [one._asdict() for one in plan.differences]
    print_table(
        [
            Column("topic", lambda row: settings.kafka.named(row["topic"])),
            Column("", lambda row: _DONE[row["verdict"]] if not check else f"would {row['verdict']}"),
            Column("because", lambda row: f"it {row['said']}" if row["verdict"] != "alter" else row["said"], wide=True),
        ],
        rows,
    )
    if not rows:
        note("all topics are as they should be")
    if plan.refused or (check and rows):
        raise typer.Exit(1)


_DONE = {"create": "created", "extend": "extended", "alter": "altered", "refuse": "refused"}
