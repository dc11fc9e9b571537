"""The stage that says what a writer is after: complaint, question, praise, purchase; measured in enrich/models."""

import re
from collections.abc import Sequence
from typing import ClassVar

from enrich.intent_cues import Cue, Cues, languages
from enrich.simplified import simplified
from enrich.stage import Stage
from schemas.mention import Analysis, Intent
from schemas.settings import Settings

_CHARACTERS = 2_000  # of a longer text the rest is not read
_BEFORE = 24  # characters in which a negation stands before what it denies
_ENDS = re.compile(r"[.!?…]+(?=[\s\"'”)]|$)|[。！？\n]+")
_DENIES = re.compile(r"\b(?:not|no|never|without|hardly|nor|cannot|[a-z]+n'?t)\W+(?:\w+\W+){0,2}$|[不没别]\w{0,2}$")
_LINK = re.compile(r"https?://")  # a question that leads to a page is a title
_SHARES = re.compile(r"\$[a-z]|\b(?:stocks?|shares|calls|puts)\b")  # who buys these is after a price
_OFFERED = re.compile(r"\b(?:any|every|some)(?:one|body)\b|\bif you\b|\byou (?:can|should|may)\b")
_TREATED = re.compile(r" (?:you|u|your|ur)\b")
_FELT: dict[Intent, str] = {"complaint": "negative", "praise": "positive"}


class Intents(Stage):
    """Says it by phrases, where feeling, negation and question marks do not speak against them; nothing where no
    phrase does, and of each language only what was right often enough (the card says how often).
    """

    name: ClassVar[str] = "intents"
    after: ClassVar[tuple[str, ...]] = ("language", "sentiment")

    def __init__(self, settings: Settings) -> None:
        self._cues = {language: Cues(language) for language in languages()}

    def describe(self) -> str:
        """Return which intents are told in which language."""
        return "; ".join(f"{language}: {', '.join(cues.intents)}" for language, cues in self._cues.items())

    def apply(self, batch: Sequence[Analysis]) -> list[Analysis]:
        """Fill in `intents`, in the order of their names."""
        return [self._told(analysis) for analysis in batch]

    def _told(self, analysis: Analysis) -> Analysis:
        cues = self._cues.get(analysis.language.partition("-")[0])
        if cues is None:
            return analysis
        text = analysis.text[:_CHARACTERS].lower().replace("’", "'")
        if analysis.language == "zh-Hant":
            text = simplified(text)
        found: set[Intent] = set()
        for cue in cues.find(text):
            if cue.intent not in found and _is_meant(cue, text, analysis):
                found.add(cue.intent)
        return analysis.replace(intents=sorted(found)) if found else analysis


def _is_meant(cue: Cue, text: str, analysis: Analysis) -> bool:
    felt = analysis.sentiment.label if analysis.sentiment else "unknown"
    if felt != _FELT.get(cue.intent, felt):
        return False
    if cue.intent == "complaint":
        return True
    ends = _ENDS.search(text, cue.end)
    is_asked = ends is not None and ("?" in ends[0] or "？" in ends[0])
    if cue.intent == "question":
        return ends is not None and is_asked and not _LINK.search(text, ends.end())
    if _DENIES.search(text, max(0, cue.start - _BEFORE), cue.start):
        return False
    if cue.intent == "praise":
        return not is_asked
    if _SHARES.search(text) or _TREATED.match(text, cue.end):
        return False
    return not _OFFERED.search(text, max(0, cue.start - _BEFORE), cue.start)
