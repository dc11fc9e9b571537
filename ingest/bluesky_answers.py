"""What an answer of Bluesky's interface holds: the posts in it one by one, or what it is about instead."""

from collections.abc import Iterator
from typing import Any

from ingest.foreign import objects, words

Item = dict[str, Any]

_PAGES = ("posts", "feed", "records", "notifications", "bookmarks")

# What is listed and is no post, by the name of the list (docs.bsky.app/docs/api).
_LISTS = {
    "likes": "like", "repostedBy": "profile", "followers": "profile", "follows": "profile", "actors": "profile",
    "profiles": "profile", "blocks": "profile", "mutes": "profile", "suggestions": "profile", "feeds": "generator",
    "generators": "generator", "lists": "list", "items": "listitem", "starterPacks": "starterPack",
    "listsWithMembership": "list", "relationships": "relationship", "labels": "label", "preferences": "preference",
    "convos": "convo", "messages": "message", "logs": "log", "passwords": "appPassword", "repos": "repo",
    "accounts": "account", "cids": "blob", "blobs": "blob", "results": "write", "topics": "topic",
    "suggested": "topic", "trends": "trend", "views": "labeler", "drafts": "draft", "codes": "inviteCode",
    "statuses": "status", "subscriptions": "activitySubscription", "uris": "skeleton", "dids": "skeleton",
    "infos": "account", "hosts": "host", "starterPacksWithMembership": "starterPack", "events": "event",
    "subjectStatuses": "status", "communicationTemplates": "template", "members": "member", "options": "option",
    "verifications": "verification", "sets": "set", "rules": "rule", "details": "detail", "subjects": "subject",
    "stats": "stat", "matches": "profile",
}  # fmt: skip

# What else an answer is: the first whose names it all has.
_KINDS = tuple(
    (kind, frozenset(names.split()))
    for kind, names in (
        ("error", "error"),
        ("session", "accessJwt"),
        ("server", "availableUserDomains"),
        ("repo", "didDoc collections"),
        ("repo", "repoCommit"),
        ("profile", "did handle"),
        ("generator", "view"),
        ("list", "list"),
        ("starterPack", "starterPack"),
        ("convo", "convo"),
        ("threadgate", "threadgate"),
        ("commit", "cid rev"),
        ("label", "src val"),
        ("createRecord", "uri cid"),
        ("blob", "blob"),
        ("report", "reasonType"),
        ("unreadCount", "count"),
        ("serviceAuth", "token"),
        ("status", "activated"),
        ("job", "jobStatus"),
        ("limits", "canUpload"),
        ("root", "root"),
        ("host", "hostname"),
        ("commit", "commit"),
        ("appPassword", "name password"),
        ("didCredentials", "rotationKeys"),
        ("operation", "operation"),
        ("status", "subject takedown"),
        ("status", "status lastInitiatedAt"),
        ("repo", "did active"),
        ("preference", "preferences"),
        ("config", "checkEmailConfirmed"),
        ("config", "appview"),
        ("message", "id rev text"),
        ("convo", "convoId"),
        ("convo", "updatedCount"),
        ("metadata", "day month all"),
        ("event", "event subject"),
        ("template", "contentMarkdown"),
        ("member", "did role"),
        ("set", "set values"),
        ("set", "name setSize"),
        ("ack", "ack"),
    )
)


def items_of(answer: Item) -> Iterator[Item]:
    """Yield what an answer shows, in order; of a thread from the first ancestor down. Raises as odd shapes do."""
    thread = answer.get("thread")
    if isinstance(thread, list):  # flat, each with its depth
        for item in thread:
            value = item.get("value") or item
            yield value.get("post") or value
    elif "thread" in answer:
        yield from _thread(answer["thread"])
    elif page := next((name for name in _PAGES if name in answer), None):
        yield from answer[page]
    elif not answer.keys() & {"record", "value", "handle"} and (
        listed := next((name for name in _LISTS if isinstance(answer.get(name), list)), None)
    ):
        yield from ({"listed": _LISTS[listed]} for _ in answer[listed])
    else:
        yield answer


def shown_in(item: Item) -> Iterator[Item]:
    """Yield what one item of a page shows: in a feed a post, and the repost that brought it there."""
    post = item.get("post") or item.get("item") or item
    if isinstance(post, str):
        yield {"listed": "skeleton"}
        return
    yield post
    reason = item.get("reason")
    if isinstance(reason, dict) and words(reason.get("uri")) and reason.get("by"):
        yield reason | {"repost_of": post["uri"]}


def kind_of(item: Item) -> str | None:
    """Return what an item is that is no post; None for what cannot be told."""
    if "listed" in item:
        return str(item["listed"])
    if kind := words(item.get("$type")):  # of a thread: a post that is gone, or that one may not see
        return (kind.rpartition("#")[2] or kind)[:100]
    if item.keys() == {"did"}:
        return "resolveHandle"
    if item.keys() == {"uri"} and words(item["uri"]):
        return "skeleton"
    return next((kind for kind, names in _KINDS if names <= item.keys()), None if item else "empty")


def _thread(node: Item) -> Iterator[Item]:
    """Yield what stands in a thread. Depth is no concern: JSON that is too deep is refused before."""
    if isinstance(node.get("parent"), dict):
        yield from _thread(node["parent"])
    yield node.get("post") or node
    for reply in objects(node.get("replies")):
        yield from _thread(reply)
