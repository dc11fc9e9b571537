"""What the VADER lexicon says of an English text: a part of what the English model sees, and its stand-in.

VADER: Hutto and Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text", 2014.
"""

from functools import cache
from math import exp

from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from enrich.marks import EMOJI_RUN
from schemas.mention import Sentiment, SentimentLabel

# Its authors' threshold: a compound score from here on is positive, from minus this on negative.
_THRESHOLD = 0.05
# Turns scores into probabilities: of ten values the likeliest on 6,000 labelled posts, and on 3,000 others.
_SCALE = 1.5
# VADER's time grows with the square of the words, and it makes several words of each emoji.
_CHARACTERS, _EMOJI = 1_000, 20

SIGNALS = 6
"""How many numbers `signals` returns."""


@cache
def _lexicon() -> SentimentIntensityAnalyzer:
    return SentimentIntensityAnalyzer()


def signals(text: str) -> tuple[float, ...]:
    """Return six numbers between -3 and 3 for the model: the compound score, its size, where it stands to the
    threshold, and three times the shares of positive and of negative words."""
    scores = _lexicon().polarity_scores(_head(text))
    compound = scores["compound"]
    return (
        compound,
        3 * scores["pos"],
        3 * scores["neg"],
        abs(compound),
        float(compound >= _THRESHOLD),
        float(compound <= -_THRESHOLD),
    )


def lexical(text: str) -> Sentiment:
    """Return what the lexicon alone says of an English text."""
    return feeling(_lexicon().polarity_scores(_head(text))["compound"])


def feeling(compound: float) -> Sentiment:
    """Return label and probabilities for a compound score of -1 to 1; the label's probability is the largest.

    The probabilities are a softmax over (score, threshold, -score), so they meet where the label changes; they are
    multiples of 0.0001.
    """
    weights = [exp(_SCALE * value) for value in (compound, _THRESHOLD, -compound)]
    positive, negative = (round(weight / sum(weights), 4) for weight in (weights[0], weights[2]))
    label: SentimentLabel = "neutral"
    if compound >= _THRESHOLD:
        label = "positive"
    elif compound <= -_THRESHOLD:
        label = "negative"
    return Sentiment(label=label, positive=positive, neutral=round(1 - positive - negative, 4), negative=negative)


def _head(text: str) -> str:
    """Return as much of the text as VADER can read in a few milliseconds: 1,000 characters, about 20 emoji."""
    text = text[:_CHARACTERS]
    seen = 0
    for run in EMOJI_RUN.finditer(text):
        seen += run.end() - run.start()
        if seen > _EMOJI:
            return text[: run.end() - seen + _EMOJI]
    return text
