"""Posts in a table: whatever somebody exported from wherever."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, BinaryIO, get_args

from ingest.feed.times import feed_time
from ingest.foreign import given, odd_shapes_refused
from ingest.plain_posts import plain_post
from ingest.records import MAX_RECORD_BYTES, Record
from ingest.source import Parsed, Source
from ingest.table import table_rows
from schemas.errors import Poison, UsageError
from schemas.post import Counts, Kind
from schemas.times import read_time

# What people call the columns, best first; compared without case, spaces, hyphens and underscores.
_NAMES = {
    "native_id": "native_id id_str tweet_id post_id status_id comment_id review_id id",
    "text": "text full_text content body message tweet post comment review review_text description "
    "內容 内容 文本 本文 正文",
    "title": "title headline subject review_title 標題 标题",
    "published_at": "published_at created_at posted_at published timestamp datetime date time "
    "review_submit_date_and_time 發佈時間 發布時間 发布时间 發表時間 发表时间 日期 時間 时间",
    "observed_at": "observed_at retrieved_at collected_at",
    "author": "author author_name display_name name user_name 作者",
    "handle": "handle author_handle username screen_name user",
    "author_id": "author_id user_id",
    "followers": "followers followers_count author_followers user_followers",
    "url": "url link permalink post_url tweet_url review_link 連結 鏈接 链接 網址 网址",
    "lang": "lang language reviewer_language",
    "likes": "likes like_count favorite_count favorites 按讚數 讚數 点赞数 點讚數",
    "reposts": "reposts retweets retweet_count shares share_count 轉發數 转发数 分享數",
    "replies": "replies reply_count comments comment_count 留言數 評論數 评论数 回覆數",
    "quotes": "quotes quote_count",
    "views": "views view_count impressions impression_count",
    "country": "country country_code",
    "kind": "kind",
    "parent_id": "parent_id in_reply_to in_reply_to_status_id",
    "source": "network platform source",
}
_JOINTS = re.compile(r"[\s_-]+")
_NETWORK = re.compile(r"[a-z0-9][a-z0-9._-]{0,31}")
_COUNT = re.compile(r"(\d{1,15}|\d{1,3}(,\d{3}){1,4})(\.0+)?", re.ASCII)
_AS_THEY_ARE = ("native_id", "text", "title", "published_at", "observed_at", "url", "lang", "parent_id")


class CsvTable(Source):
    """Posts in a table with a header.

    At-least-once: a table can be read again from any row. A row without an id gets one made of its author, time,
    address, title and text, so two rows alike in all of these are one post.
    `columns` says which column holds what, e.g. {"text": "Review"}; what it leaves out is found by common names.
    `encoding` is told from the content unless given. `markup` "html" turns the texts into plain ones.
    """

    name = "csv"
    network = "csv"
    formats = "a table with a header, separated by comma, semicolon, tab or bar, in any common encoding"

    def __init__(
        self, columns: Mapping[str, str] | None = None, encoding: str | None = None, markup: str | None = None
    ) -> None:
        self._columns = dict(columns or {})
        if unknown := sorted(self._columns.keys() - _NAMES.keys()):
            raise UsageError(f"csv: no field {unknown[0]!r} to take from a column; there are: {', '.join(_NAMES)}")
        self._encoding, self._markup = encoding, markup

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """Yield the rows; what a row says is its `value`, by the names of the header."""
        return table_rows(stream, self._encoding)

    def parse(self, record: Record) -> list[Parsed]:
        """Return the one post event of a row."""
        row = record.value
        if isinstance(row, Poison):
            raise Poison(row.reason, row.detail)
        if not isinstance(row, dict):
            raise Poison("bad_shape", "a row without its header")
        if len(record.payload) > MAX_RECORD_BYTES:
            raise Poison("too_large", f"a row of {len(record.payload)} bytes")
        with odd_shapes_refused():
            return [plain_post(self._fields(row), self.network)]

    def _fields(self, row: dict[str, str]) -> dict[str, Any]:
        columns = {**_assigned(tuple(row)), **self._columns}
        if absent := [column for column in self._columns.values() if column not in row]:
            raise Poison("bad_shape", f"no column {absent[0]!r} in this table")
        cells = {name: row[column].strip() for name, column in columns.items() if row[column].strip()}
        cells |= {name: _time(cells[name]) for name in ("published_at", "observed_at") if name in cells}
        network, kind = cells.pop("source", ""), cells.pop("kind", "")
        return {
            **{name: cells[name] for name in _AS_THEY_ARE if name in cells},
            "source": network if _NETWORK.fullmatch(network) else None,
            "kind": kind if kind in get_args(Kind) else None,
            "author": given(
                id=cells.get("author_id"),
                name=cells.get("author"),
                handle=cells.get("handle"),
                followers=_count(cells.get("followers")),
            ),
            "counts": given(**{name: _count(cells.get(name)) for name in Counts.model_fields}),
            "place": given(country=cells.get("country")),
            "markup": self._markup,
        }


@lru_cache(maxsize=16)
def _assigned(header: tuple[str, ...]) -> dict[str, str]:
    """Return which column of a header holds which field, by common names."""
    columns = {_JOINTS.sub("", column).casefold(): column for column in reversed(header)}
    found = {}
    for field, names in _NAMES.items():
        name = next((name for name in names.replace("_", "").split() if name in columns), None)
        if name is not None:
            found[field] = columns[name]
    return found


def _time(cell: str) -> str:
    """Return a time as others read it too, of which people write more forms: 2024/3/1 12:00, 2024年3月1日."""
    try:
        read_time(cell)
    except Poison:
        moment = feed_time(cell)
        return moment.isoformat() if moment else cell
    return cell


def _count(cell: str | None) -> int | None:
    """Return a count that may be grouped by commas or come out of a spreadsheet as 12.0; None for what is none."""
    if cell is None or not _COUNT.fullmatch(cell):
        return None
    return int(cell.replace(",", "").partition(".")[0])
