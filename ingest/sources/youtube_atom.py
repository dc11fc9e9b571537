"""YouTube by its channels' feeds, which need no key: new videos and how often they were seen."""

from collections.abc import Mapping, Sequence

from ingest.feed.hub import Topic
from ingest.feed.polling import DEFAULT_INTERVAL_S
from ingest.sources.feeds import Feeds as _Feeds
from schemas.errors import UsageError

_FEED = "https://www.youtube.com/feeds/videos.xml?channel_id="
_TOPIC = "https://www.youtube.com/xml/feeds/videos.xml?channel_id="  # as which the hub has it
_HUB = "https://pubsubhubbub.appspot.com/subscribe"


class YoutubeAtom(_Feeds):
    """Videos of YouTube channels: title, description, views; polled, or as YouTube pushes them to a subscriber.

    At-least-once, as every feed is. A feed holds the newest fifteen videos. `channel_ids` are the channels (UC...),
    `urls` are further feeds of YouTube; `interval_s` is how often each is polled.
    """

    name = "youtube-atom"
    network = "youtube"
    kind = "post"

    def __init__(
        self, channel_ids: Sequence[str] = (), urls: Sequence[str] = (), interval_s: float = DEFAULT_INTERVAL_S
    ) -> None:
        """Connect nothing yet."""
        if isinstance(channel_ids, str):
            raise UsageError(f'[sources.{self.name}] channel_ids: a list of channels is needed, ["UC..."]')
        super().__init__([*(_FEED + channel_id for channel_id in channel_ids), *urls], interval_s)

    def topics(self) -> Mapping[str, Topic | None]:
        """Return the feeds with YouTube's hub, which the feeds do not name."""
        return {url: Topic(_HUB, url.replace(_FEED, _TOPIC)) for url in super().topics()}

    def native_id(self, native_id: str) -> str:
        """Return the video's id, as YouTube's own interface has it."""
        return native_id.removeprefix("yt:video:")
