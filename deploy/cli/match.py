"""`hearken match`: try a brand query on lines of text."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from deploy.cli.options import ConfigFile, Output
from deploy.cli.output import Row, console, note, print_csv, print_json
from schemas.settings import load
from schemas.wire import plain

if TYPE_CHECKING:
    from schemas.query.tree import Query

_Query = Annotated[str, typer.Argument(metavar="QUERY", help="A brand query (Lucene syntax).")]
_File = Annotated[Path, typer.Argument(metavar="FILE", help="Lines of text, packed or not; - is standard input.")]
_NAMES = ("line", "matches", "spans", "reason", "text")


def match(query: _Query, file: _File, output: Output = "table", config: ConfigFile = None) -> None:
    """Show which lines a query matches, where (in code points), and why it does not match the others."""
    from schemas.query.parse import parse_query

    load(config)
    rows = _rows(parse_query(query), file)
    if output == "table":
        out = console()
        total = matched = 0
        for row in rows:
            total, matched = total + 1, matched + bool(row["matches"])
            shown = _shown(row)
            if out.is_terminal:
                out.print(shown, soft_wrap=True)
            else:
                typer.echo(shown.plain)
    else:
        answers = list(rows)
        total, matched = len(answers), sum(bool(row["matches"]) for row in answers)
        if output == "json":
            print_json(answers)
        else:
            print_csv(answers, _NAMES)
    note(f"{matched:,} of {total:,} lines match")


def _rows(query: "Query", file: Path) -> Iterator[Row]:
    from ingest.explain import explain
    from ingest.recording import open_recording

    with open_recording(file) as recording:
        for number, line in enumerate(recording, start=1):
            text = line.decode("utf-8-sig" if number == 1 else "utf-8", errors="replace").rstrip("\r\n")
            found = explain(query, text)
            spans = [list(span) for span in found.spans]
            yield {"line": number, "matches": found.matches, "spans": spans, "reason": found.reason, "text": text}


def _shown(row: Row) -> Text:
    """Return a line for people: what matched stands out, and its place or the reason stands behind."""
    text = Text("".join(" " if plain(c) != c or c.isspace() else c for c in row["text"]))
    for start, end in row["spans"]:
        text.stylize("bold black on green", start, end)
    places = ", ".join(f"{start}-{end}" for start, end in row["spans"])
    behind = (f"[at {places}]" if places else "") if row["matches"] else f"[{row['reason']}]"
    head = (
        Text(f"{row['line']:>5} ").append("match ", style="green")
        if row["matches"]
        else Text(f"{row['line']:>5} ----- ")
    )
    return head.append_text(text).append(f"  {behind}", style="dim")
