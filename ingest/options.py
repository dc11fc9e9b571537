"""Reading the options of a live source, which a settings file gives as values and the environment as texts."""

import re
from collections.abc import Mapping
from typing import NoReturn
from urllib.parse import urlsplit

from pydantic import SecretStr

from schemas.errors import UsageError


class Options:
    """The section of one source; every complaint names it, and never says what was given for a secret."""

    def __init__(self, source: str) -> None:
        self._section = f"[sources.{source}]"

    def wrong(self, option: str, expected: str) -> NoReturn:
        """Raise UsageError."""
        raise UsageError(f"{self._section} {option}: {expected}")

    def needed(self, option: str, example: str) -> NoReturn:
        """Raise UsageError for an option that listening cannot do without."""
        raise UsageError(f"{self._section} lacks {option}: write {option} = {example}")

    def texts(self, option: str, value: object, form: str = r"\S.*", expected: str | None = None) -> tuple[str, ...]:
        """Return the texts of a list, or of one text with commas between them."""
        found = value.split(",") if isinstance(value, str) else value
        if not isinstance(found, (list, tuple)) or not all(isinstance(each, str) for each in found):
            self.wrong(option, 'a list of texts is expected, such as ["a", "b"]')
        texts = tuple(dict.fromkeys(text for each in found if (text := each.strip())))
        for text in texts:
            if not re.fullmatch(form, text):
                self.wrong(option, f"{text!r} is not {expected or 'what belongs there'}")
        return texts

    def number(self, option: str, value: object, least: float, most: float) -> float:
        """Return a number between two, both included."""
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            number = least - 1
        if isinstance(value, bool) or not least <= number <= most:
            self.wrong(option, f"a number from {least:g} to {most:g} is expected")
        return number

    def flag(self, option: str, value: object) -> bool:
        """Return yes or no."""
        if value in (True, "true"):
            return True
        if value in (False, "false"):
            return False
        self.wrong(option, "write true or false")

    def secret(self, option: str, value: object) -> SecretStr | None:
        """Return a credential; None for none."""
        if value is None or value == "":
            return None
        if isinstance(value, SecretStr):
            return value
        if not isinstance(value, str) or not value.isprintable() or not value.isascii():
            self.wrong(option, "a text of plain letters, digits and signs is expected")
        return SecretStr(value.strip())

    def address(self, option: str, value: object) -> str:
        """Return the address of a server, without a slash at its end."""
        parts = urlsplit(value) if isinstance(value, str) else None
        if (
            parts is None
            or parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.query
            or "@" in str(value)
        ):
            self.wrong(option, "an address is expected, such as https://api.example.com")
        return parts.geturl().rstrip("/")


def bearer(token: SecretStr | None, scheme: str = "Bearer") -> Mapping[str, str]:
    """Return the header that shows a token; none without one."""
    return {"authorization": f"{scheme} {token.get_secret_value()}"} if token else {}
