"""`hearken check`: whether everything that a run needs is there and can be read."""

from collections.abc import Iterator
from pathlib import Path

import typer
from rich.text import Text

from deploy.cli.options import BrandsFile, ConfigFile, StorePath
from deploy.cli.output import console, number, safe
from deploy.stores import open_store
from schemas.brand import Brand
from schemas.errors import HearkenError, QueryError
from schemas.settings import DEFAULT_FILE, NO_BRANDS, Settings, load, masked

_OK, _WRONG = ("ok   ", "green"), ("WRONG", "bold red")

Finding = tuple[bool, str]
"""Whether it is as it should be, and what to say of it (more lines may follow the first)."""


def check(config: ConfigFile = None, brands: BrandsFile = None, store: StorePath = None) -> None:
    """Show the settings in effect (secrets masked), brands, stages, channels and store; exit 1 if one is wrong."""
    settings = load(config, brands)
    file = config or (DEFAULT_FILE if DEFAULT_FILE.is_file() else None)
    out = console()
    out.print(Text(f"Settings ({file or 'no file: the defaults and the environment'})", style="bold"))
    for name, value in _flat(masked(settings)):
        out.print(Text(f"  {name} = {safe(value)}"), soft_wrap=True)
    fine = True
    for title, findings in (
        ("Brands", _brands(settings.brands)),
        ("Sources", _sources(settings)),
        ("Text stages", _stages(settings)),
        ("Alert channels", _channels(settings)),
        ("Store", _store(settings.model_copy(update={"store": store or settings.store}))),
    ):
        out.print(Text(f"\n{title}", style="bold"))
        for good, said in findings:
            fine = fine and good
            word, style = _OK if good else _WRONG
            lines = said.split("\n")
            out.print(Text("  ").append(word, style=style).append(f"  {lines[0]}"), soft_wrap=True)
            for line in lines[1:]:
                out.print(Text(f"         {line}"), soft_wrap=True)
    if not fine:
        raise typer.Exit(1)


def _flat(values: dict[str, object], prefix: str = "") -> Iterator[tuple[str, object]]:
    for name, value in values.items():
        if name == "brands":
            continue  # they have a part of their own
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def _brands(brands: tuple[Brand, ...]) -> Iterator[Finding]:
    from enrich.keyword_rules import KeywordRules
    from schemas.query.parse import parse_query

    if not brands:
        yield False, NO_BRANDS
    for brand in brands:
        named = f"{safe(brand.name)} (id {brand.id}, group {safe(brand.group)})"
        try:
            parse_query(brand.query)
            KeywordRules([brand])
        except QueryError as error:
            yield False, f"{named}\n{error}"
        else:
            rules = f"; rules: {', '.join(safe(rule.name) for rule in brand.rules)}" if brand.rules else ""
            yield True, f"{named}: {safe(brand.query)}{rules}"


def _sources(settings: Settings) -> Iterator[Finding]:
    from deploy.listening.choice import chosen, live_names
    from ingest.limits import POLITE, PUBLISHED
    from ingest.source import sources

    known, live = sources(), live_names()
    for name, options in settings.sources.items():
        if name in known and (name not in live or options.get("enabled", True) in (False, "false")):
            yield True, f"{name}: not listened to"
            continue
        try:
            [source] = chosen(settings, [name])
            count, limit = len(source.channels(settings.brands)), PUBLISHED.get(name, POLITE)
        except HearkenError as error:
            yield False, str(error)
        else:
            pace = f"at most {limit.requests:g} requests in {limit.window_s:g} s to a server"
            yield True, f"{name}: {count} channel{'s' * (count != 1)}, {source.promise}, {pace}"
    if not settings.sources:
        yield True, "none: `hearken run` and `hearken ingest` listen to those that have a section [sources.NAME]"


def _stages(settings: Settings) -> Iterator[Finding]:
    from enrich.chain import Chain

    try:
        for line in Chain(settings).describe():
            yield True, line
    except HearkenError as error:
        yield False, str(error)


def _channels(settings: Settings) -> Iterator[Finding]:
    from deploy.telling import open_lines
    from schemas.clock import SystemClock

    for channel in settings.alerts.channels:
        alone = settings.alerts.model_copy(update={"channels": (channel,)})
        try:
            open_lines(settings.model_copy(update={"alerts": alone}), SystemClock())
        except HearkenError as error:
            yield False, str(error)
        else:
            yield True, f"{channel.name} ({safe(channel.type)})"
    if not settings.alerts.channels:
        yield True, "none: alerts are stored, and nobody is told"


def _store(settings: Settings) -> Iterator[Finding]:
    where = settings.store
    if "://" not in where and not Path(where).exists():
        yield True, f"{where} is not there yet: the first run or replay makes it"
        return
    try:
        opened = open_store(where, elasticsearch=settings.elasticsearch)
    except HearkenError as error:
        yield False, str(error)
        return
    try:
        totals = opened.totals()
    finally:
        opened.close()
    mentions = sum(row.count for row in totals)
    yield True, f"{masked(settings)['store']}: {number(mentions)} mentions of {len(totals)} brands"
    for row in totals:
        if row.first and row.last:
            yield True, f"{row.brand}: {number(row.count)}, {row.first:%Y-%m-%d %H:%M} to {row.last:%Y-%m-%d %H:%M} UTC"
