"""Single statuses of a server of Mastodon, by their ids."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

import orjson

from ingest.access import json_of, object_of
from ingest.mastodon_timelines import Timeline
from schemas.errors import Transient

if TYPE_CHECKING:
    from ingest.web import Web

_NOT_THERE = (404, 410)
_NO_LIST = (400, 404, 405, 422)  # servers before Mastodon 4.3 give statuses one by one


async def statuses(
    web: "Web", source: str, timeline: Timeline, headers: Mapping[str, str], ids: Sequence[str]
) -> list[bytes]:
    """Return what a server says of statuses, each as the update that its stream would bring; nothing for one that is
    not there. Raises Transient where the server is not itself."""
    asked = urlencode([("id[]", one) for one in ids])
    answer = await web.get(f"{timeline.base}/api/v1/statuses?{asked}", source=source, headers=headers)
    if answer.status in _NO_LIST:
        found = [one for local_id in ids for one in await _single(web, source, timeline, headers, local_id)]
    else:
        found = _list(timeline, json_of(answer))
    return [_update(timeline, status) for status in found]


async def _single(
    web: "Web", source: str, timeline: Timeline, headers: Mapping[str, str], local_id: str
) -> list[dict[str, Any]]:
    url = f"{timeline.base}/api/v1/statuses/{quote(local_id, safe='')}"
    answer = await web.get(url, source=source, headers=headers)
    return [] if answer.status in _NOT_THERE else [object_of(answer)]


def _list(timeline: Timeline, answer: object) -> list[dict[str, Any]]:
    if not isinstance(answer, list):
        raise Transient(f"{timeline.server} answers no list of statuses")
    return [status for status in answer if isinstance(status, dict)]


def _update(timeline: Timeline, status: dict[str, Any]) -> bytes:
    event = "status.update" if status.get("edited_at") else "update"
    return orjson.dumps({"server": timeline.server, "event": event, "payload": status})
