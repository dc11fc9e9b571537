"""How far a channel has been told of an episode, and what it is to be told next. Pure: times and chance are given.

At most one notice is open for each episode and channel. What happens to the episode while it waits is told with it: an
episode that is over before its opening could be told is told once.
"""

from datetime import datetime, timedelta
from random import Random
from typing import Literal

from schemas.alert import Alert
from schemas.delivery import ChannelSettings
from schemas.wire import Timestamp, Wire
from sinks.channel import Answer, Step

_GROWTH = 2.0  # an update is told when the episode has at least so many times the mentions that were told last
_FIRST_S, _LONGEST_S = 2.0, 900.0  # between attempts
_LONGEST_RETRY_AFTER_S = 3_600.0


class Telling(Wire):
    """One episode on its way to one channel.

    `told` is what the channel knows of it, `told_count` how many mentions that was. `step` is the notice to be sent
    now, None for none; `alert` what it tells, fixed from the first attempt on, so that sent again it is the same;
    `latest` what came after that. `begun`: an attempt was begun and its answer is not known, so the notice may be
    there. It is sent from `due_at` on, and given up some hours after `since`. `ended` says why nothing more is told.
    """

    alert_id: str
    channel: str
    revision: int
    told: Literal["nothing", "opened", "closed"] = "nothing"
    told_count: float = 0
    step: Step | None = None
    alert: Alert | None = None
    latest: Alert | None = None
    due_at: Timestamp | None = None
    since: Timestamp | None = None
    attempts: int = 0
    begun: bool = False
    ended: Literal["silenced", "refused", "given_up"] | None = None

    @property
    def key(self) -> str:
        """Return the name of the notice that is to be sent: the same however often that is tried."""
        assert self.alert is not None  # noqa: S101 - only asked of what is to be sent
        number = f"-{self.alert.revision}" if self.step == "updated" else ""
        return f"{self.alert_id}:{self.step}{number}"


def wants(channel: ChannelSettings, alert: Alert) -> bool:
    """Return whether the channel is one for such alerts; it may be so from a later revision on."""
    return (
        (not channel.brands or alert.brand in channel.brands)
        and (not channel.kinds or alert.kind in channel.kinds)
        and alert.kind not in channel.muted_kinds
        and (alert.novelty is None or alert.novelty >= channel.least_novelty)
    )


def heard(telling: Telling | None, alert: Alert, channel: ChannelSettings, now: datetime) -> Telling | None:
    """Return what a newer revision of the episode makes of this; None when nothing changes.

    Revisions may come again and in any order: an older one, or the same again, changes nothing.
    """
    if telling is None:
        if not wants(channel, alert):
            return None
        telling = Telling(alert_id=alert.id, channel=channel.name, revision=alert.revision)
        return _opened(telling, "opened", alert, channel, now)
    if telling.ended or telling.told == "closed" or alert.revision <= telling.revision:
        return None
    telling = telling.replace(revision=alert.revision)
    if telling.step is None:
        step = _next(telling, alert, channel)
        return telling if step is None else _opened(telling, step, alert, channel, now)
    if telling.attempts:
        return telling.replace(latest=alert)
    step = "closed" if telling.step == "updated" and alert.status == "closed" else telling.step
    return telling.replace(alert=alert, step=step)


def begun(telling: Telling) -> Telling:
    """Return it with an attempt begun; to be kept before the notice is sent."""
    return telling.replace(begun=True, attempts=telling.attempts + 1)


def answered(
    telling: Telling, answer: Answer, channel: ChannelSettings, now: datetime, chance: Random, give_up_after_h: float
) -> Telling:
    """Return what the answer to an attempt makes of it.

    What is put off is tried again after up to twice as long each time, with full jitter (Marc Brooker, "Exponential
    Backoff And Jitter", 2015), at most a quarter of an hour, outside the quiet hours, until it is given up.
    """
    telling, alert = telling.replace(begun=False), telling.alert
    assert alert is not None  # noqa: S101 - it was sent
    if answer.outcome == "taken":
        closed = alert.status == "closed"
        latest = telling.latest
        done = telling.replace(
            told="closed" if closed else "opened", told_count=_count(alert),
            step=None, alert=None, latest=None, due_at=None, since=None, attempts=0,
        )  # fmt: skip
        step = None if latest is None or closed else _next(done, latest, channel)
        return done if step is None or latest is None else _opened(done, step, latest, channel, now)
    if answer.outcome in ("refused", "gone"):
        return ended(telling, "refused")
    if is_late(telling, now, give_up_after_h):
        return ended(telling, "given_up")
    longest_s = min(_LONGEST_S, _FIRST_S * 2.0 ** min(telling.attempts - 1, 64))
    wait_s = max(chance.uniform(0, longest_s), min(answer.retry_after_s or 0, _LONGEST_RETRY_AFTER_S))
    again_at = now + timedelta(seconds=wait_s)
    due_at = channel.may_speak_at(again_at)
    return telling.replace(due_at=due_at, since=telling.since if due_at == again_at else due_at)


def is_late(telling: Telling, now: datetime, give_up_after_h: float) -> bool:
    """Return whether what is to be told has waited too long since it might have been told."""
    return telling.since is not None and now - telling.since >= timedelta(hours=give_up_after_h)


def ended(telling: Telling, why: Literal["silenced", "refused", "given_up"]) -> Telling:
    """Return it with nothing more to be told; a notice that may be there already counts as told."""
    return telling.replace(ended=why, step=None, alert=None, latest=None, due_at=None, since=None, begun=False)


def passed_over(telling: Telling, channel: ChannelSettings, now: datetime) -> Telling:
    """Return it with the update that was to be told left out; what came after it goes on."""
    latest = telling.latest
    done = telling.replace(step=None, alert=None, latest=None, due_at=None, since=None, attempts=0, begun=False)
    step = None if latest is None else _next(done, latest, channel)
    return done if step is None or latest is None else _opened(done, step, latest, channel, now)


def _next(telling: Telling, alert: Alert, channel: ChannelSettings) -> Step | None:
    if alert.status == "closed":
        return "closed"
    return "updated" if channel.updates and _count(alert) >= _GROWTH * max(1, telling.told_count) else None


def _opened(telling: Telling, step: Step, alert: Alert, channel: ChannelSettings, now: datetime) -> Telling:
    due_at = channel.may_speak_at(now)
    return telling.replace(step=step, alert=alert, latest=None, due_at=due_at, since=due_at, attempts=0, begun=False)


def _count(alert: Alert) -> float:
    return alert.observed if alert.volume is None else alert.volume
