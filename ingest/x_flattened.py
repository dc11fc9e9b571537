"""Posts of X's interface v2 as tools write them one by one: what a post refers to stands in it, not beside it."""

from collections.abc import Iterator
from typing import Any

from ingest.foreign import objects

Message = dict[str, Any]


def whole_message(message: Message) -> Message:
    """Return a message as X sends it, with `data` and `includes`, of a post that stands alone; any other as it is.

    Known are the names under which `twarc2 flatten` puts authors, media, polls, places and the posts referred to.
    """
    if "data" in message or not {"id", "text"} <= message.keys():
        return message
    posts = list(_with_inner(message))
    people = [post.get(name) for post in posts for name in ("author", "in_reply_to_user")]
    media = [(post.get("attachments") or {}).get("media") for post in posts]
    polls = [(post.get("attachments") or {}).get("poll") for post in posts]
    places = objects([post.get("geo") for post in posts])
    includes = {
        "tweets": posts[1:],
        "users": objects(people),
        "media": [item for items in media for item in objects(items)],
        "polls": [poll for found in polls for poll in objects(found)],
        "places": [{**place, "id": place.get("place_id")} for place in places],
    }
    return {**message, "data": message, "includes": includes}


def _with_inner(post: Message) -> Iterator[Message]:
    yield post
    for inner in objects(post.get("referenced_tweets")):
        if "text" in inner:
            yield from _with_inner(inner)
