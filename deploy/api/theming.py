"""The route of themes: what is spoken of more than usual in the mentions that are looked at."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter
from fastapi import Query as Parameters
from pydantic import Field

from deploy.api.access import Viewer
from deploy.api.context import Here, Key
from deploy.api.filters import Filters, asked
from deploy.api.shapes import Theme, Themes, ThemeTerm
from schemas.mention import Mention
from schemas.text import fold
from sinks import themes as sought
from sinks.selection import Selection, Trait
from sinks.spelling import spelt
from sinks.store import Store

router = APIRouter(tags=["rankings"])

SAMPLE = 600
"""Of so many mentions themes are sought, and with so many others they are compared."""

_BEFORE = timedelta(weeks=8)
_NO_REPOSTS = Trait("kind", ("repost",), wanted=False)


class Themed(Filters):
    """Filters, and how many themes."""

    limit: int = Field(default=10, ge=1, le=50)


@router.get("/top/themes")
async def themes(filters: Annotated[Themed, Parameters()], here: Here, key: Key, caller: Viewer) -> Themes:
    """Words, hashtags and names that go together and come at least twice as often as usual, the surest first.

    Usual is what else is said of the same brands in this time and in the eight weeks before it; where that is next to
    nothing, each stretch of the time is compared with the rest of it. Of large numbers of mentions a sample is read,
    the same one each time; reposts and near-copies count once.
    """

    def question(store: Store) -> Themes:
        one = asked(filters, here.settings, store)
        selection = _original(one.selection)
        chosen = store.sample(selection, None, SAMPLE + 1)
        usual = _usual(selection)
        others = [] if usual is None else store.sample(usual, selection, SAMPLE)
        names = frozenset(fold(name) for brand in one.brands for name in (brand.name, *brand.aliases))
        found = sought.themes(chosen[:SAMPLE], others, filters.limit, names)
        wanted = {each for theme in found.found for term in (theme.name, *theme.others) for each in term.examples}
        mentions = store.documents(sorted(wanted)) if wanted else {}
        return Themes(
            data=[_theme(theme, found.texts, mentions) for theme in found.found], mentions=min(len(chosen), SAMPLE),
            is_sample=len(chosen) > SAMPLE, texts=found.texts, usual_texts=found.usual_texts,
        )  # fmt: skip

    return await here.answers.shared(key, question)


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
