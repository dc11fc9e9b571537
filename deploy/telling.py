"""The channels of the settings, opened, and what is told to them of an alert."""

import logging
from collections.abc import Callable, Sequence

from schemas.alert import Alert
from schemas.brand import Brand
from schemas.clock import Clock
from schemas.delivery import ChannelSettings
from schemas.errors import Transient, UsageError
from schemas.guard import Guard
from schemas.mention import Mention
from schemas.settings import Settings
from sinks.channel import Notice, Step, Surroundings, open_channel
from sinks.delivery.desk import Compose, Line
from sinks.delivery.wording import MOST_POSTS, compose
from sinks.drivers import with_drivers
from sinks.store import Questions

_log = logging.getLogger(__name__)

NO_CHANNELS = (
    "no channels are configured: write an [[alerts.channels]] entry into the settings; the file that `hearken init` "
    "writes shows some"
)

Look = Callable[[Alert], tuple[Alert, Sequence[Mention]]]
"""What a store knows of an alert: the alert with all that drives it, and the posts behind it that can still be read."""


def open_lines(settings: Settings, clock: Clock) -> list[Line]:
    """Return every channel of the settings. Raises UsageError, which names the entry and what is wrong with it."""
    surroundings = Surroundings(Guard(settings.outbound.places()), clock)
    return [
        Line(_with_brand_ids(channel, settings.brands), open_channel(channel, surroundings))
        for channel in settings.alerts.channels
    ]


def open_line(settings: Settings, name: str, clock: Clock) -> Line:
    """Return the channel of this name. Raises UsageError as `open_lines` does, and for no such name: it lists them."""
    if not settings.alerts.channels:
        raise UsageError(NO_CHANNELS)
    chosen = [one for one in settings.alerts.channels if one.name == name]
    if not chosen:
        known = ", ".join(one.name for one in settings.alerts.channels)
        raise UsageError(f"there is no channel {name!r} in the settings; there are: {known}")
    only = settings.model_copy(update={"alerts": settings.alerts.model_copy(update={"channels": tuple(chosen)})})
    [line] = open_lines(only, clock)
    return line


def composing(settings: Settings, look: Look) -> Compose:
    """Return what makes a notice of an alert; it raises what `look` does."""
    names = {brand.id: brand.name for brand in settings.brands}

    def composed(alert: Alert, step: Step, key: str, channel: ChannelSettings) -> Notice:
        alert, posts = look(alert)
        return compose(
            alert, step, key, brand_name=names.get(alert.brand, alert.brand), zone=channel.zone,
            language=channel.language, posts=posts, links=settings.alerts.links,
        )  # fmt: skip

    return composed


def looking(store: Questions) -> Look:
    """Return what looks into a store, on the thread that opened it. An alert is told without what cannot be read."""

    def look(alert: Alert) -> tuple[Alert, Sequence[Mention]]:
        try:
            found = [store.document(one.id) for one in alert.drivers.posts[:MOST_POSTS]]
            return with_drivers(alert, store), [post for post in found if post is not None]
        except Transient as error:
            _log.warning("an alert is told without the posts behind it: %s", error)
            return alert, []

    return look


def _with_brand_ids(channel: ChannelSettings, brands: Sequence[Brand]) -> ChannelSettings:
    """Return the channel with its brands by their ids; it may name them either way."""
    ids = {brand.name: brand.id for brand in brands} | {brand.id: brand.id for brand in brands}
    for name in channel.brands:
        if name not in ids:
            raise UsageError(f"alerts.channels ({channel.name}): there is no brand {name!r}")
    return channel.model_copy(update={"brands": tuple(ids[name] for name in channel.brands)})
