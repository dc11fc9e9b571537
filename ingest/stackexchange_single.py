"""Single questions, answers and comments of Stack Exchange, by what a post goes by."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import orjson

from ingest.access import listed

AT_ONCE = 100

Ask = Callable[[str, Mapping[str, str]], Awaitable[dict[str, Any]]]
"""Asks for a path of the interface, with everything of what it has, and returns the wrapper of its answer."""


async def items_by_id(ask: Ask, native_ids: Sequence[str]) -> list[bytes]:
    """Return these posts as they are now; nothing for those that are missing from what Stack Exchange has.

    Which posts are questions is not to be told by their ids, so that is asked for first.
    """
    sites: dict[str, list[str]] = {}
    for native_id in native_ids:
        site, _, number = native_id.partition("/")
        sites.setdefault(site, []).append(number)
    found = []
    for site, numbers in sites.items():
        comments = [number.removeprefix("comment/") for number in numbers if "/" in number]
        posts = [number for number in numbers if "/" not in number]
        kinds: dict[str, list[str]] = {"comments": comments, "questions": [], "answers": []}
        for post in await _items(ask, site, "posts", posts):
            kinds.get(f"{post.get('post_type')}s", []).append(str(post.get("post_id")))
        for kind, some in kinds.items():
            if items := await _items(ask, site, kind, some):
                found.append(orjson.dumps({"items": items}))
    return found


async def _items(ask: Ask, site: str, kind: str, numbers: Sequence[str]) -> list[dict[str, Any]]:
    if not numbers:
        return []
    said = await ask(f"{kind}/{';'.join(numbers)}", {"site": site, "pagesize": str(AT_ONCE)})
    return [item for item in listed(said, "items") if isinstance(item, dict)]
