"""`hearken demo`: an invented crisis through the whole pipeline, and what the store then knows about it."""

import sys
import tempfile
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.options import ConfigFile
from schemas.errors import UsageError

if TYPE_CHECKING:
    from schemas.settings import Settings

DEFAULT_STORE = Path(".hearken-demo.db")

_Store = Annotated[
    Path | None, typer.Option("--store", help=f"A new SQLite file; {DEFAULT_STORE}, made anew each time.")
]
_NoDashboard = Annotated[
    bool, typer.Option("--no-dashboard", help="End after the summary, as it does without a terminal.")
]

_NEXT = (
    "trends volume --brand Veridane --store {store}",
    "trends velocity --brand Veridane --from 2026-03-20 --to 2026-03-22 --store {store}",
    "mentions --brand Veridane --query 'recall OR 召回' --sort reach --store {store}",
    "alerts --brand Veridane --store {store}",
    "init        (to begin with brands of your own)",
)


def demo(store: _Store = None, no_dashboard: _NoDashboard = False, config: ConfigFile = None) -> None:
    """Play an invented crisis of four weeks through the whole pipeline, and tell what happened. Needs no network.

    In a terminal it ends in the dashboard.
    """
    from deploy.cli.demo_summary import SYNTHETIC, summary
    from deploy.cli.output import console, note
    from deploy.cli.progress import byte_progress
    from deploy.demo.brands import BRANDS
    from deploy.demo.findings import find
    from deploy.demo.scenario import Scenario
    from deploy.replay import replay
    from deploy.stores import open_store
    from schemas.settings import Settings, load

    settings = (load(config) if config else _quick(Settings())).model_copy(update={"brands": BRANDS})
    path = _fresh(store)
    note(SYNTHETIC)
    with tempfile.TemporaryDirectory() as folder, byte_progress("reading invented posts") as move:
        recording = Path(folder) / "synthetic.ndjson"
        Scenario().write(recording)
        done = replay(recording, "ndjson", settings, str(path), progress=move)
    note(
        f"{done.read:,} invented post events read, {done.matched:,} of them about the three brands, {done.stored:,} "
        f"mentions stored in {path}, {done.seconds:.1f} s"
    )
    opened = open_store(str(path))
    try:
        findings = find(opened, BRANDS[0], BRANDS[1:])
    finally:
        opened.close()
    if findings is None:
        raise UsageError(f"the store {path} holds nothing about {BRANDS[0].name}")
    out = console()
    for line in summary(findings):
        out.print(line)
    typer.echo("\nGo on with:", err=True)
    called = Path(sys.argv[0])
    hearken = str(called) if called.name == "hearken" and which("hearken") is None else "hearken"
    for command in _NEXT:
        typer.echo(f"  {hearken} {command.format(store=path)}", err=True)
    if sys.stdout.isatty() and not no_dashboard:
        _show(settings, str(path))


def _quick(settings: "Settings") -> "Settings":
    """A demonstration is to last some seconds, so it takes the faster models."""
    return settings.model_copy(update={"text": settings.text.model_copy(update={"profile": "fast"})})


def _show(settings: "Settings", store: str) -> None:
    """Serve the dashboard, at a free port, until somebody ends it."""
    from deploy.api.serving import serve
    from deploy.cli.output import note

    free = settings.model_copy(update={"api": settings.api.model_copy(update={"port": 0})})
    serve(free, store, None, lambda address: note(f"\nThe dashboard of this crisis: {address} (Ctrl-C ends it)"))


def _fresh(store: Path | None) -> Path:
    """Return the path of a store that is not there yet; only the demonstration's own file is ever taken away."""
    if store is not None:
        if store.exists():
            raise UsageError(f"{store} is there already: the demonstration writes a new file only")
        return store
    for suffix in ("", "-wal", "-shm"):
        DEFAULT_STORE.with_name(DEFAULT_STORE.name + suffix).unlink(missing_ok=True)
    return DEFAULT_STORE
