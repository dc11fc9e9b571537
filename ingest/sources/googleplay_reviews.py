"""Reviews of Google Play, as its interface answers to who sells the app (Android Publisher, version 3)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from ingest.foreign import given, language_tag, odd_shapes_refused, parsed_page, post_event, whole_number, words
from ingest.records import Record, decode
from ingest.source import Parsed, Skipped, Source
from schemas.errors import Poison
from schemas.times import recorded_time
from schemas.wire import ms

Item = dict[str, Any]

NETWORK = "googleplay"


class GoogleplayReviews(Source):
    """Pages of the reviews of one app, and single ones.

    At-least-once: a page can be read again, of the last week. A review that is edited keeps its id and has a newer
    date, which is its version. Of a translated one the words of its author are taken. The stars are kept as the field
    `rating`, the version of the app as `app_version`. What the seller answers is a reply.
    """

    name = "googleplay-reviews"
    network = NETWORK
    formats = "JSON: answers of reviews.list one a line, one document or an array, or single reviews; HTTP cassettes"

    def parse(self, record: Record) -> list[Parsed]:
        """Return the reviews of an answer, each before the answer to it."""
        answer = decode(record)
        with odd_shapes_refused():
            if "error" in answer:
                return [Skipped("error")]
            if "reviewId" in answer:
                return list(_events(answer, record.seen_at))
            if not {"reviews", "tokenPagination", "pageInfo"} & answer.keys() and answer:
                raise Poison("unknown_kind", "neither a review nor a page of them")
            reviews = answer.get("reviews") or []
            return parsed_page(reviews, lambda review: _events(review, record.seen_at)) or [Skipped("empty")]


def _events(review: Item, seen_at: datetime | None) -> Iterator[Parsed]:
    native_id = review["reviewId"]
    for comment in review["comments"]:
        if said := comment.get("userComment"):
            yield _review(native_id, review, said, seen_at)
        elif said := comment.get("developerComment"):
            yield _answer(native_id, said, seen_at)
        else:
            yield Skipped("comment")


def _review(native_id: str, review: Item, said: Item, seen_at: datetime | None) -> Parsed:
    changed, rating = _time(said), whole_number(said.get("starRating"))
    if rating not in (1, 2, 3, 4, 5):
        raise Poison("bad_value", "a rating is one to five stars")
    # A title stands before the text, with a tab between them; who writes none leaves the tab.
    title, _, text = (words(said.get("originalText")) or words(said.get("text")) or "").rpartition("\t")
    return post_event(
        NETWORK, native_id, seen_at or changed, changed, ms(changed),
        kind="review",
        title=words(title.strip()),
        text=words(text.strip()),
        lang=language_tag(said.get("reviewerLanguage")),
        author=given(name=words(review.get("authorName"))),
        counts=given(likes=whole_number(said.get("thumbsUpCount"))),
        rating=rating,
        **(given(app_version=words(said.get("appVersionName"))) or {}),
    )  # fmt: skip


def _answer(native_id: str, said: Item, seen_at: datetime | None) -> Parsed:
    changed = _time(said)
    return post_event(
        NETWORK, f"{native_id}/answer", seen_at or changed, changed, ms(changed),
        {"parent": native_id, "root": native_id},
        text=words(said.get("text")),
    )  # fmt: skip


def _time(said: Item) -> datetime:
    """Return when something was written or changed last, which is told in seconds and billionths of one."""
    moment = said["lastModified"]
    return recorded_time(int(moment["seconds"]) * 1000 + (whole_number(moment.get("nanos")) or 0) // 1_000_000)
