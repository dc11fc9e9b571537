"""The post event: one state of one post, as a source gave it."""

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import Field

from schemas.wire import PlainText, Timestamp, Wire, from_ms, ms

Op = Literal["create", "update", "delete"]
Kind = Literal["post", "reply", "repost", "quote", "article", "review"]
Count = Annotated[int, Field(ge=0, lt=2**53)]

EARLIEST = from_ms(788_918_400_000)  # 1995-01-01: no source of ours is older, so an earlier claim is an error
AHEAD = timedelta(minutes=10)  # how far a source's clock may run before ours


AUTHOR_PAUSED, AUTHOR_BACK = "author_paused", "author_back"
"""Flags of an update that says of its post only this: its author's account is paused, so that the post is not to be
shown for now, or active again."""


def post_id(source: str, native_id: str) -> str:
    """Return the id of a post everywhere in hearken: sha256 of `source:native_id`, in hex."""
    return sha256(f"{source}:{native_id}".encode("utf-8", "surrogatepass")).hexdigest()


def claimed_time(claim: datetime, observed_at: datetime) -> tuple[datetime, bool]:
    """Return a source's claimed time, and whether it had to be clamped.

    A claim more than ten minutes after `observed_at` becomes `observed_at`; one before 1995 becomes 1995.
    """
    if claim > observed_at + AHEAD:
        return observed_at, True
    if claim < EARLIEST:
        return EARLIEST, True
    return claim, False


class Author(Wire):
    """Who wrote a post; what the source does not say is None."""

    id: str | None = None
    name: PlainText | None = None
    handle: PlainText | None = None
    followers: Count | None = None
    verified: bool | None = None


class Counts(Wire):
    """Engagement totals of a post as they stood when it was observed; unknown is None, never 0."""

    likes: Count | None = None
    reposts: Count | None = None
    replies: Count | None = None
    quotes: Count | None = None
    views: Count | None = None


class Media(Wire):
    """A picture, film or sound that a post carries; `alt` is its alternative text."""

    kind: Literal["image", "video", "audio", "gif", "file"]
    url: str | None = None
    alt: PlainText | None = None


class Place(Wire):
    """Where a post says it is from; `country` is ISO 3166-1 alpha-2."""

    name: PlainText | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None


class NativeRefs(Wire):
    """The source's own ids of the posts that this one refers to, to look them up there."""

    parent: str | None = None
    root: str | None = None
    repost_of: str | None = None
    quote_of: str | None = None


class PostEvent(Wire):
    """One state of one post. A field that the source does not give is None or empty, never 0 or "".

    `version` (ms) orders the states of one post: the source's own time of the change, else the time in the
    recording. `parent_id root_id repost_of quote_of` are ids as `post_id` makes them; `native_refs` holds the
    source's own. `observed_at` is when the source (live) or the recording (replay) showed this state.
    """

    schema_version: Literal[1] = 1
    id: str
    source: str
    native_id: str
    op: Op = "create"
    kind: Kind = "post"
    version: int = Field(ge=0, lt=2**42)
    published_at: Timestamp | None = None
    observed_at: Timestamp
    author: Author | None = None
    text: PlainText | None = None
    title: PlainText | None = None
    quoted_text: PlainText | None = None
    lang: str | None = None
    url: str | None = None
    links: list[str] = []
    media: list[Media] = []
    parent_id: str | None = None
    root_id: str | None = None
    repost_of: str | None = None
    quote_of: str | None = None
    native_refs: NativeRefs | None = None
    counts: Counts | None = None
    place: Place | None = None
    via: Literal["repost"] | None = None
    flags: list[str] = []
    raw_ref: str | None = None

    @property
    def published_ms(self) -> int:
        """Event time in ms: the source's claim, else when it was observed."""
        return ms(self.published_at or self.observed_at)

    @property
    def pauses(self) -> bool | None:
        """Whether the author is paused (True) or back (False), where this event says only that; None for all others."""
        if AUTHOR_PAUSED in self.flags:
            return True
        return False if AUTHOR_BACK in self.flags else None
