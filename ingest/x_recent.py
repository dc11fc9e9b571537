"""What X has posted since a moment, by its search of the last seven days: to fill what a break of the stream left."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import orjson

from ingest.access import object_of
from ingest.live import Gap, Heard
from ingest.x_posts import id_time
from schemas.errors import Poison, Refused
from schemas.json_value import json_value
from schemas.times import read_time
from schemas.wire import ms

if TYPE_CHECKING:
    from ingest.web import Web

FIELDS: Mapping[str, str] = {
    "tweet.fields": "attachments,author_id,conversation_id,created_at,edit_history_tweet_ids,entities,geo,id,lang,"
    "note_tweet,public_metrics,referenced_tweets,text",
    "expansions": "attachments.media_keys,author_id,geo.place_id,referenced_tweets.id,referenced_tweets.id.author_id",
    "user.fields": "id,name,public_metrics,username,verified",
    "media.fields": "alt_text,media_key,preview_image_url,type,url",
    "place.fields": "country_code,full_name",
}
"""What is asked for with each post."""

KEPT = timedelta(days=7) - timedelta(minutes=2)
"""How far back X searches."""

PAGE = 100
RECENT = "/2/tweets/search/recent"

SETTLED = timedelta(seconds=20)
"""How old a post has to be so that X's search finds it; X itself says ten seconds."""

OVERLAP = timedelta(minutes=1)
_MOST_PAGES = 100
_EPOCH_MS, _TIME_SHIFT = 1_288_834_974_657, 22
_LARGEST = 2**23


def post_number(message: bytes) -> int | None:
    """Return the number of the post that a message of the stream is about; None for one about none."""
    try:
        value = json_value(message, _LARGEST)
        number = int(value["data"]["id"])
        id_time(str(number))
    except (Poison, LookupError, TypeError, ValueError):
        return None
    return number


def event_number(message: bytes) -> int | None:
    """Return the lowest number of a post made when a notice of the compliance stream was; None for no notice."""
    try:
        [notice] = json_value(message, _LARGEST)["data"].values()
        return number_at(read_time(notice["event_at"]))
    except (Poison, LookupError, TypeError, ValueError, AttributeError):
        return None


def number_at(moment: datetime) -> int:
    """Return the lowest number that a post of this moment may have."""
    return max(ms(moment) - _EPOCH_MS, 0) << _TIME_SHIFT


class RecentPosts:
    """Asks X's search for what some rules meet. `newest` is the number of the newest post that it found."""

    def __init__(self, web: "Web", source: str, base: str, headers: Mapping[str, str], rules: Sequence[str]) -> None:
        self._web, self._source, self._headers, self._rules = web, source, headers, rules
        self._url = f"{base}{RECENT}"
        self.newest = 0

    async def since(self, moment: datetime, now: datetime) -> AsyncIterator[Heard | Gap]:
        """Yield pages of the posts since a moment; a Gap for what is too old, too much or not open to search.

        None has a cursor: what was filled counts when all of it was.
        """
        begin = max(moment - OVERLAP, now - KEPT)
        if begin > moment:
            yield Gap("X searches no more than seven days back", moment, begin)
        if begin >= now - SETTLED:
            return
        for rule in self._rules:
            asked = {**FIELDS, "query": rule, "max_results": str(PAGE), "start_time": f"{begin:%Y-%m-%dT%H:%M:%SZ}"}
            for _ in range(_MOST_PAGES):
                try:
                    page = object_of(
                        await self._web.get(self._url, source=self._source, params=asked, headers=self._headers)
                    )
                except Refused as refusal:
                    yield Gap(f"X's search does not fill the break: it answers {refusal.status}", moment, now)
                    return
                meta = page.get("meta") or {}
                if page.get("data"):
                    self.newest = max(self.newest, _number(meta.get("newest_id")))
                    yield Heard(orjson.dumps(page))
                following = meta.get("next_token")
                if following is None:
                    break
                asked["next_token"] = following
            else:
                yield Gap(f"more than {_MOST_PAGES} pages were missed", moment, now)


def _number(value: object) -> int:
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 20 else 0
