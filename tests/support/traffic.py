"""Made-up posts of a day about two brands, what the embedded pipeline makes of them, and the messages they are."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import orjson

from deploy.embedded import Embedded
from ingest.publications import Publications
from ingest.publisher import Message
from ingest.recognition import Recognition
from ingest.records import Record
from ingest.source import Parsed
from schemas.brand import Brand
from schemas.codec import encode
from schemas.engagement import Engagement
from schemas.mention import Mention
from schemas.post import Author, Counts, PostEvent, post_id
from schemas.settings import Settings
from schemas.trend import TrendBucket
from schemas.wire import ms
from sinks.sqlite.store import SqliteStore
from tests.support.contents import contents

BRANDS = (Brand(name="Acme", query="acme"), Brand(name="Borealis", query="borealis"))
T0 = datetime(2024, 3, 4, tzinfo=UTC)
_MINUTES = 20 * 60
_WORDS = ["the", "new", "phone", "is", "great", "awful", "slow", "and", "its", "camera", "battery", "broke", "today"]
_NUMBERS = ("count", "distinct_count", "positive", "neutral", "negative", "unknown", "engagement")


class Outcome(NamedTuple):
    """Every document by mention id, and the numbers of every five minutes by brand and start, where there are any.

    A bucket that is empty again stays where it was sent before, which depends on the batches.
    """

    documents: dict[str, dict[str, Any]]
    trends: dict[tuple[str, int], tuple[int, ...]]


def posts(seed: int, count: int) -> list[PostEvent]:
    """Return states of `count` posts in order of time: creations, edits, deletions, totals, reposts and replies."""
    rng = Random(seed)
    told = [event for number in range(count) for event in _post(rng, str(number))]
    return sorted(told, key=lambda event: event.observed_at)


def _post(rng: Random, name: str) -> Iterator[PostEvent]:
    minute = rng.randrange(_MINUTES)
    text = (
        f"{rng.choice(['acme', 'borealis', 'acme and borealis'])} {' '.join(rng.choices(_WORDS, k=rng.randint(2, 12)))}"
    )
    created = _event(rng, name, minute, text=text, lang="en")
    yield created
    likes = 0
    for step in range(rng.choice([0, 0, 1, 3])):
        likes += rng.randrange(20)
        seen = T0 + timedelta(minutes=minute + 2 + step)
        yield created.model_copy(update={"observed_at": seen, "counts": Counts(likes=likes)})
    for number in range(rng.choice([0, 0, 0, 2, 12])):
        other = (
            {"kind": "repost", "repost_of": created.id}
            if rng.random() < 0.7
            else {"kind": "reply", "parent_id": created.id}
        )
        words = None if "repost_of" in other else f"acme {rng.choice(_WORDS)}"
        yield _event(rng, f"{name}-{number}", minute + 1 + rng.randrange(90), text=words, **other)
    if rng.random() < 0.15:
        words = rng.choice(["acme got better", "nothing to see", "borealis it is"])
        yield _event(rng, name, minute + 95, op="update", text=words, lang="en", published_at=created.published_at)
    if rng.random() < 0.1:
        yield _event(rng, name, minute + 100, op="delete")


def _event(rng: Random, name: str, minute: int, **fields: Any) -> PostEvent:
    at = T0 + timedelta(minutes=minute, milliseconds=rng.randrange(60_000))
    author = Author(id=f"a{rng.randrange(40)}", followers=rng.choice([None, rng.randrange(5_000)]))
    given: dict[str, Any] = {
        "id": post_id("test", name), "source": "test", "native_id": name, "version": ms(at),
        "published_at": at, "observed_at": at, "author": author,
    }  # fmt: skip
    return PostEvent.model_validate(given | fields)


def embedded(told: Sequence[PostEvent], store_path: Path) -> Outcome:
    """Return what the embedded pipeline stores."""
    with SqliteStore(str(store_path)) as store:
        pipeline = Embedded(Settings(brands=BRANDS), store)
        reads: list[Any] = [(Record(number, b"{}"), [event]) for number, event in enumerate(told)]
        for start in range(0, len(reads), 100):
            pipeline.process(reads[start : start + 100], "traffic", lambda _: None)
    return stored(store_path)


def stored(store_path: Path) -> Outcome:
    """Return what a file of the embedded pipeline holds."""
    found = contents(store_path)
    trends = {(row[0], row[1]): tuple(row[3:]) for row in found["trends"] if any(row[3:])}
    return Outcome(_plain(Mention.model_validate(body) for _, body in found["documents"]), trends)


def published(told: Sequence[Parsed]) -> list[Message]:
    """Return the messages that an ingest worker publishes."""
    recognition = Recognition(BRANDS, Publications())
    heard = [
        recognition.hear(Record(number, str(number).encode()), [event], "traffic") for number, event in enumerate(told)
    ]
    return [message for one in heard for message in one.messages]


def record(told: Sequence[PostEvent], path: Path) -> Path:
    """Write posts as a recording in the format `ndjson`, and return its path."""
    path.write_bytes(b"\n".join(encode(event) for event in told))
    return path


def write_brands(path: Path) -> Path:
    """Write the brands that the posts are about as a settings file, and return its path."""
    path.write_text("".join(f'[[brands]]\nname = "{brand.name}"\nquery = "{brand.query}"\n' for brand in BRANDS))
    return path


def late_signs(step: int) -> list[Message]:
    """Return a sign of life, eight days after all else, of posts that nobody knows, on every partition.

    An hour falls due when the next one begins: to close what is open it takes step 0, and when that is done, step 1.
    """
    moment = T0.replace(day=T0.day + 10, hour=12 * step)
    signs = [
        Engagement(
            id=f"{number}-{step}", mention_id=f"late-{number}", source="test", kind="like",
            at=moment, observed_at=moment,
        )
        for number in range(200)
    ]  # fmt: skip
    return [Message("engagement.v1", sign.mention_id, encode(sign)) for sign in signs]


def outcome(documents: Sequence[bytes], buckets: Sequence[bytes]) -> Outcome:
    """Return what stands at the end of the topics: the highest version of each mention, the highest revision."""
    newest: dict[str, Mention] = {}
    for payload in documents:
        mention = Mention.model_validate_json(payload)
        if mention.id not in newest or newest[mention.id].version < mention.version:
            newest[mention.id] = mention
    trends: dict[tuple[str, int], TrendBucket] = {}
    for payload in buckets:
        bucket = TrendBucket.model_validate_json(payload)
        place = (bucket.brand, ms(bucket.start))
        if place not in trends or trends[place].revision < bucket.revision:
            trends[place] = bucket
    numbers = {place: tuple(getattr(bucket, name) for name in _NUMBERS) for place, bucket in trends.items()}
    return Outcome(_plain(newest.values()), {place: row for place, row in numbers.items() if any(row)})


def _plain(mentions: Iterable[Mention]) -> dict[str, dict[str, Any]]:
    """Return documents by id, without the moment of storing. What was withdrawn by an edit leaves a stub only where it
    was seen before the edit, in another batch: such stubs are left out."""
    return {
        mention.id: orjson.loads(mention.model_dump_json(exclude_none=True, exclude={"indexed_at"}))
        for mention in mentions
        if mention.brands or mention.deleted_at is None
    }
