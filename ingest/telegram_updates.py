"""Updates of Telegram as a bot asks for them: which came, and which need not come again."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import orjson

from ingest.access import listed, object_of
from ingest.live import Heard
from schemas.clock import AsyncClock
from schemas.errors import Refused, Transient

if TYPE_CHECKING:
    from ingest.web import Web

_WAIT_S = 20  # Telegram answers at once when something comes; longer is too quiet for our one way out
_AT_ONCE = 100
_UNKEPT_S = 1.0
_KINDS = (
    "message", "edited_message", "channel_post", "edited_channel_post", "business_message", "edited_business_message",
    "deleted_business_messages", "message_reaction", "message_reaction_count",
)  # fmt: skip


class Updates:
    """The updates of one bot. Telegram gives each again until it is told that those before a number are done with."""

    def __init__(self) -> None:
        self._kept: int | None = None
        self._told: int | None = None

    def keep(self, number: int) -> None:
        """Note that all up to this number is safe."""
        self._kept = number

    async def heard(self, web: "Web", source: str, url: str, clock: AsyncClock) -> AsyncIterator[Heard]:
        """Yield updates without end, a hundred at most at once; what is not kept yet is asked for, not yielded, again.

        Without an offset Telegram begins with the first that it was not told of, so that numbers may begin anew, as
        they do after a quiet week.
        """
        before: set[int] = set()
        while True:
            asked = {"timeout": str(_WAIT_S), "limit": str(_AT_ONCE), "allowed_updates": orjson.dumps(_KINDS).decode()}
            kept = self._kept
            if kept is not None and kept != self._told:
                asked["offset"] = str(kept + 1)
            updates = await _asked(web, source, url, asked)
            self._told = kept
            numbers = {number for update in updates if (number := _number(update)) is not None}
            fresh = [update for update in updates if _number(update) not in before]
            before = numbers
            if fresh:
                last = _number(fresh[-1])
                payload = orjson.dumps({"ok": True, "result": fresh})
                yield Heard(payload, str(last) if last is not None else None)
            else:
                yield Heard(b"")
                if updates:
                    await clock.wait(_UNKEPT_S)


async def _asked(web: "Web", source: str, url: str, params: dict[str, str]) -> list[Any]:
    answer = await web.get(url, source=source, params=params)
    if answer.status == 409:
        if b"webhook" in answer.body:
            raise Refused(
                f"[sources.{source}] Telegram sends this bot's updates to a webhook: take it away (deleteWebhook), or "
                "listen there",
                409,
            )
        raise Transient(f"{source}: another program asks for this bot's updates")
    if answer.status == 404:
        raise Refused(f"[sources.{source}] token: Telegram knows no bot by it", 404)
    return listed(object_of(answer), "result")


def _number(update: object) -> int | None:
    number = update.get("update_id") if isinstance(update, dict) else None
    return number if isinstance(number, int) and not isinstance(number, bool) else None
