"""Who asks, and what they may do: tokens with roles; without tokens, this machine alone.

A browser keeps its token in a cookie that no script can read and no other site makes it send. A page of another site
could still ask a server on this machine, or have its own name lead here: so the host that was asked for, and the site
that a change comes from, are looked at.
"""

from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from math import ceil
from typing import Annotated, get_args
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from deploy.api.problems import Problem
from deploy.api.rates import Rates
from schemas.clock import Clock
from schemas.serving import ApiSettings, Role, TokenSettings, is_here

COOKIE = "hearken_token"
_ROLES: tuple[Role, ...] = get_args(Role)
_WRONG_PER_MINUTE = 20
_bearer = HTTPBearer(auto_error=False, description="A token of [[api.tokens]]; none is needed where none is set.")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks."""

    name: str
    role: Role

    def may(self, role: Role) -> bool:
        """Say whether this one may do what a role may."""
        return _ROLES.index(self.role) >= _ROLES.index(role)


class Door:
    """Lets callers in, and keeps count of what each asks."""

    def __init__(self, settings: ApiSettings, clock: Clock) -> None:
        """Know the tokens of these settings."""
        self._tokens = [(sha256(one.token.get_secret_value().encode()).digest(), one) for one in settings.tokens]
        self._rates = Rates(settings.requests_per_minute, clock)
        self._wrong = Rates(_WRONG_PER_MINUTE, clock)
        self._clock = clock
        self.asked_at = clock.now()

    @property
    def is_open(self) -> bool:
        """Say whether no token is needed."""
        return not self._tokens

    def owner(self, token: str) -> TokenSettings | None:
        """Return whose token this is. All are compared, in the same time whatever it is."""
        digest = sha256(token.encode("utf-8", "surrogatepass")).digest()
        found = [one for known, one in self._tokens if compare_digest(known, digest)]
        return found[0] if found else None

    def caller(self, request: Request, token: str | None) -> Caller:
        """Return who asks. Raises Problem 401, 403 or 429."""
        address = request.client.host if request.client else ""
        self.asked_at = self._clock.now()
        _check_site(request)
        if self.is_open:
            if not is_here(address) or not is_here(_host(request)):
                raise Problem(403, "without tokens only this machine may ask: see [[api.tokens]] in the settings")
            caller = Caller("local", "editor")
        else:
            caller = self._known(token or request.cookies.get(COOKIE), address)
        self._count(self._rates, f"{caller.name}@{address}")
        return caller

    def _known(self, token: str | None, address: str) -> Caller:
        owner = self.owner(token) if token else None
        if owner is not None:
            return Caller(owner.name, owner.role)
        if token:
            self._count(self._wrong, address)
        said = "this token is not known" if token else "a token is needed: Authorization: Bearer TOKEN"
        raise Problem(401, said, {"WWW-Authenticate": "Bearer"})

    @staticmethod
    def _count(rates: Rates, client: str) -> None:
        wait_s = rates.wait_s(client)
        if wait_s:
            raise Problem(429, "too many requests: wait a little", {"Retry-After": str(ceil(wait_s))})


def _host(request: Request) -> str:
    """Return the name that this server was asked by, empty for what is none."""
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def _check_site(request: Request) -> None:
    """Refuse what a page of another site has a browser ask."""
    origin = request.headers.get("origin")
    foreign = origin is not None and origin.partition("://")[2] != request.headers.get("host")
    if foreign or request.headers.get("sec-fetch-site") == "cross-site":
        raise Problem(403, "asked by a page of another site")


async def _caller(request: Request, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Caller:
    door: Door = request.app.state.door
    return door.caller(request, shown.credentials if shown else None)


Viewer = Annotated[Caller, Depends(_caller)]
"""Whoever may look."""


async def _responder(caller: Viewer) -> Caller:
    return _at_least(caller, "responder")


async def _editor(caller: Viewer) -> Caller:
    return _at_least(caller, "editor")


def _at_least(caller: Caller, role: Role) -> Caller:
    if not caller.may(role):
        raise Problem(403, f"this needs the role {role}; the token has {caller.role}")
    return caller


Responder = Annotated[Caller, Depends(_responder)]
"""Whoever may acknowledge and mute."""

Editor = Annotated[Caller, Depends(_editor)]
"""Whoever may save brands."""
