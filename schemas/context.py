"""What tells a brand from other things of its name: words around it, and examples that somebody has judged."""

from pydantic import BaseModel, ConfigDict, Field


class BrandContext(BaseModel):
    """The `[brands.context]` of a brand whose name means other things too.

    `words` speak for the brand where they stand in a text, `other_words` against it, besides those of its query.
    `examples` is a file with a judged text a line: "accepted" or "rejected", a tab, the text. A mention of which it is
    less likely than `least` that the brand is meant is kept and shown, but counted by no trend and no alert.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    words: tuple[str, ...] = ()
    other_words: tuple[str, ...] = ()
    examples: str | None = None
    least: float = Field(default=0.5, ge=0, le=1)
