"""The settings of the API and the dashboard: where they are opened, and for whom."""

import re
from ipaddress import ip_address
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

Role = Literal["viewer", "responder", "editor"]
"""What one may do, each with all that stands before it: look; acknowledge and mute; save brands."""


class TokenSettings(BaseModel):
    """One `[[api.tokens]]` entry: whoever shows the token has the role. `name` is who that is, for the log."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    token: SecretStr = Field(min_length=20, max_length=200)
    role: Role = "viewer"

    @field_validator("token")
    @classmethod
    def _fits_a_header(cls, token: SecretStr) -> SecretStr:
        if not re.fullmatch(r"[\w.~+/=-]+", token.get_secret_value(), re.ASCII):
            raise ValueError("a token is of letters, digits and . _ ~ + / = -")
        return token


class ApiSettings(BaseModel):
    """What `[api]` says. Without tokens it is opened for this machine alone, where everybody may do everything.

    `threads` is how many questions are answered at once, `timeout_s` how long one may take; a client that asks more
    than `requests_per_minute` is told to wait.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8900, ge=0, le=65_535)
    tokens: tuple[TokenSettings, ...] = Field(default=(), repr=False)
    requests_per_minute: int = Field(default=1_200, ge=1)
    threads: int = Field(default=4, ge=1, le=64)
    timeout_s: float = Field(default=5, gt=0, le=60)

    @model_validator(mode="after")
    def _only_here_without_tokens(self) -> Self:
        if not self.tokens and not is_here(self.host):
            raise ValueError(f"{self.host} can be reached by others: give tokens, or host 127.0.0.1")
        names = [one.name for one in self.tokens]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"two tokens are called {twice[0]!r}: give one of them another name")
        return self


def is_here(host: str) -> bool:
    """Say whether a host is this machine and nobody else can reach it."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
