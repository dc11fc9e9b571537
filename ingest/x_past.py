"""What X has of a stretch of time, by its search of the last seven days."""

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from ingest.access import listed, object_of
from ingest.history import Stretch
from ingest.live import Gap, Heard
from ingest.time_search import Found, searched_back
from ingest.x_posts import id_time
from ingest.x_recent import FIELDS, KEPT, PAGE, SETTLED
from schemas.errors import Poison

if TYPE_CHECKING:
    from ingest.web import Web

_NO_END = 2**62  # it gives all that there is, page by page


async def recent_past(
    web: "Web", source: str, url: str, headers: Mapping[str, str], rule: str, stretch: Stretch, now: datetime,
    cursor: str | None,
) -> AsyncGenerator[Heard | Gap]:  # fmt: skip
    """Yield the posts of a stretch that meet a rule, newest first, and a Gap for what X does not search any more."""
    begin = max(stretch.since, now - KEPT)
    if begin > stretch.since and cursor is None:
        yield Gap("X searches no more than seven days back", stretch.since, min(begin, stretch.until))
    within = Stretch(begin, min(stretch.until, now - SETTLED))

    async def ask(until: datetime, following: str | None) -> Found:
        asked = {
            **FIELDS, "query": rule, "max_results": str(PAGE), "start_time": _iso(begin), "end_time": _iso(until),
            **({"next_token": following} if following else {}),
        }  # fmt: skip
        answer = await web.get(url, source=source, params=asked, headers=headers)
        page = object_of(answer)
        posts, meta = listed(page, "data"), page.get("meta")
        token = meta.get("next_token") if isinstance(meta, dict) else None
        moments = [at for post in posts if (at := _moment(post)) is not None]
        return Found(answer.body, len(posts), moments, token if isinstance(token, str) else None)

    async for thing in searched_back(ask, within, cursor, full=_NO_END, lasting=False):
        yield thing


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _moment(post: object) -> datetime | None:
    try:
        return id_time(str(post["id"])) if isinstance(post, dict) else None
    except (LookupError, ValueError, Poison):
        return None
