"""What people have asked not to be told: episodes that somebody has acknowledged, brands that are muted for a time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from schemas.alert import Alert
from schemas.wire import PlainText, Timestamp, Wire
from sinks.channel import Step


class Silence(Wire):
    """One wish: `acknowledged` names an alert by its id, `muted` a brand by its id until a moment (that has passed:
    no more). A later wish about the same takes the place of an earlier one. `by` is who wished it, where known."""

    kind: Literal["acknowledged", "muted"]
    about: str
    at: Timestamp
    until: Timestamp | None = None
    note: PlainText = ""
    by: PlainText = ""

    @property
    def key(self) -> str:
        """Return the name under which it is kept."""
        return f"{self.kind}:{self.about}"


def is_silenced(silences: Iterable[Silence], alert: Alert, step: Step, now: datetime) -> bool:
    """Return whether a step of an episode is not to be told.

    Of an acknowledged episode and of a muted brand nothing new is told, neither openings nor updates. The end of what
    was told is told all the same: who was called, or what was opened elsewhere, has to be released.
    """
    if step == "closed":
        return False
    return any(
        one.about == alert.id
        if one.kind == "acknowledged"
        else one.about == alert.brand and (one.until is None or now < one.until)
        for one in silences
    )
