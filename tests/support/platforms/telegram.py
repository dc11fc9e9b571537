"""Telegram's Bot API, as far as listening asks it: updates by their numbers."""

from typing import Any

from tests.support.platform import SECRET, Platform, Post, Question, Reply

TOKEN = f"7:{SECRET}"


class Telegram(Platform):
    """A channel's posts as updates, each of which is given until a higher one is asked for."""

    name = "telegram-bot-api"
    key_in_path = True
    remembers = True

    def __init__(self) -> None:
        super().__init__()
        self.updates: list[dict[str, Any]] = []
        self.number = 500

    def options(self, url: str) -> dict[str, Any]:
        return {"token": TOKEN, "base_url": url}

    def admits(self, question: Question) -> bool:
        return question.path == f"/bot7:{self.token}/getUpdates"

    def publish(self, number: int, text: str, at_ms: int) -> None:
        super().publish(number, text, at_ms)
        self._tell("channel_post", self.posts[number])

    def edit(self, number: int, text: str, at_ms: int) -> None:
        super().edit(number, text, at_ms)
        self._tell("edited_channel_post", self.posts[number])

    def _tell(self, kind: str, post: Post) -> None:
        self.number += 1
        chat = {"id": -1001234, "type": "channel", "title": "Kettles", "username": "kettles"}
        message = {"message_id": post.number, "chat": chat, "date": post.seconds, "text": post.text}
        if post.changed_ms:
            message["edit_date"] = post.changed_ms // 1000
        self.updates.append({"update_id": self.number, kind: message})

    def answer(self, question: Question) -> Reply:
        offset = int(question.params.get("offset", "0"))
        if offset:
            self.updates = [update for update in self.updates if update["update_id"] >= offset]
        return Reply({"ok": True, "result": self.updates[: int(question.params["limit"])]})

    def native_id(self, post: Post) -> str:
        return f"-1001234/{post.number}"
