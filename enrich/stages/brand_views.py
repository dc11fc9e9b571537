"""The stage that says what a text thinks of each brand that it names, and whether it means the brand at all."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from enrich.brand_context import BrandContext
from enrich.clauses import Named, Part, parts
from enrich.stage import Stage
from enrich.stages.sentiment import Sentiment
from schemas.mention import Analysis, BrandView
from schemas.mention import Sentiment as Feeling
from schemas.settings import Settings

_NAMED = 40  # a text that names brands more often is a list or noise, and is felt about as a whole
_LOOKED_AT = 5  # of the places where a brand is named, to tell whether it is meant


class BrandViews(Stage):
    """Of a text that names one brand, the feeling is the text's. Where it names several, each gets that of the clauses
    about it: sentences and what contrast words part. What one is better than, is felt about the other way round.

    Brands are recognised by names and aliases; a brand that only its query found has no view.
    """

    name: ClassVar[str] = "brand_views"
    after: ClassVar[tuple[str, ...]] = ("language", "entities", "sentiment")

    def __init__(self, settings: Settings) -> None:
        self._ids = {brand.name: brand.id for brand in reversed(settings.brands)}
        self._contexts = {brand.id: BrandContext(brand) for brand in settings.brands if brand.context is not None}
        self._feeling = Sentiment(settings)

    def describe(self) -> str:
        """Return for how many brands it is asked whether they are meant."""
        return f"a feeling towards each brand; {len(self._contexts)} of {len(self._ids)} told from their namesakes"

    def apply(self, batch: Sequence[Analysis]) -> list[Analysis]:
        """Fill in `brand_views`, one for each brand that is named, in order."""
        named = [self._named(analysis) for analysis in batch]
        clauses: list[Analysis] = []
        found: list[dict[str, Part]] = []
        for analysis, own in zip(batch, named, strict=True):
            several = parts(analysis.text, own) if 1 < len(own) <= _NAMED and len({one.what for one in own}) > 1 else {}
            found.append(several)
            clauses += [_clause(analysis, part) for part in several.values()]
        felt = iter(self._feeling.apply(clauses))
        return [
            analysis.replace(brand_views=self._views(analysis, own, {brand: next(felt) for brand in several}, several))
            for analysis, own, several in zip(batch, named, found, strict=True)
        ]

    def _named(self, analysis: Analysis) -> list[Named]:
        return [
            Named(entity.start, entity.end, self._ids[entity.name])
            for entity in analysis.entities
            if entity.label == "brand" and entity.name in self._ids
        ]

    def _views(
        self, analysis: Analysis, named: Sequence[Named], felt: dict[str, Analysis], several: dict[str, Part]
    ) -> list[BrandView]:
        views = []
        for brand in dict.fromkeys(one.what for one in named):
            feeling = felt[brand].sentiment if brand in felt else analysis.sentiment
            if feeling is not None and brand in several:
                feeling = _compared(feeling, several[brand])
            views.append(self._view(brand, feeling, analysis.text, named))
        return views

    def _view(self, brand: str, feeling: Feeling | None, text: str, named: Sequence[Named]) -> BrandView:
        context = self._contexts.get(brand)
        if context is None:
            return BrandView(id=brand, sentiment=feeling)
        places = [one for one in named if one.what == brand][:_LOOKED_AT]
        meant = round(max(context.meant(text, one.start, one.end) for one in places), 4)
        return BrandView(id=brand, sentiment=feeling, meant=meant, counts=meant >= context.least)


def _clause(analysis: Analysis, part: Part) -> Analysis:
    text = " ".join(analysis.text[start:end] for start, end in part.stretches)
    return Analysis(text=text, language=analysis.language)


def _compared(feeling: Feeling, part: Part) -> Feeling:
    """Return what is felt about something by how it does in a comparison."""
    if part.lean:
        return _led(feeling, "positive" if part.lean > 0 else "negative")
    if part.is_other and feeling.label in ("positive", "negative"):
        return _led(feeling, "negative" if feeling.label == "positive" else "positive")
    return feeling


def _led(feeling: Feeling, label: Literal["positive", "negative"]) -> Feeling:
    """Return the feeling with its largest probability at this label, which is what is said."""
    shares = {"positive": feeling.positive, "neutral": feeling.neutral, "negative": feeling.negative}
    largest = max(shares, key=lambda name: (shares[name], name == label))
    shares[label], shares[largest] = shares[largest], shares[label]
    return Feeling(label=label, **shares)
