"""GitHub's webhooks: issues, pull requests, discussions, releases, and what is said about them."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import SecretStr

from ingest.foreign import odd_shapes_refused, parsed_page
from ingest.github_lists import SEARCHED, DiscussionSearch, IssueSearch, RepositoryEvents
from ingest.github_markdown import visible
from ingest.github_posts import NETWORK, changed_at, counts_seen, github_event
from ingest.github_single import AT_ONCE, is_single, things_by_id
from ingest.history import Historical, Stretch
from ingest.listing import ListedSource, Listing
from ingest.live import Gap, Heard
from ingest.options import Options, bearer
from ingest.records import Record, decode
from ingest.revisit import Revisitable
from ingest.search_words import groups, quoted, search_words
from ingest.source import Parsed, Skipped
from ingest.time_search import asking, searched_back
from schemas.brand import Brand
from schemas.errors import Poison
from schemas.post import Op

if TYPE_CHECKING:
    from ingest.web import Web

Event = dict[str, Any]

_THREADS = ("issue", "pull_request", "discussion")
_SAID = ("comment", "review", "answer", *_THREADS, "release")  # what news are about: the first that is there
_NEW = {"opened", "created", "published", "submitted"}
_GONE = {"deleted", "transferred", "unpublished"}
# Other events are called as the field that they are about, but for these.
_CALLED = {
    "starred_at": "star", "forkee": "fork", "commits": "push", "pages": "gollum", "zen": "ping",
    "master_branch": "create", "ref_type": "delete",
    "build": "page_build", "blocked_user": "org_block", "key": "deploy_key", "rule": "branch_protection_rule",
    "sha": "status", "client_payload": "repository_dispatch", "deployment_status": "deployment_status",
    "repositories_added": "installation_repositories", "changes": "repository",
}  # fmt: skip
_AROUND = {"action", "repository", "sender", "organization", "installation", "enterprise"}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LONGEST_SEARCH, _MOST_WORDS = 180, 6  # a search has at most 256 characters, and five operators


class GithubWebhooks(ListedSource, Historical, Revisitable):
    """What GitHub tells of repositories, and its objects as its interface lists them.

    At-least-once: a delivery can be asked for again. The version is the time of the last change that GitHub gives; what
    a comment is on is observed by its totals. What is transferred is deleted here and new there. `{"event", "payload"}`
    is a webhook with its name; without it the name is told from the fields.

    Listened to is what a search for each brand finds among issues, pull requests and discussions, from now on;
    and the events of `repositories`, of which GitHub shows the last three hundred. Its past is what the searches find;
    what was said below that is not part of it.
    """

    name = "github-webhooks"
    network = NETWORK
    formats = "JSON: bodies of webhooks, or those with their name as event and payload; single objects; HTTP cassettes"
    credentials = ("token",)
    at_once: ClassVar[int] = AT_ONCE
    hourly: ClassVar[float] = 200  # of 5,000 questions an hour, one or two for each post

    def __init__(
        self,
        repositories: str | Sequence[str] = (),
        search: bool = True,
        token: str | SecretStr | None = None,
        interval_s: float = 60,
        base_url: str = "https://api.github.com",
    ) -> None:
        """Connect nothing yet. `token` may read what is public."""
        options = self._options = Options(self.name)
        self._repositories = options.texts(
            "repositories", repositories, r"[\w.-]+/[\w.-]+", "an owner and a repository"
        )
        self._search = options.flag("search", search)
        self._token = options.secret("token", token)
        self._interval_s = options.number("interval_s", interval_s, 5, 86_400)
        self._base = options.address("base_url", base_url)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the post that a webhook is about, and the totals of what it is on; other events are skipped."""
        event = decode(record)
        with odd_shapes_refused():
            if "guid" in event and isinstance(event.get("request"), dict):  # a delivery, as it is looked up
                event = {"event": event.get("event"), "payload": event["request"]["payload"]}
            if isinstance(event.get("payload"), dict) and ("event" in event or "type" in event):
                return _news(event["payload"], str(event.get("event") or event["type"]), record.seen_at)
            if "html_url" in event and "body" in event:
                return [github_event(event, "create", changed_at(event), record.seen_at)]
            if "total_count" in event and "items" in event:
                page = parsed_page(
                    event["items"], lambda one: [github_event(one, "create", changed_at(one), record.seen_at)]
                )
                return page or [Skipped("empty")]
            return _news(event, None, record.seen_at)

    def channels(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return a channel for each search and each repository."""
        if not (self._repositories or self._search):
            self._options.needed("repositories", '["owner/repository"], or search = true')
        if self._token is None:
            self._options.needed("token", '"...", one that may read what is public')
        return [*self._searches(brands), *self._repositories]

    def listing(self, channel: str, web: "Web", brands: Sequence[Brand]) -> Listing:
        """Return the list behind a channel."""
        headers = self._headers()
        if channel in self._repositories:
            return RepositoryEvents(web, self.name, self._base, headers, channel, self._interval_s)
        kind, words = self._searches(brands)[channel]
        return kind(web, self.name, self._base, headers, words, self._interval_s)

    def chapters(self, brands: Sequence[Brand]) -> Sequence[str]:
        """Return the searches."""
        self.channels(brands)  # which says what is missing
        if not self._search:
            self._options.needed("search", "true: only what it finds can be asked for by time")
        return list(self._searches(brands))

    async def history(
        self, chapter: str, stretch: Stretch, web: "Web", brands: Sequence[Brand], cursor: str | None
    ) -> AsyncIterator[Heard | Gap]:
        """Yield the pages of one search, newest first."""
        found = self.listing(chapter, web, brands)
        assert isinstance(found, IssueSearch)  # noqa: S101 - for no repository is a chapter
        async for thing in searched_back(asking(found, stretch), stretch, cursor, full=SEARCHED):
            yield thing

    def revisits(self, native_id: str) -> bool:
        """Say whether it is a thread, a comment on an issue or a line, or a release."""
        return is_single(native_id)

    async def revisit(self, native_ids: Sequence[str], web: "Web") -> Sequence[bytes]:
        """Return the posts as they are now."""
        return await things_by_id(web, self.name, self._base, self._headers(), native_ids)

    def _headers(self) -> Mapping[str, str]:
        return {"accept": "application/vnd.github+json", **bearer(self._token)}

    def _searches(self, brands: Sequence[Brand]) -> dict[str, tuple[type[IssueSearch], str]]:
        found: dict[str, tuple[type[IssueSearch], str]] = {}
        for brand in brands if self._search else ():
            shared = groups([*map(quoted, search_words(brand))], _LONGEST_SEARCH, 4, _MOST_WORDS)
            for number, group in enumerate(shared, 1):
                name = brand.id + (f" {number}" if number > 1 else "")
                words = f"({' OR '.join(group)})"  # in brackets, or what follows would belong to the last word alone
                found[f"search {name}"] = IssueSearch, words
                found[f"discussions {name}"] = DiscussionSearch, words
        return found


def _news(event: Event, name: str | None, seen_at: datetime | None) -> list[Parsed]:
    said = next((field for field in _SAID if isinstance(event.get(field), dict)), None)
    if said is None or "thread" in event:
        return [Skipped(name or _named(event))]
    thing, action = event[said], event.get("action")
    if said == "answer":
        # That a comment was chosen changes the discussion; the comment comes with it as it is.
        said, thing = "discussion", event["discussion"]
    if said == "review" and visible(thing.get("body")) is None:
        return [Skipped("pull_request_review")]
    if thing.get("draft") is True and said == "release":
        return [Skipped("draft")]
    around = [event[field] for field in _THREADS if field != said and isinstance(event.get(field), dict)]
    op: Op = "delete" if action in _GONE else "create" if action in _NEW else "update"
    # Nothing says when a comment was deleted but the change that this was to its thread.
    changed = changed_at(thing, *around) if op == "delete" else changed_at(thing)
    found: list[Parsed] = [github_event(thing, op, changed, seen_at)]
    if isinstance(event.get("answer"), dict):
        found.append(github_event(event["answer"], "create", changed_at(event["answer"]), seen_at))
    moved = (event.get("changes") or {}).get(f"new_{said}")
    if action == "transferred" and isinstance(moved, dict):
        found.append(github_event(moved, "create", changed_at(moved), seen_at))
    for thread in around:
        if (counts := counts_seen(thread)) is not None:
            found.append(counts)
    return found


def _named(event: Event) -> str:
    """Return what GitHub calls an event that is about no post."""
    if not _AROUND & event.keys():
        raise Poison("unknown_kind", "neither a webhook nor an object of GitHub")
    called = next((name for field, name in _CALLED.items() if field in event), None)
    if called is not None:
        return called
    about = next((field for field in event if field not in _AROUND and _NAME.fullmatch(field)), None)
    if about is not None:
        return about
    return "watch" if event.get("action") == "started" else "repository" if "action" in event else "public"
