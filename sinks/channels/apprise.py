"""Everything that apprise knows: e-mail, Slack, Teams, Telegram, Discord, and a hundred services more.

Apprise says of a notice only that it was sent or not, and writes the rest into its log, where addresses and answers of
servers may stand: nothing of that is let through but the status that a server gave.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from threading import get_ident

from apprise import Apprise as Library
from apprise import AppriseAsset, NotifyFormat, NotifyType
from apprise.attachment.memory import AttachMemory
from apprise.plugins.base import NotifyBase
from apprise.plugins.email.base import NotifyEmail
from pydantic import SecretStr

from sinks.channel import Answer, Channel, Letter, Notice, Surroundings
from sinks.delivery.inert import cut

_STATUS = re.compile(r"error=(\d{3})\b")


class _Overhearing(logging.Filter):
    """Takes all that apprise would write into the log, and keeps what it warns of for the thread that asked."""

    def __init__(self) -> None:
        super().__init__()
        self._heard: dict[int, list[str]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep a line for whoever listens on this thread, and let nobody else have it."""
        heard = self._heard.get(get_ident())
        if heard is not None and record.levelno >= logging.WARNING:
            heard.append(record.getMessage())
        return False

    @contextmanager
    def listening(self) -> Iterator[list[str]]:
        """Yield the lines that come on this thread while the block runs."""
        heard: list[str] = []
        self._heard[get_ident()] = heard
        try:
            yield heard
        finally:
            del self._heard[get_ident()]


_overhearing = _Overhearing()
logging.getLogger("apprise").addFilter(_overhearing)


class Apprise(Channel):
    """Sends to one service. A URL of several places counts as one: when one of them fails, all are told again."""

    type = "apprise"
    promise = "at least once: twice at most for each kill between sending and noting"

    def __init__(self, surroundings: Surroundings, url: SecretStr) -> None:
        asset = AppriseAsset(
            app_id="hearken", app_desc="hearken", app_url="", image_url_mask="", image_url_logo="",
            async_mode=False, http_redirects=False, storage_mode="memory", pgp_autogen=False, pem_autogen=False,
        )  # fmt: skip
        service = Library.instantiate(url.get_secret_value(), asset=asset, suppress_exceptions=True)
        if not isinstance(service, NotifyBase):
            raise ValueError("its url is none that apprise knows: see the list of services in apprise's documentation")
        self._service = service
        self._library = Library(asset=asset)
        self._library.add(service)

    def send(self, notice: Notice) -> Answer:
        """Send as much as the service takes. Blocks as long as apprise does: its time-outs are of four seconds each."""
        title, body = fitted(notice.subject, notice.lines, self._service)
        kind = NotifyType.INFO if notice.alert.status == "closed" else NotifyType.WARNING
        return self._notify(body, title, kind, NotifyFormat.TEXT, None)

    def shown(self, notice: Notice) -> Sequence[str]:
        """Return title and body as the service gets them."""
        title, body = fitted(notice.subject, notice.lines, self._service)
        return [title, *body.splitlines()]

    def post(self, letter: Letter) -> Answer:
        """Send a letter: by mail as its page, elsewhere as its lines, as much of them as the service takes. What is
        enclosed goes along where files can."""
        file = None
        if letter.enclosed is not None and self._service.attachment_support:
            file = AttachMemory(letter.enclosed, letter.enclosed_name)  # type: ignore[no-untyped-call]
        title, body = fitted(letter.subject, letter.lines, self._service)
        if isinstance(self._service, NotifyEmail):
            return self._notify(letter.page, title, NotifyType.INFO, NotifyFormat.HTML, file)
        return self._notify(body, title, NotifyType.INFO, NotifyFormat.TEXT, file)

    def _notify(self, body: str, title: str, kind: NotifyType, form: NotifyFormat, file: AttachMemory | None) -> Answer:
        with _overhearing.listening() as heard:
            # Text of ours needs no escaping: it holds no sign of markup, whatever becomes of it on the way.
            sent = self._library.notify(body, title, kind, body_format=form, attach=file)
        status = next((found[1] for line in heard if (found := _STATUS.search(line))), None)
        if sent:
            return Answer("taken")
        return Answer("later", f"it answers {status}" if status else "it does not take the notice")


def fitted(subject: str, lines: Sequence[str], service: NotifyBase) -> tuple[str, str]:
    """Return title and body in the lengths that a service takes: as many lines as fit, at least the first, cut."""
    title = cut(subject, service.title_maxlen) if service.title_maxlen else subject
    room = service.body_maxlen - (0 if service.title_maxlen else len(title) + 20)
    # Two spaces at the end keep lines apart in Markdown, and are not seen elsewhere.
    whole = ("  \n" if service.notify_format == NotifyFormat.MARKDOWN else "\n").join(lines)
    while len(whole) > room and len(lines) > 1:
        lines = lines[:-1]
        whole = "\n".join(lines)
    return title, cut(whole, max(1, room))
