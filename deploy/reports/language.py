"""The words of a report in one language, and how numbers and times read in it. Pure, but for the files of words."""

import json
from datetime import datetime
from importlib.resources import files
from zoneinfo import ZoneInfo

from schemas.delivery import Language

_DASH = "–"
_MINUS = "−"
_MANY = 10


class Words:
    """The dashboard's words of a language, and over them the report's own."""

    def __init__(self, language: Language, zone: ZoneInfo) -> None:
        """Read the words; times are told in `zone`."""
        self.language = language
        self.zone = zone
        self._texts: dict[str, str] = {}
        for place in (files("deploy.dashboard") / "static" / "lang", files("deploy.reports") / "words"):
            self._texts |= json.loads((place / f"{language}.json").read_text(encoding="utf-8"))

    def __call__(self, key: str, **values: object) -> str:
        """Return a text with its places filled in. Raises KeyError for one that there is not."""
        return self._texts[key].format(**values)

    def term(self, kind: str, value: str) -> str:
        """Return what a value of the pipeline is called, by itself where it has no name."""
        return self._texts.get(f"{kind}.{value}", value)

    def moment(self, at: datetime) -> str:
        """Return a time in the zone of the report."""
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M}"

    @staticmethod
    def number(value: float | None, digits: int = 0) -> str:
        """Return a number with its thousands apart, None as a dash."""
        return _DASH if value is None else f"{value:,.{digits}f}".replace("-", _MINUS)

    @staticmethod
    def signed(value: float | None) -> str:
        """Return a number from -1 to 1 with its sign, None as a dash."""
        return _DASH if value is None else f"{value:+.2f}".replace("-", _MINUS)

    @staticmethod
    def percent(value: float | None) -> str:
        """Return a share, None as a dash."""
        return _DASH if value is None else f"{value:.0%}"

    @staticmethod
    def change(now: float | None, before: float | None) -> str:
        """Return by how much a number is more or less than before, how many times as much where that is tenfold; a
        dash where there was nothing before."""
        if now is None or not before:
            return _DASH
        if now >= _MANY * before:
            return f"× {now / before:,.0f}"
        return f"{now / before - 1:+,.0%}".replace("-", _MINUS)

    def difference(self, now: float | None, before: float | None) -> str:
        """Return by how many points a share has changed, a dash where one of the two is not known."""
        if now is None or before is None:
            return _DASH
        return self("points", n=f"{100 * (now - before):+.0f}".replace("-", _MINUS))
