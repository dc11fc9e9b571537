"""Single videos and comments of YouTube, by their ids."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ingest.access import object_of

if TYPE_CHECKING:
    from ingest.web import Web

AT_ONCE = 50
_VIDEO_ID = 11  # letters; that of a comment is longer


async def resources_by_id(
    web: "Web", source: str, base: str, headers: Mapping[str, str], ids: Sequence[str]
) -> list[bytes]:
    """Return the lists of these videos and comments, as far as they are there."""
    found = []
    for what, part, some in (
        ("videos", "snippet,statistics,status", [one for one in ids if len(one) == _VIDEO_ID]),
        ("comments", "snippet", [one for one in ids if len(one) != _VIDEO_ID]),
    ):
        if some:
            params = {"part": part, "id": ",".join(some), "maxResults": str(AT_ONCE)}
            answer = await web.get(f"{base}/{what}", source=source, params=params, headers=headers)
            found += [answer.body] if object_of(answer).get("items") else []
    return found
