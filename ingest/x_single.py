"""Single posts of X, by their ids."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import orjson

from ingest.access import object_of
from ingest.x_recent import FIELDS

if TYPE_CHECKING:
    from ingest.web import Web

AT_ONCE = 100


async def posts_by_id(
    web: "Web", source: str, base: str, headers: Mapping[str, str], ids: Sequence[str], now: datetime
) -> list[bytes]:
    """Return the page of these posts with the moment at which it was asked for; nothing where none of them is there.

    X leaves out what was deleted, withheld or protected, and names it among the errors.
    """
    params = {**FIELDS, "ids": ",".join(ids)}
    page = object_of(await web.get(f"{base}/2/tweets", source=source, params=params, headers=headers))
    return [orjson.dumps({**page, "__twarc": {"retrieved_at": now.isoformat()}})] if page.get("data") else []
