"""Saved searches: lists of whole documents, each with the columns that people read."""

from dataclasses import dataclass, field

from deploy.kibana.saved import EVERYTHING, Json, Reference, kuery, saved_object, text
from deploy.kibana.views import ALERTS, DEAD_LETTERS, MENTIONS, View
from schemas.brand import Brand

_INDEX = "kibanaSavedObjectMeta.searchSourceJSON.index"


@dataclass(frozen=True, slots=True)
class Search:
    """Documents of a view in the order of `sort` (a field and `asc` or `desc`); `widths` of columns are in pixels."""

    id: str
    title: str
    view: View
    columns: tuple[str, ...]
    sort: tuple[str, str]
    where: str = ""
    widths: dict[str, int] = field(default_factory=dict)

    @property
    def reference(self) -> Reference:
        """A reference to it, without the name that a panel gives it."""
        return Reference("", "search", self.id)

    def saved(self) -> Json:
        """Return the saved object."""
        source = {**EVERYTHING, "query": kuery(self.where), "indexRefName": _INDEX}
        attributes = {
            "title": self.title,
            "description": "",
            "columns": list(self.columns),
            "sort": [list(self.sort)],
            "grid": {"columns": {name: {"width": width} for name, width in self.widths.items()}},
            "hideChart": True,
            "isTextBasedQuery": False,
            "timeRestore": False,
            "kibanaSavedObjectMeta": {"searchSourceJSON": text(source)},
        }
        return saved_object("search", self.id, attributes, [self.view.reference(_INDEX)])


_WIDTHS = {"id": 90, "text": 600, "brand": 110, "source": 100, "facts.name": 140}

FASTEST = Search(
    "hearken-search-velocity", "hearken: mentions by velocity rank", MENTIONS,
    (
        "id", "brand", "source", "facts.name", "text", "sentiment.label", "engagement", "velocity.v1h", "velocity.rank",
        "virality.r", "virality.forecast", "virality.low", "virality.high", "virality.organic", "url",
    ),
    ("velocity.rank", "desc"), widths=_WIDTHS,
)  # fmt: skip
NEGATIVE = Search(
    "hearken-search-negative", "hearken: negative mentions, the latest first", MENTIONS,
    ("id", "brand", "source", "facts.name", "text", "language", "author.followers", "engagement", "url"),
    ("facts.time", "desc"), "sentiment.label: negative", widths=_WIDTHS,
)  # fmt: skip
OPENED = Search(
    "hearken-search-alerts", "hearken: alerts, the latest first", ALERTS,
    ("id", "status", "brand", "kind", "summary", "observed", "expected", "novelty", "peak_at", "closed_at", "replayed"),
    ("opened_at", "desc"), widths={"id": 90, "summary": 500},
)  # fmt: skip
BURIED = Search(
    "hearken-search-dead-letters", "hearken: dead letters, the latest first", DEAD_LETTERS,
    ("stage", "reason", "detail", "origin", "position"), ("at", "desc"), widths={"detail": 500},
)  # fmt: skip

SEARCHES = (FASTEST, NEGATIVE, OPENED, BURIED)


def of_brand(brand: Brand) -> Search:
    """Return the list of what is said of a brand, the latest first."""
    return Search(
        f"hearken-search-brand-{brand.id}", f"hearken: {brand.name}", MENTIONS,
        (
            "id", "source", "facts.name", "text", "language", "sentiment.label", "author.followers", "engagement",
            "velocity.v1h", "url",
        ),
        ("facts.time", "desc"), f'brand: "{brand.id}"', _WIDTHS,
    )  # fmt: skip
