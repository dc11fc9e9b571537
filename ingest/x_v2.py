"""Posts in the shape of X's interface v2: `data` with what it refers to beside it in `includes`.

An edit is a new post there, with the ids of all states in `edit_history_tweet_ids`. Here it is one post under the
first id: a later state is an update of it, published when the first was. A reference to a later state leads to the
first as well where `includes` holds that state; a deletion names one id only and reaches the post if it is the first.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from ingest.foreign import (
    given,
    language_tag,
    objects,
    pair,
    parsed_page,
    point,
    post_event,
    whole_number,
    words,
)
from ingest.source import Parsed, Skipped
from ingest.x_flattened import whole_message
from ingest.x_posts import (
    COMPLIANCE,
    MEDIA_KINDS,
    NETWORK,
    PEOPLE,
    address,
    country,
    id_time,
    links,
    person_notice,
    repost_text,
    unescaped,
)
from schemas.errors import Poison
from schemas.post import PostEvent
from schemas.times import recorded_time
from schemas.wire import ms

Message = dict[str, Any]

_INCLUDED = {"users": "id", "media": "media_key", "places": "id", "polls": "id", "tweets": "id"}
_REFERENCES = {"retweeted": "repost_of", "replied_to": "parent", "quoted": "quote_of"}
_PROBLEM = re.compile(r"/problems/([a-z-]{1,40})$")
_EVENT = re.compile(r"[A-Za-z._]{1,60}")


def events_of(message: Message) -> list[Parsed]:
    """Return what one message holds: a post, a page of posts, what is to be forgotten, or a notice, which is skipped.

    The original of a retweet comes before it, marked as known through it, if `includes` has it; of a quoted post only
    the text is taken. Raises Poison unknown_kind, and whatever odd shapes raise.
    """
    message = whole_message(message)
    data = message.get("data")
    if data is None:
        return [Skipped(_notice(message))]
    page = _Page(message)
    return parsed_page(data, page.events) if isinstance(data, list) else list(page.events(data))


def _notice(message: Message) -> str:
    """Name what is no data: an error that X reports (by the last word of its type), an empty page."""
    for problem in (message, *objects(message.get("errors"))):
        if kind := _PROBLEM.search(str(problem.get("type"))):
            return kind[1]
    known = next((key for key in ("errors", "error", "title", "meta") if key in message), None)
    if known is None:
        raise Poison("unknown_kind", "neither data nor a notice of X")
    return "empty" if known == "meta" else "error"


class _Page:
    """One message with its included objects by their ids, and the time at which it was captured, if noted."""

    def __init__(self, message: Message) -> None:
        includes = message.get("includes") or {}
        self._included: dict[str, dict[str, Message]] = {
            kind: {str(item[key]): item for item in objects(includes.get(kind)) if key in item}
            for kind, key in _INCLUDED.items()
        }
        # A state that is no first one stands under the first id too, which is what references lead to here.
        tweets = self._included["tweets"]
        tweets.update([(_states(tweet)[0], tweet) for tweet in tweets.values() if _states(tweet)[0] != tweet["id"]])
        captured = (message.get("__twarc") or {}).get("retrieved_at")
        self._captured = recorded_time(captured) if captured else None

    def events(self, data: Message) -> Iterator[Parsed]:
        if "id" not in data or "text" not in data:
            yield _compliance(data)
            return
        seen = self._captured or _created(data)
        refs = self._references(data)
        original = self._included["tweets"].get(refs["repost_of"]) if "repost_of" in refs else None
        if original:
            yield self._post(original, self._references(original), seen, via="repost")
        yield self._post(data, refs, seen, original)

    def _references(self, data: Message) -> dict[str, str]:
        """Return the ids, as X has them, of the posts that a post refers to."""
        refs = {
            _REFERENCES[reference["type"]]: self._first_state(str(reference["id"]))
            for reference in objects(data.get("referenced_tweets"))
            if reference.get("type") in _REFERENCES and reference.get("id")
        }
        if "parent" in refs and (root := data.get("conversation_id")):
            refs["root"] = self._first_state(str(root))
        return refs

    def _first_state(self, native_id: str) -> str:
        included = self._included["tweets"].get(native_id)
        return _states(included)[0] if included else native_id

    def _post(
        self,
        data: Message,
        refs: dict[str, str],
        seen: datetime,
        original: Message | None = None,
        via: Literal["repost"] | None = None,
    ) -> PostEvent:
        native_id, first = str(data["id"]), _states(data)[0]
        user = self._included["users"].get(str(data.get("author_id"))) or {"id": data.get("author_id")}
        handle = words(user.get("username"))
        text, links_ = _text(data)
        quoted_id = refs.get("quote_of")
        if "repost_of" in refs:  # a quote in a retweet is the original's
            refs = {"repost_of": refs["repost_of"]}
        if original:
            quoted_id = self._references(original).get("quote_of")
            original_author = self._included["users"].get(str(original.get("author_id"))) or {}
            own = text
            text = repost_text(own, _text(original)[0], original_author.get("username"))
            links_ = links_ if text == own else _text(original)[1]
        quoted = self._included["tweets"].get(quoted_id or "")
        edited = native_id != first
        return post_event(
            NETWORK, first, seen,
            id_time(first).replace(microsecond=0) if edited else _created(data),
            version=ms(_created(data)),
            refs=refs,
            op="update" if edited else "create",
            text="\n".join(filter(None, (text, *self._choices(data)))) or None,
            quoted_text=_text(quoted)[0] if quoted else None,
            links=links_,
            lang=language_tag(data.get("lang")),
            url=address(native_id, handle),
            media=self._media(data) or (self._media(original) if original else []),
            counts=None if "repost_of" in refs else _counts(data.get("public_metrics") or {}),
            author=given(
                id=words(user.get("id")),
                name=words(user.get("name")),
                handle=handle,
                followers=whole_number((user.get("public_metrics") or {}).get("followers_count")),
                verified=_verified(user),
            ),
            place=self._place(data.get("geo") or {}),
            flags=["sensitive"] if data.get("possibly_sensitive") is True else [],
            via=via,
        )  # fmt: skip

    def _media(self, data: Message) -> list[Message]:
        keys = (data.get("attachments") or {}).get("media_keys") or []
        return [
            {
                "kind": kind,
                "url": words(item.get("url")) or words(item.get("preview_image_url")),
                "alt": words(item.get("alt_text")),
            }
            for item in (self._included["media"].get(key, {}) for key in keys)
            if (kind := MEDIA_KINDS.get(item.get("type", "")))
        ]

    def _choices(self, data: Message) -> list[str | None]:
        """Return what the poll of a post lets people choose from."""
        keys = (data.get("attachments") or {}).get("poll_ids") or []
        polls = [self._included["polls"].get(str(key), {}) for key in keys]
        return [unescaped(words(option.get("label"))) for poll in polls for option in objects(poll.get("options"))]

    def _place(self, geo: Message) -> Message | None:
        place = self._included["places"].get(str(geo.get("place_id"))) or {}
        lon, lat = pair((geo.get("coordinates") or {}).get("coordinates"))
        return given(name=words(place.get("full_name")), country=country(place), **point(lat, lon))


def _verified(user: Message) -> bool | None:
    """Return whether X has verified a person; newer answers say only how."""
    if isinstance(user.get("verified"), bool):
        return bool(user["verified"])
    how = words(user.get("verified_type"))
    return None if how is None else how != "none"


def _counts(metrics: Message) -> Message | None:
    return given(
        likes=whole_number(metrics.get("like_count")),
        reposts=whole_number(metrics.get("retweet_count")),
        replies=whole_number(metrics.get("reply_count")),
        quotes=whole_number(metrics.get("quote_count")),
        views=whole_number(metrics.get("impression_count")),
    )


def _text(data: Message) -> tuple[str | None, list[str]]:
    """Return the whole text of a post and the links in it."""
    full = note if (note := data.get("note_tweet") or {}).get("text") else data
    entities = full.get("entities") or data.get("entities") or {}
    return unescaped(full["text"]), links(objects(entities.get("urls")), str(data["id"]))


def _states(data: Message) -> list[str]:
    """Return the ids of all states of a post, the first one first."""
    return [str(state) for state in data.get("edit_history_tweet_ids") or [] if state] or [str(data["id"])]


def _created(data: Message) -> datetime:
    """Return when this state was made, in whole seconds as X has it: by its id if no time was asked for."""
    if data.get("created_at") is not None:
        return recorded_time(data["created_at"])
    return id_time(str(data["id"])).replace(microsecond=0)


def _compliance(data: Message) -> Parsed:
    """Return the deletion of a post or a person that a compliance message reports, or that a person is not to be
    shown, or is again; the others of its kind are skipped."""
    event = words(data.get("event_type"))  # of what an account does (X Activity API)
    kind = event if _EVENT.fullmatch(event or "") else next((key for key in data if key in COMPLIANCE), None)
    if kind is None:
        raise Poison("unknown_kind", "data of X that are no post")
    if kind != "delete" and kind not in PEOPLE:
        return Skipped(kind)
    notice = data[kind]
    at = recorded_time(notice["event_at"])
    if kind == "delete":
        return post_event(NETWORK, str(notice["tweet"]["id"]), at, version=ms(at), op="delete")
    return person_notice(kind, str(notice["user"]["id"]), at)
