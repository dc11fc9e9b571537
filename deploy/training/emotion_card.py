"""The card of an emotion model: where it comes from, what it does on held-out texts, how to train it again."""

from hashlib import sha256
from pathlib import Path

from deploy.training.emotion import PRECISION, Figures

_TEXT = """\
# Emotion models

`{name}`, sha256 `{digest}`, {size:.2f} MB.

Linear models over hashed words and characters (multinomial logistic regression, int8). The file holds numbers only: no
text and no word can be read from it.

Train it again: `hearken train emotion DATA_FOLDER -o {name} --seed {seed}` with numpy {numpy}.

## Figures

In percent, on held-out texts that the measured models have not seen; the shipped ones are fitted to all texts. An
emotion is said from that probability on from which it is right {precision:.0f} times in a hundred; each half of the
held-out texts is measured with what the other half set. Precision: how often what is said is right; recall: how many of
the texts that show it are found. Accuracy and ECE, the expected calibration error in ten bins, are of all classes
before anything is left unsaid.

| language | trained | held out | accuracy | ECE | emotion | shown by | said of | precision | recall |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
{rows}

Learned, but never said, as they were not right often enough: {never}.

## Data

Texts from the folder named above, read by the rules of `deploy/training/labelled_emotions.py`. Of the public sets that
these rules name: SMP2020-EWECT (Weibo posts, no licence stated) and the emotion part of TweetEval (tweets, research
use). None of their texts is in this repository.

## Limits

Told is only what the setting `text.emotions` names, by default Chinese. English is **off by default**: its texts were
picked for their emotional words, none of them shows no emotion, and its figures above hold for such texts alone. On 125
ordinary tweets of which it said something from a probability of 0.6 on, judged by hand, 40 % of its anger, 64 % of its
joy and 57 % of its sadness were right. Better would need ordinary posts with labels, no emotion among them.

Nothing is said of texts that feel neutral, nor what contradicts how a text feels, nor where most letters are of a
script that the training texts did not have; what comes after 2,000 characters is not read. A writer's emotion is meant,
not that of somebody told of. Irony is beyond these models.
"""


def write_card(model: Path, figures: dict[str, Figures], seed: int, numpy: str) -> Path:
    """Write the card beside the model, named as it with the ending .md, and return its path."""
    content = model.read_bytes()
    never = [f"{', '.join(own.never)} ({language})" for language, own in figures.items() if own.never]
    text = _TEXT.format(
        name=model.name,
        digest=sha256(content).hexdigest(),
        size=len(content) / 1e6,
        seed=seed,
        numpy=numpy,
        precision=100 * PRECISION,
        rows="\n".join(row for language, own in figures.items() for row in _rows(language, own)),
        never="; ".join(never) or "none",
    )
    card = model.with_suffix(".md")
    card.write_text(text, encoding="utf-8")
    return card


def _rows(language: str, own: Figures) -> list[str]:
    head = [language, str(own.trained), str(own.held), f"{100 * own.accuracy:.1f}", f"{100 * own.ece:.1f}"]
    cells = [
        [
            one.emotion,
            str(one.shown),
            str(one.said),
            f"{100 * one.right / one.said:.0f}" if one.said else "-",
            f"{100 * one.right / max(1, one.shown):.0f}",
        ]
        for one in own.emotions
    ] or [["none is said", "-", "-", "-", "-"]]
    return [f"| {' | '.join([*head, *row])} |" for row in cells]
