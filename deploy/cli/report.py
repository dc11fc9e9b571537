"""`hearken report`: what happened to a brand in a day or a week, as a file and by mail."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.options import BrandName, BrandsFile, ConfigFile, StorePath
from deploy.cli.output import note
from deploy.reports.periods import Period
from schemas.delivery import Language
from schemas.errors import Fatal, UsageError

if TYPE_CHECKING:
    from deploy.cli.question import Question
    from deploy.reports.gathering import Report
    from schemas.clock import Clock

_Period = Annotated[Period, typer.Option("--period", help="How long a time it is of: the last day, or seven days.")]
_Until = Annotated[
    str | None,
    typer.Option("--until", help="The day after its last one; by default today, of a recording the end of it."),
]
_File = Annotated[
    Path | None, typer.Option("-o", "--output", help="Where to write it: a file ending in .html or .pdf.")
]
_Send = Annotated[
    str | None, typer.Option("--send", metavar="CHANNEL", help="A channel of the settings to send it to.")
]
_Words = Annotated[
    Language | None, typer.Option("--language", help="By default that of the channel, else English.")
]  # fmt: skip


def report(
    brand: BrandName = None,
    period: _Period = "week",
    until: _Until = None,
    language: _Words = None,
    file: _File = None,
    send: _Send = None,
    store: StorePath = None,
    brands: BrandsFile = None,
    config: ConfigFile = None,
) -> None:
    """Report on a brand: what happened, numbers with their change, posts, share of voice and alerts.

    Days are those of the brand's time zone. A PDF needs Chromium on the PATH. A channel for mail is sent the page, and
    the file beside it where one is written.
    """
    from deploy.cli.question import question
    from deploy.reports.posting import post_report
    from deploy.reports.printing import print_pdf, require_printer
    from deploy.reports.rendering import Page, render
    from deploy.telling import open_line
    from schemas.clock import SystemClock
    from schemas.settings import load

    if file is None and send is None:
        raise UsageError("say where the report goes: -o report.html, -o report.pdf, or --send CHANNEL")
    kind = "" if file is None else file.suffix.lower()
    if file is not None and kind not in (".html", ".htm", ".pdf"):
        raise UsageError(f"-o {str(file)!r}: a report is written as .html or .pdf")
    if kind == ".pdf":
        require_printer()
    clock = SystemClock()
    to = None if send is None else open_line(load(config, brands), send, clock)
    with question(config, brands, store, brand, None, None) as asked:
        made = _gathered(asked, period, until, clock)
    page = Page(made, language or (to.settings.language if to else "en"))
    content = None
    if file is not None:
        html = render(page)
        content = print_pdf(html) if kind == ".pdf" else html.encode()
        _write(file, content)
        note(f"written: {file}")
    if to is not None and send is not None:
        post_report(page, send, to.channel, content, file.name if file else "")
        note(f"channel {send} has taken it")


def _gathered(asked: "Question", period: Period, until: str | None, clock: "Clock") -> "Report":
    from zoneinfo import ZoneInfo

    from deploy.reports.gathering import gather
    from deploy.reports.periods import last_whole_day, read_day, stretches

    if len(asked.brands) != 1:
        names = ", ".join(one.name for one in asked.brands[:8])
        raise UsageError(f"a report is on one brand: name it with --brand; there are: {names}")
    [one] = asked.brands
    zone = ZoneInfo(one.timezone)
    known = [each.id for each in asked.known]
    last = read_day(until) if until is not None else last_whole_day(asked.store, known, zone, clock)
    return gather(asked.store, asked.known, one, period, *stretches(period, last, zone))


def _write(file: Path, content: bytes) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise Fatal(f"{file} could not be written: {error.strerror}") from None
