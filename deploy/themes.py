"""Themes of what a store holds: what is spoken of more than usual, as the API, the command line and reports tell it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Literal

from pydantic import BaseModel

from schemas.brand import Brand
from schemas.mention import Mention
from schemas.text import fold
from sinks import themes as sought
from sinks.selection import Selection, Trait
from sinks.spelling import spelt
from sinks.store import Questions

SAMPLE = 600
"""Of so many mentions themes are sought, and with so many others they are compared."""

_BEFORE = timedelta(weeks=8)
_NO_REPOSTS = Trait("kind", ("repost",), wanted=False)


class ThemeTerm(BaseModel):
    """A phrase, a hashtag or an entity, and in how many of the texts that were read it stands; `label` of entities."""

    value: str
    kind: Literal["phrase", "hashtag", "entity"]
    count: int
    label: str | None = None


class Theme(ThemeTerm):
    """A theme by its name: its share of the texts, how many times as frequent it is as usual, and its other terms."""

    share: float
    times_usual: float
    terms: list[ThemeTerm]


class Themes(BaseModel):
    """Themes, sought in so many mentions with so many different texts, and compared with so many others; 0: each
    stretch of the time with the rest of it. `is_sample`: there are more mentions than were read."""

    data: list[Theme]
    mentions: int
    is_sample: bool
    texts: int
    usual_texts: int


def themes_of(store: Questions, brands: Sequence[Brand], selection: Selection, limit: int) -> Themes:
    """Return up to `limit` themes of the mentions selected, which are of these brands.

    Usual is what else is said of them in this time and in the eight weeks before it; where that is next to nothing,
    each stretch of the time is compared with the rest of it. Of large numbers of mentions a sample is read, the same
    one each time; reposts and near-copies count once. Blocks for the store's answers, and raises what they raise.
    """
    originals = _original(selection)
    chosen = store.sample(originals, None, SAMPLE + 1)
    usual = _usual(originals)
    others = [] if usual is None else store.sample(usual, originals, SAMPLE)
    names = frozenset(fold(name) for brand in brands for name in (brand.name, *brand.aliases))
    found = sought.themes(chosen[:SAMPLE], others, limit, names)
    wanted = {each for theme in found.found for term in (theme.name, *theme.others) for each in term.examples}
    mentions = store.documents(sorted(wanted)) if wanted else {}
    return Themes(
        data=[_theme(theme, found.texts, mentions) for theme in found.found], mentions=min(len(chosen), SAMPLE),
        is_sample=len(chosen) > SAMPLE, texts=found.texts, usual_texts=found.usual_texts,
    )  # fmt: skip


def _original(selection: Selection) -> Selection:
    """Return a selection without reposts, unless it asks for some."""
    if any(trait.dimension == "kind" and trait.wanted for trait in selection.traits):
        return selection
    return replace(selection, traits=(*selection.traits, _NO_REPOSTS))


def _usual(selection: Selection) -> Selection | None:
    """Return what a selection is compared with, itself included; None where that is no more than itself.

    It is of the same languages: compared with another one, every word of a language would be a theme.
    """
    kept = tuple(trait for trait in selection.traits if trait == _NO_REPOSTS or trait.dimension == "language")
    everything = kept == selection.traits and not (selection.queries or selection.counters)
    if selection.start is None and everything and selection.excluded != "only":
        return None
    return replace(
        selection,
        start=None if selection.start is None else selection.start - _BEFORE,
        traits=kept,
        queries=(),
        counters=(),
        excluded="with" if selection.excluded == "only" else selection.excluded,
    )


def _theme(theme: sought.Found, texts: int, mentions: dict[str, Mention]) -> Theme:
    name = _term(theme.name, mentions)
    return Theme(
        value=name.value, kind=name.kind, count=name.count, label=name.label, share=name.count / texts,
        times_usual=theme.times_usual, terms=[_term(one, mentions) for one in theme.others],
    )  # fmt: skip


def _term(term: sought.Term, mentions: dict[str, Mention]) -> ThemeTerm:
    written = spelt(term.value, [mentions[name] for name in term.examples if name in mentions])
    label, _, name = written.partition(":") if term.kind == "entity" else (None, "", written)
    return ThemeTerm(value=name or written, kind=term.kind, count=term.count, label=label if name else None)
