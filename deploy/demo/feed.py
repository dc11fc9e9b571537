"""The invented network: it numbers posts, keeps them in the order in which they were seen, and writes them down."""

from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from deploy.demo.people import Account
from schemas.post import Counts, Kind, PostEvent, post_id
from schemas.wire import ms

NETWORK = "synthetic"
_SEEN_AFTER = timedelta(seconds=4)


class Feed:
    """Everything that was posted, and the only source of chance."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.events: list[PostEvent] = []

    def post(
        self, account: Account, at: datetime, text: str, kind: Kind = "post", target: PostEvent | None = None
    ) -> PostEvent:
        """Publish one post; `target` is what a reply answers, a quote quotes or a repost repeats."""
        number = f"synthetic-{len(self.events) + 1}"
        event = PostEvent(
            id=post_id(NETWORK, number), source=NETWORK, native_id=number, kind=kind, version=ms(at), published_at=at,
            observed_at=at + _SEEN_AFTER, author=account.author, text=text, flags=["synthetic"],
            url=f"https://{NETWORK}.example/{account.handle}/{number}",
            parent_id=target.id if target and kind == "reply" else None,
            repost_of=target.id if target and kind == "repost" else None,
            quote_of=target.id if target and kind == "quote" else None,
            quoted_text=target.text if target and kind == "quote" else None,
        )  # fmt: skip
        self.events.append(event)
        return event

    def repost(self, account: Account, at: datetime, original: PostEvent) -> PostEvent:
        """Publish a pure repost."""
        return self.post(account, at, original.text or "", "repost", original)

    def count(self, post: PostEvent, at: datetime, likes: int, replies: int = 0) -> None:
        """See a post again later, with its totals as they then stand."""
        counts = Counts(likes=likes, replies=replies)
        self.events.append(post.model_copy(update={"observed_at": at, "counts": counts}))

    def edit(self, post: PostEvent, at: datetime, text: str) -> PostEvent:
        """Change the text of a post, and return its new state."""
        change = {"op": "update", "version": ms(at), "observed_at": at + _SEEN_AFTER, "text": text}
        self.events.append(post.model_copy(update=change))
        return self.events[-1]

    def delete(self, post: PostEvent, at: datetime) -> None:
        """Take a post back."""
        self.events.append(
            PostEvent(
                id=post.id, source=NETWORK, native_id=post.native_id, op="delete", version=ms(at),
                observed_at=at + _SEEN_AFTER, flags=["synthetic"],
            )
        )  # fmt: skip

    def write(self, path: Path, until: datetime) -> int:
        """Write what was seen before a moment as NDJSON in the order it was seen; return how many post events."""
        seen = sorted(
            (event for event in self.events if event.observed_at < until),
            key=lambda event: (event.observed_at, event.native_id),
        )
        with path.open("w", encoding="utf-8") as file:
            file.writelines(event.model_dump_json(exclude_defaults=True) + "\n" for event in seen)
        return len(seen)
