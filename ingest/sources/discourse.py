"""Discourse forums: their answers in JSON, and their webhooks."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from ingest.discourse_lists import NewestPosts
from ingest.discourse_posts import NETWORK, discourse_post, discourse_topic
from ingest.foreign import objects, odd_shapes_refused, parsed_page
from ingest.listed_past import PastSource
from ingest.options import Options
from ingest.records import Record, decode
from ingest.source import Parsed, Skipped
from schemas.brand import Brand
from schemas.errors import Poison

if TYPE_CHECKING:
    from ingest.web import Web

Answer = dict[str, Any]

_POSTS = ("latest_posts", "posts")
_REPLY, _NEW_TOPIC = 5, 4  # kinds of what people did
# What webhooks and answers hold that is no post, by the field that it stands in.
_OTHERS = (
    "errors", "error_type", "ping", "user", "users", "user_badges", "user_badge", "badges", "badge", "notifications",
    "notification", "reviewable", "like", "solved", "assign", "category", "categories", "category_list", "tag", "tags",
    "groups", "group", "group_user", "members", "directory_items", "backups", "site_settings", "email_logs",
    "user_promoted", "chat_message", "chat_messages", "about", "user_summary", "invite", "invites", "uploads", "upload",
    "api_keys", "key", "success", "plugins", "search_results", "grouped_search_result", "drafts", "polls", "poll",
    "permalinks", "reports", "original_filename", "bookmarks", "bookmark", "themes", "color_schemes", "color_scheme",
    "current_revision", "web_hooks", "queued_posts", "flags", "default_archetype", "csrf", "email", "slug", "name",
    "message", "filename", "url",
)  # fmt: skip


class Discourse(PastSource):
    """What Discourse forums say: lists of topics, topics with their posts, single posts, webhooks.

    At-least-once: an answer can be read again, a webhook comes again until it is answered. `site` is the address of the
    forum, https://forum.example, for the addresses of its posts. Small actions, whispers and private messages are
    skipped. A webhook that is kept with its name, `{"event", "payload"}`, is known to be a deletion by it.

    Listened to are the new posts of `site`, up to five thousand after a break; edits are seen of the newest fifty. A
    forum for members wants an `api_key`, and the `api_user` that it is for. Its past is all that it lists.
    """

    name = "discourse"
    network = NETWORK
    formats = "JSON: answers, bodies of webhooks, or those with their name as event and payload; HTTP cassettes"

    credentials = ("api_key",)

    def __init__(
        self,
        site: str | None = None,
        api_key: str | SecretStr | None = None,
        api_user: str = "system",
        interval_s: float = 60,
    ) -> None:
        """Connect nothing yet."""
        options = self._options = Options(self.name)
        self._site = options.address("site", site) if site else None
        self._key = options.secret("api_key", api_key)
        [self._user] = options.texts("api_user", [api_user], r"[\w.-]{1,60}", "the name of a user")
        self._interval_s = options.number("interval_s", interval_s, 5, 86_400)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the posts of an answer or webhook, in its order; what is none is skipped by what it is."""
        answer, event = decode(record), None
        with odd_shapes_refused():
            if "event" in answer and isinstance(answer.get("payload"), dict):
                event, answer = str(answer["event"]), answer["payload"]
            return self._answer(answer, event, record.seen_at) or [Skipped("empty")]

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the one channel, called as the forum's host."""
        if self._site is None:
            self._options.needed("site", '"https://forum.example"')
        return (urlsplit(self._site).netloc,)

    def listing(self, channel: str, web: "Web", brands: Sequence[Brand]) -> NewestPosts:
        """Return the forum's list of posts."""
        headers = {"api-key": self._key.get_secret_value(), "api-username": self._user} if self._key else {}
        return NewestPosts(web, self.name, self._site or "", headers, self._interval_s)

    def _answer(self, answer: Answer, event: str | None, seen_at: datetime | None) -> list[Parsed]:
        site, destroyed = self._site, event in ("post_destroyed", "topic_destroyed")
        if "post_stream" in answer:
            stream = answer["post_stream"]
            return parsed_page(stream["posts"], lambda post: [discourse_post(post, site, seen_at, answer)])
        if "topic_list" in answer:
            people = {user.get("id"): user for user in objects(answer.get("users"))}
            topics = answer["topic_list"]["topics"]
            return parsed_page(topics, lambda topic: [discourse_topic(topic, people, site, seen_at)])
        posts = next((answer[name] for name in _POSTS if isinstance(answer.get(name), list)), None)
        if posts is not None:
            topics = {topic.get("id"): topic for topic in objects(answer.get("topics"))}
            return parsed_page(
                posts, lambda post: [discourse_post(post, site, seen_at, topics.get(post.get("topic_id")))]
            )
        if "private_posts" in answer:
            return [Skipped("private_message") for _ in answer["private_posts"]]
        if "user_actions" in answer:
            return parsed_page(answer["user_actions"], lambda action: [_action(action, site, seen_at)])
        if isinstance(answer.get("post"), dict):
            return [discourse_post(answer["post"], site, seen_at, destroyed=destroyed)]
        if "post_number" in answer:
            return [discourse_post(answer, site, seen_at, destroyed=destroyed)]
        topic = answer["topic"] if isinstance(answer.get("topic"), dict) else answer
        if "id" in topic and "title" in topic and "created_at" in topic:
            if destroyed and not topic.get("deleted_at"):
                topic = topic | {"deleted_at": topic.get("updated_at") or topic["created_at"]}
            return [discourse_topic(topic, {}, site, seen_at)]
        other = "user" if "username" in answer else next((name for name in _OTHERS if name in answer), None)
        if other is None and event is None:
            raise Poison("unknown_kind", "neither posts nor topics")
        return [Skipped(other or "another event")]


def _action(action: Answer, site: str | None, seen_at: datetime | None) -> Parsed:
    """Return the post that somebody is said to have written; likes, mentions and the rest are skipped."""
    if action.get("action_type") not in (_NEW_TOPIC, _REPLY):
        return Skipped("user_action")
    post: Answer = {
        **{name: action[name] for name in ("username", "name", "user_id", "topic_id", "post_number") if name in action},
        "created_at": action["created_at"], "excerpt": action.get("excerpt"), "hidden": action.get("hidden"),
        "reply_to_post_number": action.get("reply_to_post_number"), "topic_title": action.get("title"),
        "topic_slug": action.get("slug"), "archetype": action.get("archetype"),
        "user_deleted": action.get("deleted"),
    }  # fmt: skip
    return discourse_post(post, site, seen_at)
