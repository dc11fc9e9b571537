"""The English encoder from labelled texts: how it is trained, written and measured."""

import json
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import torch

from deploy.training.encoder_batches import Lesson, felt_lesson, tagged_lesson
from deploy.training.encoder_card import write_card
from deploy.training.encoder_figures import measured
from deploy.training.encoder_fitting import Recipe, fit
from deploy.training.encoder_graph import graph
from deploy.training.encoder_network import BEGIN, HEADS, Weights, beginning
from deploy.training.encoder_texts import Texts
from deploy.training.sentiment import without_held
from enrich.encoder import LANGUAGE, Encoder, Facts
from enrich.encoder_text import WINDOW, Reader
from enrich.sentiment_model import SentimentModel
from enrich.transformer import FACTS, FORMAT

_TOLD = 100
_UNSET = Facts(temperature=1.0, sure=0.0, outside=0.0, pages=[])


def train(texts: Texts, output: Path, seed: int = 0, tell: Callable[[str], None] = lambda line: None) -> Path:
    """Write the model and, beside it, its card, whose path is returned.

    Raises UsageError when the weights to begin with are not installed, OSError when a file cannot be written.
    """
    recipe = Recipe()
    weights, tokenizer = beginning(seed)
    felt, tagged = lessons(texts, tokenizer, recipe)
    losses = []
    for number, of, loss in fit(weights, felt, tagged, recipe, seed):
        losses.append(loss)
        if number % _TOLD == 0 or number == of:
            tell(f"step {number} of {of}: loss {sum(losses) / len(losses):.3f}")
            losses.clear()
    linear, _ = without_held({LANGUAGE: texts.english}, seed, tell)
    return finish(weights, tokenizer, texts, linear, output, seed, recipe)


def lessons(texts: Texts, tokenizer: str, recipe: Recipe) -> tuple[list[Lesson], list[Lesson]]:
    """Return what is learned from both kinds; twice from texts whose tagging knows every label: they are rare."""
    reader = Reader(tokenizer)
    felt = [felt_lesson(reader, item, recipe.longest) for item in texts.felt]
    tagged = [
        lesson
        for item in texts.tagged
        for lesson in [tagged_lesson(reader, item, recipe.longest)] * (2 - bool(item.open))
    ]
    return [lesson for lesson in felt if lesson], [lesson for lesson in tagged if lesson]


def finish(
    weights: Weights, tokenizer: str, texts: Texts, linear: SentimentModel, output: Path, seed: int, recipe: Recipe
) -> Path:
    """Write trained weights as a model with what is measured for it, and its card, whose path is returned.

    `linear` has not seen the texts that are held out.
    """
    arrays = {name: value.detach().numpy() for name, value in weights.items()}

    def content(facts: Facts) -> bytes:
        return graph(arrays, HEADS, {"format": FORMAT, "tokenizer": tokenizer, FACTS: json.dumps(asdict(facts))})

    facts, figures = measured(Encoder(content(_UNSET)), texts, linear)
    output.write_bytes(content(facts))
    about: dict[str, str | int] = {
        "seed": seed,
        "window": WINDOW,
        "package": version(BEGIN.replace("_", "-")),
        "torch": torch.__version__.partition("+")[0],
    }
    return write_card(output, facts, figures, recipe, about)
