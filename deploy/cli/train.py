"""`hearken train`: models from labelled texts, each with a card that says what it does."""

from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.output import note
from schemas.errors import UsageError

app = typer.Typer(help="Train the models that ship beside the code, or your own.", no_args_is_help=True)

_Folder = Annotated[
    Path, typer.Argument(metavar="DATA_FOLDER", help="<language>/*.tsv: a label, a tab and a text a line.")
]
_Out = Annotated[Path, typer.Option("-o", "--output", help="Where to write the model, .npz; beside it goes its card.")]
_Seed = Annotated[int, typer.Option("--seed", min=0, help="The order in which texts are seen follows from it.")]


@app.callback()
def train() -> None:
    """Train the models that ship beside the code, or your own."""


@app.command("sentiment")
def sentiment(folder: _Folder, output: _Out = Path("sentiment.npz"), seed: _Seed = 0) -> None:
    """Train the sentiment models of every language that the folder has labelled texts of, and measure them."""
    import numpy

    from deploy.training.labelled_texts import read
    from deploy.training.model_card import write_card
    from deploy.training.sentiment import train as fitted

    if output.suffix != ".npz":
        raise UsageError(f"{output}: the model is an .npz file: let its name end so")
    if not output.parent.is_dir():
        raise UsageError(f"{output.parent}: no such folder: make it first")
    model, figures = fitted(read(folder), seed, note)
    try:
        model.write(output)
        card = write_card(output, figures, seed, numpy.__version__)
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from None
    typer.echo(f"{output}: {len(figures)} languages; figures in {card}")
