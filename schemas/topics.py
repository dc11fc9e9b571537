"""Every topic of a Kafka deployment: its name, key, shape, partitions and how long it keeps what."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from pydantic import BaseModel

from schemas.alert import Alert
from schemas.brand import Brand
from schemas.click import Click
from schemas.dead_letter import DeadLetter
from schemas.engagement import Engagement
from schemas.mention import Mention, RawMention
from schemas.trend import BrandDelta, TrendBucket

Cleanup = Literal["delete", "compact", "compact,delete"]

WORKERS = 12  # partitions of what is worked on side by side; more workers than this would stand idle
RAW_KEPT = timedelta(days=28)  # people's words as they came: long enough to process again after a mistake
VIEW_KEPT = timedelta(days=395)  # thirteen months, so that a month can be compared with that of the year before
MESSAGE_BYTES = 2**20  # more than any post; as much as brokers take by default
DEAD_BYTES = 12 * 2**20  # a dead letter holds as much as a record may have, 8 MiB, in base64


HISTORY_HEADER = "hearken-history"
"""The header of a message that tells of the past, apart from listening: nothing that follows from it opens an alert,
and no baseline learns of it. Its value says nothing."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. `key` says in words what its messages are keyed by; `retention` None keeps the newest of each key.

    `model` None: the value is JSON that only its writer reads. `public`: others may subscribe; the shape is published.
    `max_bytes` is the largest message; `segment_bytes` how much a file of the topic holds, None as the broker has it:
    what is compacted is never the newest file, so a topic that is read whole at each start wants small ones. For
    `whole_for` nothing is compacted away.
    """

    name: str
    key: str
    model: type[BaseModel] | None
    partitions: int
    cleanup: Cleanup
    retention: timedelta | None
    description: str
    public: bool = False
    max_bytes: int = MESSAGE_BYTES
    segment_bytes: int | None = None
    whole_for: timedelta | None = None


_TABLE = (
    Topic(
        "mentions.raw.v1", "mention id", RawMention, WORKERS, "delete", RAW_KEPT,
        "Posts that matched a brand, their edits and deletions, as the sources gave them.",
    ),
    Topic(
        "engagement.v1", "mention id", Engagement, WORKERS, "delete", RAW_KEPT,
        "Reposts, quotes, replies and totals of mentions; partitioned as mentions.raw.v1, for the two are joined.",
    ),
    Topic(
        "mentions.enriched.v1", "mention id", Mention, WORKERS, "compact,delete", VIEW_KEPT,
        "Whole mentions with what enrichment adds, sent again with a higher version at each real change. A mention with"
        " deleted_at is withdrawn.",
        public=True,
    ),
    Topic(
        "brand.deltas.v1", "brand id, or its group where one is named", BrandDelta, WORKERS, "delete", RAW_KEPT,
        "What each mention adds to its brands, and withdrawals of it. One worker sees a whole group, to compare its"
        " brands.",
    ),
    Topic(
        "brands.trends.v1", "brand id and start of bucket", TrendBucket, WORKERS, "compact", None,
        "A brand's five minutes, sent again with a higher revision when they change.",
        public=True,
    ),
    Topic(
        "alerts.v1", "alert id", Alert, 1, "delete", VIEW_KEPT,
        "Episodes in which something about a brand began to spread: opened, updated, closed. One partition keeps them"
        " in order.",
        public=True,
    ),
    Topic(
        "clicks.v1", "click id", Click, WORKERS, "delete", RAW_KEPT,
        "Clicks on the brand's own links, and the conversions that followed.",
    ),
    Topic(
        "pushed.v1", "source", None, 1, "delete", timedelta(days=7),
        "What was pushed to the reception, as it came; one partition keeps it in order.",
        max_bytes=DEAD_BYTES,
    ),
    Topic(
        "dead.v1", "dead letter id", DeadLetter, 1, "delete", RAW_KEPT,
        "Inputs that cannot be processed, whole, with their origin and a reason.",
        public=True, max_bytes=DEAD_BYTES,
    ),
    Topic(
        "positions.v1", "source", None, 1, "compact", None,
        "Where each source goes on after a stop, which mentions it published last; which dead letters were sent back;"
        " what each alert channel was told, and what is not to be told.",
        segment_bytes=4 * 2**20,
    ),
    Topic(
        "brands.v1", "brand id", Brand, 1, "compact", None,
        "The brands and their queries.",
    ),
    Topic(
        "suppressions.v1", "id of an erased post or author", None, 1, "compact", None,
        "What has been erased and must not come back when a topic is read again.",
    ),
)  # fmt: skip

TOPICS: dict[str, Topic] = {topic.name: topic for topic in _TABLE}
"""Every topic by its name, in the order of the flow."""

JOINED = ("mentions.raw.v1", "engagement.v1")
"""Topics of which one worker has to read the same partitions: they need the same number, and the same partitioner."""
