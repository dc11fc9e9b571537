"""What people have asked not to be told, as it stands now: read every few seconds, wherever it is kept."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from threading import Lock, Thread

from schemas.alert import Alert
from schemas.clock import Clock
from schemas.errors import HearkenError
from sinks.delivery.silence import Silence

_AGAIN = timedelta(minutes=5)  # after it could not be read


class Wishes:
    """Keeps and knows silences; several threads may ask.

    `slow` says that reading takes seconds, as from Kafka: it is then done beside, and nobody who asks waits for it.
    """

    def __init__(
        self,
        read: Callable[[], Sequence[Silence]],
        keep: Callable[[Silence], None],
        clock: Clock,
        *,
        slow: bool = False,
    ) -> None:
        """Read with `read` when what is known is old, and keep with `keep`."""
        self._read, self._keep, self._clock, self._slow = read, keep, clock, slow
        self._fresh = timedelta(seconds=15 if slow else 1)
        self._lock = Lock()
        self._known: dict[str, Silence] = {}
        self._due: datetime | None = None

    def keep(self, wish: Silence) -> None:
        """Keep a wish. Raises UsageError, Transient or Fatal when it is not kept."""
        self._keep(wish)
        with self._lock:
            self._known[wish.key] = wish

    def acknowledged(self, alert: Alert) -> Silence | None:
        """Return the wish that acknowledges an alert, None where nobody has, or where that is not known yet."""
        return self._all().get(f"acknowledged:{alert.id}")

    def muted_until(self, brand: str) -> datetime | None:
        """Return until when a brand is muted, None where it is not."""
        wish = self._all().get(f"muted:{brand}")
        return wish.until if wish is not None and wish.until is not None and wish.until > self._clock.now() else None

    def _all(self) -> dict[str, Silence]:
        with self._lock:
            now = self._clock.now()
            stale = self._due is None or now >= self._due
            if stale:
                self._due = now + _AGAIN
        if stale and self._slow:
            Thread(target=self._refresh, name="wishes", daemon=True).start()
        elif stale:
            self._refresh()
        return self._known

    def _refresh(self) -> None:
        try:
            found = {wish.key: wish for wish in self._read()}
        except HearkenError:  # an alert is shown all the same; who keeps a wish is told
            return
        with self._lock:
            self._known = found
            self._due = self._clock.now() + self._fresh
