"""The settings of delivery: which channels alerts go to, and which alerts each of them wants."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from schemas.alert import AlertKind

Language = Literal["en", "zh-Hant", "zh-Hans"]
"""What notices are written in: English, Traditional or Simplified Chinese."""


class QuietHours(BaseModel):
    """The hours of each day, from `start` up to `end`, in which a channel is told nothing; written "22:00-07:00"."""

    model_config = ConfigDict(frozen=True)

    start: time
    end: time

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the hours that the text names; they may go over midnight. Raises ValueError: what to write."""
        try:
            start, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
        except ValueError:
            raise ValueError(f"{text!r}: write quiet hours as 22:00-07:00") from None
        if start == end or start.tzinfo or end.tzinfo:
            raise ValueError(f"{text!r}: write quiet hours as 22:00-07:00, with two different times")
        return cls(start=start, end=end)

    def over_at(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return the moment from which on something may be said: this one, or the end of the quiet hours around it."""
        local = moment.astimezone(zone)
        clock = local.time()
        over_midnight = self.start > self.end
        quiet = clock >= self.start or clock < self.end if over_midnight else self.start <= clock < self.end
        if not quiet:
            return moment
        day = local.date() + timedelta(days=over_midnight and clock >= self.start)
        return max(moment, datetime.combine(day, self.end, zone).astimezone(moment.tzinfo))


class ChannelSettings(BaseModel):
    """One `[[alerts.channels]]` entry: where alerts go, and which of them. What the kind of channel needs besides, its
    own file says; of names that look like secrets the values are masked."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str = Field(min_length=1, max_length=100, pattern=r"^[\w.-]+$")
    type: str = Field(default="apprise", min_length=1)
    url: SecretStr | None = None
    brands: tuple[str, ...] = ()
    kinds: tuple[AlertKind, ...] = ()
    muted_kinds: tuple[AlertKind, ...] = ()
    least_novelty: float = Field(default=0, ge=0)
    updates: bool = False
    quiet_hours: str | None = None
    timezone: str = "UTC"
    language: Language = "en"

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError):  # ZoneInfoNotFoundError is a KeyError
            raise ValueError(f"unknown timezone {value!r}, write for example 'Asia/Taipei'") from None
        return value

    @field_validator("quiet_hours")
    @classmethod
    def _are_hours(cls, value: str | None) -> str | None:
        if value is not None:
            QuietHours.read(value)
        return value

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        """Name the entry, and show nothing else: what is only known to the kind of channel may be a secret."""
        return [("name", self.name), ("type", self.type)]

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of the quiet hours, and of the times in a notice."""
        return ZoneInfo(self.timezone)

    def may_speak_at(self, moment: datetime) -> datetime:
        """Return the moment from which on the channel may be told something: this one, or when quiet hours are over."""
        return moment if self.quiet_hours is None else QuietHours.read(self.quiet_hours).over_at(moment, self.zone)

    def options(self) -> dict[str, Any]:
        """Return what stands in the entry for the kind of channel alone."""
        own = dict(self.model_extra or {})
        return own | ({"url": self.url} if self.url is not None else {})


class DeliverySettings(BaseModel):
    """What `[alerts]` says of delivery. `links` are URLs that stand in each notice: `{brand}`, `{alert}`, `{start}` and
    `{end}` in them become the brand's id, the alert's, and the time of the episode in ISO 8601."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channels: tuple[ChannelSettings, ...] = Field(default=(), repr=False)  # may hold credentials
    give_up_after_h: float = Field(default=6, gt=0, le=24 * 7)
    links: tuple[str, ...] = ()

    @field_validator("links")
    @classmethod
    def _can_be_filled(cls, links: tuple[str, ...]) -> tuple[str, ...]:
        for link in links:
            try:
                link.format(brand="", alert="", start="", end="")
            except (KeyError, IndexError, ValueError):
                raise ValueError(f"{link!r}: what is filled in is {{brand}}, {{alert}}, {{start}}, {{end}}") from None
            if not link.startswith(("https://", "http://")):
                raise ValueError(f"{link!r}: write a URL that begins with https://")
        return links

    @model_validator(mode="after")
    def _distinct_channels(self) -> Self:
        seen: set[str] = set()
        for channel in self.channels:
            if channel.name in seen:
                raise ValueError(f"two channels are called {channel.name!r}: give one of them another name")
            seen.add(channel.name)
        return self
