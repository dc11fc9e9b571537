"""What Mastodon's interface sends, streamed or asked for: told apart by shape, for nothing in it says what it is."""

from collections.abc import Iterable, Iterator
from typing import Any

from ingest.foreign import odd_shapes_refused, parsed_page
from ingest.mastodon_statuses import Origin, deletion, status_events
from ingest.records import MAX_RECORD_BYTES, Record, decode
from ingest.source import Parsed, Skipped
from schemas.errors import Poison
from schemas.json_value import json_value

_EVENTS = {
    "filters_changed", "conversation", "announcement", "announcement.reaction", "announcement.delete",
    "encrypted_message", "notifications_merged", "account.approved", "account.created", "account.updated",
    "report.created", "report.updated",
}  # fmt: skip
_NEW, _CHANGED = ("update", "status.created"), ("status.update", "status.updated")  # on a stream, by a webhook
_UNNAMED = ("message", "notification")  # told apart by shape: what has lost its name, what may hold a status
_POSTS = ("statuses", "ancestors", "descendants")
_PARTS = {"accounts": "account", "hashtags": "tag", "notification_groups": "notification", "tags": "tag"}

_STATUS = {"content", "visibility", "in_reply_to_id", "reblog"}  # beside an id and a time, one of these

# What else an object is: the first whose names it all has.
_KINDS = tuple(
    (kind, frozenset(names.split()))
    for kind, names in (
        ("error", "error"),
        ("scheduled_status", "scheduled_at params"),
        ("notification", "id type created_at"),
        ("account", "id username"),
        ("announcement", "id content published_at"),
        ("conversation", "id unread"),
        ("poll", "id options"),
        ("tag", "name history"),
        ("tag", "name url"),
        ("tag", "name statuses_count"),
        ("status_edit", "content created_at"),
        ("status_source", "id text"),
        ("push_subscription", "endpoint"),
        ("relationship", "id following"),
        ("media_attachment", "id type preview_url"),
        ("emoji", "shortcode"),
        ("filter", "id phrase"),
        ("filter", "id context"),
        ("filter", "id keyword"),
        ("filter", "id status_id"),
        ("list", "id title"),
        ("report", "id action_taken"),
        ("instance", "title version"),
        ("card", "url title"),
        ("marker", "last_read_id"),
        ("token", "access_token"),
        ("application", "client_id"),
        ("application", "vapid_key"),
        ("application", "name website"),
        ("authorization_server", "issuer"),
        ("translation", "content provider"),
        ("language", "code name"),
        ("terms_of_service", "effective_date content"),
        ("donation", "amounts"),
        ("familiar_followers", "id accounts"),
        ("suggestion", "source account"),
        ("suggestion", "sources account"),
        ("preferences", "posting:default:visibility"),
        ("marker", "home"),
        ("marker", "notifications"),
        ("rule", "id text"),
        ("instance", "domain version"),
        ("instance", "domain description"),
        ("instance_activity", "week logins"),
        ("extended_description", "updated_at content"),
        ("domain_block", "domain severity"),
        ("domain_block", "domain digest"),
        ("domain_allow", "id domain created_at"),
        ("ip_block", "ip severity"),
        ("email_domain_block", "id domain"),
        ("canonical_email_block", "canonical_email_hash"),
        ("measure", "key total"),
        ("dimension", "key data"),
        ("cohort", "period frequency"),
        ("oembed", "html provider_name"),
        ("oembed", "html type"),
        ("identity_proof", "provider provider_username"),
        ("role", "id permissions"),
        ("notification_policy", "filter_not_following"),
        ("notification_policy", "for_not_following"),
        ("notification_request", "id account"),
        ("notification_request", "count pending_requests_count"),
        ("notification_request", "accepted"),
        ("unread_count", "count"),
        ("annual_report", "year data"),
        ("async_refresh", "async_refresh"),
        ("user", "sub iss"),
        ("conversation", "id last_status"),
        ("appeal", "id appeal"),
    )
)


def answer_events(record: Record) -> list[Parsed]:
    """Return what one record holds: one thing that the interface sends, or an event of a stream around it.

    An event may name the server that it is from, as what is heard live does. Statuses become posts, wherever in an
    answer they stand; everything else is skipped by what it is. Raises Poison.
    """
    if isinstance(record.value, str):  # of a list of servers' names
        return [Skipped("domain")]
    message = decode(record)
    with odd_shapes_refused():
        if "event" in message:
            server = message.get("server")
            return _event(message, Origin(server if isinstance(server, str) else None, record.seen_at))
        return list(_events(message, Origin(None, record.seen_at)))


def _event(message: dict[str, Any], origin: Origin) -> list[Parsed]:
    name, payload = message["event"], message.get("payload", message.get("object"))
    if name == "delete":
        return [deletion(payload.strip(' "\n') if isinstance(payload, str) else payload, origin)]
    if name not in (*_NEW, *_CHANGED, *_UNNAMED):
        return [Skipped(name if name in _EVENTS else "another event")]
    value: Any = json_value(payload.encode(), MAX_RECORD_BYTES) if isinstance(payload, str) else payload
    if name in _UNNAMED:
        return list(_events(value, origin)) if value else [Skipped(name)]
    return list(status_events(value, origin, edited=name in _CHANGED))


def _events(answer: dict[str, Any], origin: Origin) -> Iterable[Parsed]:
    known = answer.keys()
    if "id" not in known and any(isinstance(answer.get(name), list) for name in (*_POSTS, *_PARTS)):
        return _envelope(answer, origin)
    if "id" in known and "created_at" in known and known & _STATUS and "scheduled_at" not in known:
        return status_events(answer, origin)
    kind = next((kind for kind, names in _KINDS if names <= known), None if answer else "empty")
    if kind is None:
        raise Poison("unknown_kind", "nothing that Mastodon's interface sends")
    if kind == "notification" and answer.get("status"):
        return status_events(answer["status"], origin)
    return [Skipped(kind)]


def _envelope(answer: dict[str, Any], origin: Origin) -> Iterator[Parsed]:
    posts = [status for name in _POSTS for status in answer.get(name) or []]
    yield from parsed_page(posts, lambda status: status_events(status, origin))
    for name, kind in _PARTS.items():
        yield from (Skipped(kind) for _ in answer.get(name) or [])
