"""Customer reviews as App Store Connect answers to who sells the app, and the answers of the seller to them.

See developer.apple.com/documentation/appstoreconnectapi/customer-reviews; the documents are JSON:API.
"""

import re
from datetime import datetime
from typing import Any

from ingest.appstore_entries import NETWORK
from ingest.country_codes import country_of
from ingest.foreign import given, objects, parsed_page, post_event, words
from ingest.source import Parsed, Skipped
from schemas.errors import Poison
from schemas.times import recorded_time

Resource = dict[str, Any]

_TYPE = re.compile(r"[A-Za-z]{1,50}", re.ASCII)


def is_connect(answer: Resource) -> bool:
    """Tell whether an object is an answer of App Store Connect, or a single resource of one."""
    return bool({"data", "errors"} & answer.keys()) or {"type", "attributes"} <= answer.keys()


def connect_events(answer: Resource, seen_at: datetime | None) -> list[Parsed]:
    """Return the reviews of an answer, and the seller's answers that came with them; other resources are skipped by
    their type, errors as such.

    A review has another id here than in the public feed. Nothing tells of its edits; `seen_at` is when a live source
    gave it. Raises Poison, and whatever odd shapes raise.
    """
    if "errors" in answer:
        return [Skipped("error")] * max(1, len(objects(answer["errors"])))
    data = answer.get("data", answer)
    resources = data if isinstance(data, list) else [data] if data else []
    answered = {response: one.get("id") for one in objects(resources) if (response := _related(one, "response"))}
    everything = [*resources, *objects(answer.get("included"))]
    return parsed_page(everything, lambda one: [_event(one, answered, seen_at)]) or [Skipped("empty")]


def _event(resource: Resource, answered: dict[str, Any], seen_at: datetime | None) -> Parsed:
    kind = resource["type"]
    if kind == "customerReviews":
        return _review(resource["id"], resource["attributes"], seen_at)
    if kind == "customerReviewResponses":
        above = _related(resource, "review") or answered.get(resource["id"])
        return _answer(resource["id"], resource["attributes"], above, seen_at)
    return Skipped(kind if _TYPE.fullmatch(kind) else "resource")


def _review(native_id: str, said: Resource, seen_at: datetime | None) -> Parsed:
    made, rating = recorded_time(said["createdDate"]), said.get("rating")
    if rating not in (1, 2, 3, 4, 5) or isinstance(rating, bool):
        raise Poison("bad_value", "a rating is one to five stars")
    return post_event(
        NETWORK, native_id, seen_at or made, made,
        kind="review",
        title=words(said.get("title")),
        text=words(said.get("body")),
        author=given(name=words(said.get("reviewerNickname"))),
        place=given(country=country_of(said.get("territory"))),
        rating=int(rating),
    )  # fmt: skip


def _answer(native_id: str, said: Resource, review: str | None, seen_at: datetime | None) -> Parsed:
    """Return what the seller answers, dated by its last change; one that is not shown yet is no post."""
    if said.get("state", "PUBLISHED") != "PUBLISHED":
        return Skipped("pending response")
    changed = recorded_time(said["lastModifiedDate"])
    return post_event(
        NETWORK, native_id, seen_at or changed, changed,
        refs=given(parent=review, root=review),
        kind="reply",
        text=words(said.get("responseBody")),
    )  # fmt: skip


def _related(resource: Resource, name: str) -> str | None:
    """Return the id of the one resource that another names as its relation."""
    related = (resource.get("relationships") or {}).get(name) or {}
    return words((related.get("data") or {}).get("id"))
