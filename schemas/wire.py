"""What every shape on the wire has in common: frozen, versioned, UTC times, unknown fields kept."""

import re
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

# Controls except tab and newline, bidirectional overrides, lone surrogates: they break logs, terminals and JSON.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def to_utc(moment: datetime) -> datetime:
    """Return the same moment in UTC, cut to milliseconds; a time without a zone is taken as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    elif moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    excess = moment.microsecond % 1000
    return moment.replace(microsecond=moment.microsecond - excess) if excess else moment


def plain(text: object) -> object:
    """Return text without control, override and surrogate code points; other values as they are."""
    if isinstance(text, str) and _UNSAFE.search(text):
        return _UNSAFE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return text


def ms(moment: datetime) -> int:
    """Return milliseconds since 1970-01-01T00:00Z."""
    return round(moment.timestamp() * 1000)


def from_ms(value: int) -> datetime:
    """Return the UTC moment of so many milliseconds since 1970-01-01T00:00Z."""
    return datetime.fromtimestamp(value / 1000, UTC)


Timestamp = Annotated[datetime, AfterValidator(to_utc)]
"""An aware UTC moment at millisecond precision; ISO 8601 with `Z` in JSON."""

PlainText = Annotated[str, BeforeValidator(plain)]
"""Text as people see it: no markup, no control or bidirectional override characters."""


class Wire(BaseModel):
    """Base of every shape that crosses a boundary; fields it does not know survive a round trip."""

    model_config = ConfigDict(frozen=True, extra="allow")

    def replace(self, **changes: Any) -> Self:
        """Return a copy with other values for some fields; the values must be valid, they are not looked at."""
        return type(self).trusted({**self.__dict__, **changes}, self.model_extra)

    @classmethod
    def trusted(cls, fields: dict[str, Any], extra: dict[str, Any] | None = None) -> Self:
        """Return a model of these fields: all that it has, each valid, the dictionary handed over.

        For values that were validated before: a tenth of the time of `model_construct`, which looks up every default.
        """
        model = cls.__new__(cls)
        object.__setattr__(model, "__dict__", fields)
        object.__setattr__(model, "__pydantic_fields_set__", _names(cls))
        object.__setattr__(model, "__pydantic_extra__", dict(extra) if extra else {})
        object.__setattr__(model, "__pydantic_private__", None)
        return model


@cache
def _names(shape: type[Wire]) -> set[str]:
    """Return the names of a shape's fields. One set serves all its models: they are frozen, and copies copy it."""
    return set(shape.model_fields)
