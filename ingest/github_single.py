"""Single threads, comments and releases of GitHub, by what a post goes by."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import orjson

from ingest.access import object_of
from schemas.errors import Transient

if TYPE_CHECKING:
    from ingest.web import Web

AT_ONCE = 10
_NOT_THERE = (404, 410)
_ID = re.compile(r"([\w.-]+/[\w.-]+)#(?:(\d+)|issuecomment-(\d+)|discussion_r(\d+)|release-(.+))", re.DOTALL)
_PLACES = ("issues/{}", "issues/comments/{}", "pulls/comments/{}", "releases/tags/{}")
# A discussion has the number of no issue, and only the other interface knows it.
_DISCUSSION = """query($owner: String!, $name: String!, $number: Int!) { repository(owner: $owner, name: $name) {
discussion(number: $number) { html_url: url title body created_at: createdAt updated_at: updatedAt
user: author { login ... on User { id: databaseId } } reactions { total_count: totalCount }
replies: comments { total_count: totalCount } } } }"""


def is_single(native_id: str) -> bool:
    """Say whether a post can be asked for: a review or a comment on a discussion or commit cannot."""
    return _ID.fullmatch(native_id) is not None


async def things_by_id(
    web: "Web", source: str, base: str, headers: Mapping[str, str], native_ids: Sequence[str]
) -> list[bytes]:
    """Return these things as they are now, each as GitHub lists it; nothing for one that is not there.

    Raises Transient where GitHub does not say so for certain.
    """
    found = [await _thing(web, source, base, headers, native_id) for native_id in native_ids]
    if None in found:  # an interface that is not itself may have nothing at all
        object_of(await web.get(f"{base}/rate_limit", source=source, headers=headers))
    return [orjson.dumps(thing) for thing in found if thing is not None]


async def _thing(
    web: "Web", source: str, base: str, headers: Mapping[str, str], native_id: str
) -> dict[str, Any] | None:
    parts = _ID.fullmatch(native_id)
    assert parts is not None  # noqa: S101 - `is_single` says so
    place = next(
        form.format(quote(part, safe="")) for form, part in zip(_PLACES, parts.groups()[1:], strict=True) if part
    )
    answer = await web.get(f"{base}/repos/{parts[1]}/{place}", source=source, headers=headers)
    if answer.status not in _NOT_THERE:
        return object_of(answer)
    return await _discussion(web, source, base, headers, parts[1], int(parts[2])) if parts[2] else None


async def _discussion(
    web: "Web", source: str, base: str, headers: Mapping[str, str], repository: str, number: int
) -> dict[str, Any] | None:
    owner, _, name = repository.partition("/")
    variables = {"owner": owner, "name": name, "number": number}
    answer = await web.post(
        f"{base}/graphql", source=source, json={"query": _DISCUSSION, "variables": variables}, headers=headers,
        repeatable=True,
    )  # fmt: skip
    said = object_of(answer)
    errors, data = said.get("errors") or [], said.get("data")
    if not isinstance(data, dict) or any(error.get("type") != "NOT_FOUND" for error in errors):
        raise Transient(f"{source}: GitHub does not say whether a discussion is there")
    thing = (data.get("repository") or {}).get("discussion")
    if thing is None:
        return None
    replies = (thing.pop("replies", None) or {}).get("total_count")
    return {**thing, "comments": replies}
