"""The settings of what is pushed to us: where we can be reached, how much we take, and whose doors are open."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class ReceptionSettings(BaseModel):
    """Where pushes are received over HTTP, at `/push/NAME`, and how much of them.

    `port` 0 opens nothing. `url` is where we can be reached from outside, for those who have to be told. A body may
    have `max_body_kib` as it is sent, and eight times as much unpacked; `waiting_mib` may wait to be taken in, then
    senders are asked to come again. `doors` holds, for each source that may be pushed, how who pushes it proves it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=0, ge=0, le=65_535)
    url: str = Field(default="", max_length=500, pattern=r"^(https?://[^\s?#@]+)?$")
    max_body_kib: int = Field(default=1_024, ge=1, le=8_192)
    waiting_mib: int = Field(default=1_024, ge=1)
    doors: dict[str, dict[str, Any]] = Field(default={}, repr=False)  # may hold credentials
