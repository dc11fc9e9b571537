"""The card of a polyglot: where it comes from, what it does on held-out texts, how to train it again."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from deploy.training.sentiment import Figures
from enrich.polyglot import SHARE, SURE_OF_PICTURES

_TEXT = """\
# The polyglot

`{name}`, sha256 `{digest}`, {size:.1f} MB: graph, tokeniser and thresholds in one file.

One small transformer for the languages below. It begins as multilingual-e5-small (MIT; Wang et al., 2024), as the
package `{package}` carries it in integers of four bits: of its word pieces the {pieces:,} most frequent ones of
these languages' scripts, of its twelve layers the lower {layers}. The first {frozen} of them and the vectors of word
pieces stay as they are. What it says is averaged with the linear models of `sentiment.npz`, as logits, with a share of
{share:.0%}. onnxruntime runs it; torch only trains it.

Train it again: `hearken train polyglot DATA_FOLDER -o {name} --seed {seed}` with torch {torch}; texts are seen
twice, of languages with fewer than 4,000 three times, and 3,000 English ones, which help the others, once; {batch} a
step, steps up to {rate:g}. Sums in torch depend on processor and threads: another machine's model differs in the last
digits. How often texts are seen and what share the transformer has in the average was chosen on the held-out texts.

## Figures

In percent, with the shipped integers, averaged with linear models that have not seen the held-out texts either; the
transformer is not fitted to them afterwards. A text that is left `unknown` counts as wrong. ECE, the expected
calibration error: in ten bins, each half of the held-out texts at the temperature that the other half set; with few
held-out texts it is some points too high by chance alone. Linear alone: macro-F1 of the profile `fast` on
the same texts.

| language | trained | held out | macro-F1 | macro-recall | F1: - / 0 / + | ECE | linear alone | texts a second |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
{rows}

Texts a second are of one core of the machine that trained it, with the linear model.

## Data

Texts from the folder named above, read by the rules of `deploy/training/labelled_texts.py` and
`deploy/training/polyglot_texts.py`. Of the public sets that these rules name: UMSAB (tweets in eight languages,
Apache-2.0 repository, source corpora have terms of their own), SMP2020-EWECT (Weibo posts, no licence stated),
SemEval-2013 to 2016 task A (English tweets, research use and the network's terms), and for the linear models alone
Chinese reviews of hotels, meals and goods (origin unknown). None of their texts is in this repository. On which texts
multilingual-e5-small was trained its authors say.

## Limits

Texts of emoji alone are read by it alone, in whatever language, and are `unknown` where one of them is no word piece
or no label has a probability of {pictures:.2f}. Of a longer text some 500 word pieces are read, about 2,000 letters.
What is `unknown` and why is as for the linear models. Irony is beyond it. Hindi was trained on posts in Latin letters;
posts in Devanagari are `unknown`, for there is nothing here to measure them by. The small sets give figures that are
right within about five points.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What one language's average does, what its linear model alone does on the same texts, and texts a second."""

    averaged: Figures
    alone: Figures
    speed: float


def write_card(model: Path, rows: dict[str, Row], rate: float, about: dict[str, str | int]) -> Path:
    """Write the card beside the model, named as it with the ending .md, and return its path.

    `about` holds what was set for training, by the names in the text above.
    """
    content = model.read_bytes()
    text = _TEXT.format(
        name=model.name,
        digest=sha256(content).hexdigest(),
        size=len(content) / 1e6,
        share=SHARE,
        pictures=SURE_OF_PICTURES,
        rate=rate,
        rows="\n".join(_line(language, row) for language, row in rows.items()),
        **about,
    )
    card = model.with_suffix(".md")
    card.write_text(text, encoding="utf-8")
    return card


def _line(language: str, row: Row) -> str:
    own = row.averaged
    cells = [
        language,
        str(own.trained),
        str(own.held),
        f"{100 * _mean(own.f1):.1f}",
        f"{100 * _mean(own.recall):.1f}",
        " / ".join(f"{100 * value:.0f}" for value in own.f1),
        f"{100 * own.ece:.1f}",
        f"{100 * _mean(row.alone.f1):.1f}",
        f"{row.speed:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _mean(values: tuple[float, ...]) -> float:
    return sum(values) / len(values)
