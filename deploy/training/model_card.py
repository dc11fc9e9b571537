"""The card of a sentiment model: where it comes from, what it does on held-out texts, how to train it again."""

from hashlib import sha256
from pathlib import Path

from deploy.training.sentiment import Figures

_TEXT = """\
# Sentiment models

`{name}`, sha256 `{digest}`, {size:.1f} MB.

Linear models over hashed word and character n-grams (multinomial logistic regression, int8); English also sees the
signals of the VADER lexicon; languages with few texts are averaged with a part that they share, Hindi with the English
part. The file holds numbers only: no text and no word can be read from it.

Train it again: `hearken train sentiment DATA_FOLDER -o {name} --seed {seed}` with numpy {numpy}.

## Figures

In percent, on held-out texts that the measured models have not seen; the shipped ones are fitted to all texts. A text
that is left `unknown` counts as wrong. ECE, the expected calibration error: in ten bins, each half of the held-out
texts at the temperature that the other half set; with few held-out texts it is some points too high by chance alone.
Epochs, step sizes and n-gram lengths were chosen on held-out texts of the same data.

| language | trained | held out | macro-F1 | macro-recall | F1: - / 0 / + | recall: - / 0 / + | ECE | coverage |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
{rows}

Mean macro-F1 of the languages: {mean:.1f}.

## Data

Texts from the folder named above, read by the rules of `deploy/training/labelled_texts.py`. Of the public sets that
these rules name: SemEval-2013 to 2016 task A (English tweets, research use and the network's terms), UMSAB (tweets in
eight languages, Apache-2.0 repository, source corpora have terms of their own), SMP2020-EWECT (Weibo posts, no licence
stated), and Chinese reviews of hotels, meals and goods (origin unknown). None of their texts is in this repository.

The reviews are not among the held-out texts. Of those of a kind that was left out, a model of the other two and of
posts tells 84 of a hundred good and bad ones apart, a model of posts alone 71; both do the same on posts.

## Limits

Posts of a few sentences; what comes after 2,000 characters is not read. A text is `unknown` when its language has no
model, when most of its letters are of a script that the language's training texts did not have, when it has neither
letters nor emoji, or when no label is likely enough. Irony, and feelings about one of several brands in a post, are
beyond these models. The small sets (all but English and Chinese) give figures that are right within about five points;
Hindi was trained on posts in Latin letters, so posts in Devanagari are `unknown`.
"""


def write_card(model: Path, figures: dict[str, Figures], seed: int, numpy: str) -> Path:
    """Write the card beside the model, named as it with the ending .md, and return its path."""
    content = model.read_bytes()
    text = _TEXT.format(
        name=model.name,
        digest=sha256(content).hexdigest(),
        size=len(content) / 1e6,
        seed=seed,
        numpy=numpy,
        rows="\n".join(_row(language, own) for language, own in figures.items()),
        mean=100 * sum(_mean(own.f1) for own in figures.values()) / len(figures),
    )
    card = model.with_suffix(".md")
    card.write_text(text, encoding="utf-8")
    return card


def _row(language: str, own: Figures) -> str:
    cells = [
        language,
        str(own.trained),
        str(own.held),
        f"{100 * _mean(own.f1):.1f}",
        f"{100 * _mean(own.recall):.1f}",
        _three(own.f1),
        _three(own.recall),
        f"{100 * own.ece:.1f}",
        f"{100 * own.coverage:.1f}",
    ]
    return f"| {' | '.join(cells)} |"


def _mean(values: tuple[float, ...]) -> float:
    return sum(values) / len(values)


def _three(values: tuple[float, ...]) -> str:
    return " / ".join(f"{100 * value:.0f}" for value in values)
