"""`hearken replay-dead`: dead letters sent back."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated, get_args

import orjson
import typer

from deploy.cli.options import ConfigFile
from deploy.cli.output import Column, Row, console, number, print_table
from schemas.errors import Reason

if TYPE_CHECKING:
    from deploy.replay_dead import Sending


def replay_dead(
    reason: Annotated[Reason | None, typer.Option(help="Only those with this reason.", metavar="CODE")] = None,
    topic: Annotated[str | None, typer.Option(help="Only those from this topic (mentions.raw.v1).")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Send so many at the most.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what could be sent back, and send nothing.")] = False,
    config: ConfigFile = None,
) -> None:
    """Send dead letters back to the topics they came from: once each, with their bytes and their key.

    One that fails again comes back as a new dead letter, five times at the most. Ends with one line of JSON on stdout.
    """
    from deploy.cli.progress import byte_progress
    from deploy.dead_letters import Fate
    from deploy.replay_dead import replay_dead as run
    from schemas.settings import load

    with byte_progress("sending back") as progress:
        found = run(load(config), reason=reason, topic=topic, limit=limit, dry_run=dry_run, progress=progress)
    print_table(_COLUMNS, _rows(found), to=console(stderr=True))
    counts = Counter(one.fate for one in found.letters)
    told = {"read": found.read, "sent": found.sent, **{fate: counts[fate] for fate in get_args(Fate)}}
    told["waiting"] -= found.sent
    typer.echo(orjson.dumps(told | {"unreadable": found.unreadable}).decode())


def _rows(found: "Sending") -> list[Row]:
    """Return one row for the letters of each reason, topic and fate, before any was sent."""
    rows: dict[tuple[str, str, str], Row] = {}
    for one in found.letters:
        of = (one.reason, one.place.topic if one.place else "", one.fate)
        row = rows.setdefault(
            of, {"reason": of[0], "topic": of[1], "fate": of[2], "count": 0, "oldest": one.at, "newest": one.at}
        )
        row["count"] += 1
        row["oldest"], row["newest"] = min(row["oldest"], one.at), max(row["newest"], one.at)
    return [rows[of] for of in sorted(rows)]


_SAID = {
    "waiting": "can be sent back",
    "sent_before": "was sent back before",
    "given_up": "failed too often",
    "superseded": "a newer message took its place",
    "too_large": "too large for its topic, or cut",
    "keyless": "its key is not known",
    "elsewhere": "came from a recording",
}
_COLUMNS = [
    Column("reason", lambda row: row["reason"]),
    Column("topic", lambda row: row["topic"] or "-"),
    Column("count", lambda row: number(row["count"]), "right"),
    Column("oldest", lambda row: f"{row['oldest']:%Y-%m-%d %H:%M}"),
    Column("newest", lambda row: f"{row['newest']:%Y-%m-%d %H:%M}"),
    Column("", lambda row: _SAID[row["fate"]], wide=True),
]
