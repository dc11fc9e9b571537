"""`hearken init`: a commented settings file to begin with."""

import typer

from deploy.cli.options import ConfigFile
from schemas.errors import UsageError
from schemas.settings import DEFAULT_FILE, STARTER


def init(config: ConfigFile = None) -> None:
    """Write a commented hearken.toml; a file that is there is left alone."""
    path = config or DEFAULT_FILE
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(STARTER.read_text(encoding="utf-8"))
    except FileExistsError:
        raise UsageError(f"{path} is there already: edit it, or write another one with -c FILE") from None
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
    typer.echo(f"Wrote {path}. Put your brands in it; `hearken check` says whether it can be used.", err=True)
