"""The one way out to the network: HTTP and websockets, within limits, to addresses that were checked."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered: `url` is where it was found after redirects; header names are in lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


class Web:
    """SIGNATURES ONLY, being built."""

    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...

    async def get(
        self, url: str, *, source: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Answer of 2xx, 304, 404, 410 and other 4xx are returned for the caller to judge; 429 and 5xx are waited for
        (Retry-After, rate headers, full jitter) a few times and then raise Transient; 401 and 403 raise Fatal (one line,
        no secret); a refused address, too large, too slow, too many redirects raise ... (Transient or Poison)."""
        raise NotImplementedError

    async def post(
        self, url: str, *, source: str, json: Any = None, data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        raise NotImplementedError

    def lines(
        self, url: str, *, source: str, params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None, silence_s: float = 90,
    ) -> AsyncIterator[bytes]:
        """Stream an endless answer line by line, without line ends, each capped; Transient when it breaks, or is silent."""
        raise NotImplementedError

    def socket(
        self, url: str, *, source: str, headers: Mapping[str, str] | None = None, silence_s: float = 90
    ) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """Open a websocket; the messages as bytes (text as UTF-8), each capped; Transient when it breaks or is silent."""
        raise NotImplementedError
