"""The settings of looking again: at whose posts, for how long, and how often."""

from pydantic import BaseModel, ConfigDict, Field


class RevisitSettings(BaseModel):
    """Which posts are looked at again for their counts, edits and deletions.

    `sources` are asked, each for the posts of its network: the `tracked` ones that spread fastest or are newest, none
    older than `days`. `share` is the part of a source's own limit that may be used for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sources: tuple[str, ...] = ()
    tracked: int = Field(default=5_000, ge=1, le=100_000)
    days: float = Field(default=7, gt=0, le=365)
    share: float = Field(default=0.5, gt=0, le=1)
