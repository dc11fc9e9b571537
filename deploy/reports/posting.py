"""A report sent to a channel of the settings, because somebody asked for it: no quiet hours, no second try."""

from deploy.reports.rendering import Page, render
from schemas.errors import Fatal
from sinks.channel import Channel, Letter
from sinks.delivery.inert import inert

_SUBJECT = 150  # code points


def post_report(page: Page, name: str, channel: Channel, enclosed: bytes | None, enclosed_name: str) -> None:
    """Send a report once: by mail as a page without charts, with the file if there is one. Blocks for as long as the
    channel does. Raises Fatal when it is not taken."""
    subject = inert(f"{page.title}, {page.dates}", _SUBJECT)
    answer = channel.post(Letter(subject, page.plain, render(page, drawn=False), enclosed, enclosed_name))
    if answer.outcome != "taken":
        raise Fatal(f"channel {name}: {answer.detail}")
