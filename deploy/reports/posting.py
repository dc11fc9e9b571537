"""A report sent to a channel of the settings, because somebody asked for it: no quiet hours, no second try."""

from deploy.reports.rendering import Page, render
from deploy.telling import open_lines
from schemas.clock import Clock
from schemas.delivery import ChannelSettings
from schemas.errors import Fatal, UsageError
from schemas.settings import Settings
from sinks.channel import Channel, Letter
from sinks.delivery.inert import inert

_SUBJECT = 150  # code points


def find_channel(settings: Settings, name: str, clock: Clock) -> tuple[ChannelSettings, Channel]:
    """Return the channel of this name, opened. Raises UsageError, which names those that there are."""
    chosen = [one for one in settings.alerts.channels if one.name == name]
    if not chosen:
        known = ", ".join(one.name for one in settings.alerts.channels) or "none"
        raise UsageError(f"there is no channel {name!r} in the settings; there are: {known}")
    only = settings.model_copy(update={"alerts": settings.alerts.model_copy(update={"channels": tuple(chosen)})})
    [line] = open_lines(only, clock)
    return line.settings, line.channel


def post_report(page: Page, name: str, channel: Channel, enclosed: bytes | None, enclosed_name: str) -> None:
    """Send a report once: by mail as a page without charts, with the file if there is one. Blocks for as long as the
    channel does. Raises Fatal when it is not taken."""
    subject = inert(f"{page.title}, {page.dates}", _SUBJECT)
    answer = channel.post(Letter(subject, page.plain, render(page, drawn=False), enclosed, enclosed_name))
    if answer.outcome != "taken":
        raise Fatal(f"channel {name}: {answer.detail}")
