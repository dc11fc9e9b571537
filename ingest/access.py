"""Access to interfaces: tokens that run out, and answers that have to be JSON."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from schemas.clock import Clock
from schemas.errors import Poison, Refused, Transient
from schemas.json_value import json_value

if TYPE_CHECKING:
    from ingest.web import Answer, Web

_LARGEST = 2**26
_EARLY_S = 60.0  # a token that is about to run out is not used any more

Ask = Callable[[Mapping[str, str]], Awaitable["Answer"]]
"""Sends a request with these headers beside its own."""


def json_of(answer: "Answer") -> Any:
    """Return the JSON that an answer is.

    Raises Refused for a status other than 200, Transient for what is no JSON: a server that is not itself.
    """
    from ingest.exchange import shown  # here: it loads an HTTP client, which reading a recording does not need

    if answer.status != 200:
        said = f"{shown(answer.url)} answers {answer.status}: check the options of the source"
        raise Refused(said, answer.status, answer.body[:2000])
    try:
        return json_value(answer.body, _LARGEST)
    except Poison as poison:
        raise Transient(f"{shown(answer.url)} answers no JSON ({poison.reason})") from None


def object_of(answer: "Answer") -> dict[str, Any]:
    """Return the JSON object that an answer is, as `json_of` does."""
    value = json_of(answer)
    if not isinstance(value, dict):
        from ingest.exchange import shown

        raise Transient(f"{shown(answer.url)} answers no JSON object")
    return value


def listed(answer: Mapping[str, Any], name: str) -> list[Any]:
    """Return the list that an answer has under a name; nothing where it is none."""
    found = answer.get(name)
    return found if isinstance(found, list) else []


class Access:
    """The token of a client (OAuth 2.0 client credentials, RFC 6749 section 4.4), had again when it has run out."""

    def __init__(
        self, source: str, url: str, form: Mapping[str, str], headers: Mapping[str, str], clock: Clock
    ) -> None:
        """`form` is sent to `url` with `headers` to get a token."""
        self._source, self._url, self._form, self._headers, self._clock = source, url, form, headers, clock
        self._token: str | None = None
        self._until: datetime | None = None

    async def answer(self, web: "Web", ask: Ask) -> "Answer":
        """Return what is answered to a request with a token. Raises Refused when none is given for the credentials, or
        the one that was just given is not taken."""
        fresh = self._token is None or (self._until is not None and self._clock.now() >= self._until)
        if fresh:
            await self._renew(web)
        try:
            return await ask(self._shown())
        except Refused as refusal:
            if fresh or refusal.status != 401:
                raise
        await self._renew(web)
        return await ask(self._shown())

    def _shown(self) -> Mapping[str, str]:
        return {"authorization": f"Bearer {self._token}"}

    async def _renew(self, web: "Web") -> None:
        answer = await web.post(self._url, source=self._source, data=self._form, headers=self._headers, repeatable=True)
        given = object_of(answer)
        token, lasts_s = given.get("access_token"), given.get("expires_in")
        if not isinstance(token, str) or not token.isprintable():
            raise Refused(f"[sources.{self._source}] no token is given for the credentials: check them", answer.status)
        self._token, self._until = token, None
        if isinstance(lasts_s, (int, float)):
            self._until = self._clock.now() + timedelta(seconds=max(lasts_s - _EARLY_S, 0))
