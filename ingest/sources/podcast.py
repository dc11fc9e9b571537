"""Podcasts: feeds whose items are episodes."""

from ingest.sources.feeds import Feeds as _Feeds


class Podcast(_Feeds):
    """Episodes of podcasts, by what their feeds say of them: title, show notes, the sound itself as media.

    At-least-once, as every feed is. `urls` are the podcasts' feeds, `interval_s` is how often each is polled.
    """

    name = "podcast"
    network = "podcast"
    kind = "post"
