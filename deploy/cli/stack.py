"""`hearken stack`: real Kafka and Elasticsearch on this machine, without Docker."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.cli.options import ConfigFile, refuse_wrong
from schemas.errors import UsageError

if TYPE_CHECKING:
    from deploy.stack.stack import Stack, Watch

app = typer.Typer(help="Real Kafka and Elasticsearch on this machine, without Docker.", no_args_is_help=True)

Folder = Annotated[Path, typer.Option("--dir", help="Where settings, data and logs of the services live.")]
Port = typer.Option(min=0, max=65535, help="Port; 0 is any free one; as before, if it is left out.", show_default=False)
Heap = typer.Option(metavar="SIZE", help="Memory for the server's objects, such as 512m or 2g.")

_FOLDER = Path(".hearken-stack")


@app.command()
def up(
    folder: Folder = _FOLDER,
    kafka_port: Annotated[int | None, Port] = None,
    elasticsearch_port: Annotated[int | None, Port] = None,
    secure: Annotated[
        bool | None,
        typer.Option("--secure/--open", help="Whether they ask who one is, over TLS; as before, if it is left out."),
    ] = None,
    kafka_certificates_port: Annotated[int | None, Port] = None,
    heap: Annotated[str, Heap] = "1g",
    kafka_heap: Annotated[str, Heap] = "512m",
    elasticsearch_version: Annotated[
        str | None, typer.Option(help="8.19.3, or 9.5.3 where there is a full JDK.", show_default=False)
    ] = None,
    config: ConfigFile = None,
) -> None:
    """Start both, and leave them running. Ends with one line of JSON that says where they are.

    Downloads them the first time, 140 MB, into the cache folder. What runs already is left as it is. With --secure the
    folder then holds hearken.toml, for -c, with all rights, and one such file for each worker with only its own; Kafka
    takes passwords at its port, and client certificates at --kafka-certificates-port.
    """
    refuse_wrong(config)
    stack = _stack(folder)
    from deploy.stack.stack import Wishes

    wishes = Wishes(
        kafka_port, elasticsearch_port, elasticsearch_version, secure, kafka_certificates_port,
        megabytes(heap), megabytes(kafka_heap),
    )  # fmt: skip
    os.umask(0o022)  # under root the services run as another user, who must be able to read what we unpack
    with _watch() as watch:
        addresses = stack.up(wishes, watch)
    typer.echo(json.dumps(addresses._asdict()))


@app.command()
def down(folder: Folder = _FOLDER, config: ConfigFile = None) -> None:
    """End both; their data stays for the next `up`."""
    refuse_wrong(config)
    ended = _stack(folder).down()
    typer.echo(f"ended: {', '.join(ended)}" if ended else f"nothing ran on {folder}", err=True)


@app.command()
def status(folder: Folder = _FOLDER, config: ConfigFile = None) -> None:
    """Print one line of JSON that says how each service is; exit 1 unless both are up."""
    refuse_wrong(config)
    health = _stack(folder).status()
    typer.echo(json.dumps({name: service._asdict() for name, service in health.items()}))
    if any(service.state != "up" for service in health.values()):
        raise typer.Exit(1)


def megabytes(text: str) -> int:
    """Return the megabytes that `512m` or `2g` means, 128 at least. Raises UsageError."""
    number, unit = text[:-1], text[-1:].lower()
    size = int(number) * {"m": 1, "g": 1024}.get(unit, 0) if number.isdecimal() else 0
    if size < 128:
        raise UsageError(f"heap {text!r}: write a size such as 512m or 2g, 128m at least")
    return size


def _stack(folder: Path) -> "Stack":
    try:
        from deploy.stack.stack import Stack
    except ModuleNotFoundError:
        raise UsageError("hearken stack needs more packages: pip install 'hearken[stack]'") from None
    return Stack(folder)


@contextmanager
def _watch() -> Iterator["Watch"]:
    """Yield a function that shows on stderr what is being done, where a person looks at it."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda *_: None
        return
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True
    ) as bar:
        shown = ""

        def show(step: str, done: int, total: int | None) -> None:
            nonlocal shown
            if step != shown:
                for task in bar.task_ids:
                    bar.remove_task(task)
                bar.add_task(step, total=total)
                shown = step
            amount = f" {done / 1e6:,.0f} of {total / 1e6:,.0f} MB" if total else ""
            bar.update(bar.task_ids[-1], description=step + amount, completed=done)

        yield show
