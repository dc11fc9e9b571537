"""`hearken rebuild`: the indices filled again from Kafka."""

from typing import TYPE_CHECKING

import orjson
import typer

from deploy.cli.options import ConfigFile
from deploy.cli.output import Column, console, number, print_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from deploy.cli.output import Row


def rebuild(config: ConfigFile = None) -> None:
    """Fill the Elasticsearch indices again from the topics, from their beginning, and say how far that reached.

    Sinks may run meanwhile: nothing is committed, and what is stored in the same or a newer version stays. Ends with
    one line of JSON on stdout. Stopped halfway, it is to be run again.
    """
    from dataclasses import asdict

    from deploy.cli.progress import byte_progress
    from deploy.rebuild import rebuild as run
    from schemas.settings import load

    with byte_progress("rebuilding") as progress:
        found = run(load(config), progress)
    rows = [asdict(one) for one in found]
    print_table(_COLUMNS, rows, to=console(stderr=True))
    typer.echo(orjson.dumps({"topics": {row.pop("topic"): row for row in rows}}, option=orjson.OPT_UTC_Z).decode())


def _reach(row: "Row") -> str:
    if not row["partitions"]:
        return "the topic is missing"
    if row["oldest"] is None:
        return "it is empty"
    return f"{row['oldest']:%Y-%m-%d %H:%M} UTC{'' if row['whole'] else ', older ones are deleted'}"


def _count(name: str) -> "Callable[[Row], str]":
    return lambda row: number(row[name])


_COUNTS = ("read", "created", "updated", "unchanged", "unreadable", "refused")
_COLUMNS = [
    Column("topic", lambda row: row["topic"]),
    Column("partitions", lambda row: number(row["partitions"]), "right"),
    Column("reaches back to", _reach),
    *(Column(name, _count(name), "right") for name in _COUNTS),
]
