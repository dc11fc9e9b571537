"""The polyglot from labelled texts in several languages: how it is trained, written and measured.

It is measured as it runs: in small integers, and averaged with linear models that have not seen the held-out texts.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from time import process_time

import numpy as np
import torch

from deploy.training.encoder_batches import felt_lesson
from deploy.training.encoder_fitting import Recipe, fit
from deploy.training.encoder_graph import graph
from deploy.training.encoder_network import HEADS, Weights
from deploy.training.labelled_texts import Labelled
from deploy.training.polyglot_beginning import PACKAGE, beginning
from deploy.training.polyglot_card import Row, write_card
from deploy.training.polyglot_texts import held, lessons
from deploy.training.sentiment import measured, without_held
from enrich.encoder import LANGUAGE as ENCODED
from enrich.encoder_text import Reader
from enrich.polyglot import LanguageFacts, Polyglot
from enrich.sentiment_model import SentimentModel
from enrich.transformer import FACTS, FORMAT

_LAYERS, _PIECES = 10, 64_000
_RECIPE = Recipe(felt_rounds=1, tagged_rounds=0, rate=1.5e-4, longest=96, frozen=6)
_TOLD = 50
_TIMED = 200


def train(
    data: dict[str, Labelled],
    posts: dict[str, Labelled],
    output: Path,
    seed: int = 0,
    tell: Callable[[str], None] = lambda line: None,
) -> Path:
    """Write the model and, beside it, its card, whose path is returned.

    The linear models learn from `data`, the transformer from `posts`, which are `data` without reviews: with them it
    was hardly better beside a linear model that knows them, and worse by half a point in the other languages.

    Raises UsageError when the weights to begin with are not installed, OSError when a file cannot be written.
    """
    weights, tokenizer = beginning(seed, _LAYERS, _PIECES)
    reader = Reader(tokenizer)
    found = [felt_lesson(reader, item, _RECIPE.longest) for item in lessons(posts)]
    losses = []
    for number, of, loss in fit(weights, [lesson for lesson in found if lesson], [], _RECIPE, seed):
        losses.append(loss)
        if number % _TOLD == 0 or number == of:
            tell(f"step {number} of {of}: loss {sum(losses) / len(losses):.3f}")
            losses.clear()
    linear, _ = without_held(data, seed, tell)
    return finish(weights, tokenizer, data, linear, output, seed)


def finish(
    weights: Weights, tokenizer: str, data: dict[str, Labelled], linear: SentimentModel, output: Path, seed: int
) -> Path:
    """Write trained weights as a model with what is measured for it, and its card, whose path is returned.

    `linear` has not seen the texts that are held out.
    """
    arrays = {name: value.detach().numpy() for name, value in weights.items()}

    def content(facts: dict[str, LanguageFacts]) -> bytes:
        kept = {language: asdict(own) for language, own in facts.items()}
        return graph(arrays, HEADS, {"format": FORMAT, "tokenizer": tokenizer, FACTS: json.dumps(kept)}, in_blocks=True)

    facts: dict[str, LanguageFacts] = {}
    rows: dict[str, Row] = {}
    model = Polyglot(content({}))
    for language, own in data.items():
        if language != ENCODED:
            facts[language], rows[language] = _measured(model, linear, language, own)
    output.write_bytes(content(facts))
    about: dict[str, str | int] = {
        "seed": seed,
        "package": f"{PACKAGE} {version(PACKAGE)}",
        "torch": torch.__version__.partition("+")[0],
        "layers": _LAYERS,
        "frozen": _RECIPE.frozen,
        "pieces": _PIECES,
        "batch": _RECIPE.batch,
    }
    return write_card(output, rows, _RECIPE.rate, about)


def _measured(model: Polyglot, linear: SentimentModel, language: str, own: Labelled) -> tuple[LanguageFacts, Row]:
    numbers = held(own)
    texts, labels = [own.texts[n] for n in numbers], np.array([own.labels[n] for n in numbers])
    pages = linear.languages[language].pages
    trained = len(own.texts) - len(numbers)
    temperature, sure, figures = measured(model.averaged(texts, language, linear), labels, texts, pages, trained)
    before = linear.logits(texts, language)
    _, _, alone = measured(before, labels, texts, pages, sum(not out for out in own.held))
    some = texts[:_TIMED]
    begin = process_time()
    model.averaged(some, language, linear)
    return LanguageFacts(temperature, sure), Row(figures, alone, len(some) / (process_time() - begin))
