"""Telegram's webhook for bots."""

from hashlib import sha256
from typing import TYPE_CHECKING

from ingest.door import Admitted, Door, Knock, Said
from ingest.door_secrets import same, shared_secret

if TYPE_CHECKING:
    from ingest.web import Web


class Telegram(Door):
    """Updates that carry the word given to setWebhook as `secret_token`. Telegram signs nothing: who can read the word
    on its way can write updates, so the way to us has to be encrypted."""

    sources = ("telegram-bot-api",)

    def __init__(self, secret_token: object) -> None:
        """Raises ValueError for an option that cannot be."""
        self._token = shared_secret("secret_token", secret_token).decode()

    async def judge(self, knock: Knock, web: "Web") -> Admitted | Said:
        """Admit what carries the word."""
        if knock.method != "POST" or not same(self._token, knock.headers.get("x-telegram-bot-api-secret-token")):
            return Said(401, "not the word that was agreed on")
        return Admitted(sha256(knock.body).hexdigest())
