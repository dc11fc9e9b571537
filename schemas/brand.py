"""A brand: whom we listen for, and with which query."""

import re
import unicodedata
from hashlib import sha256
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from schemas.context import BrandContext
from schemas.exclusions import Exclusion

NO_GROUP = "default"
"""The group of brands for which none is named: they are compared when somebody asks, and no alert compares them."""


def slug(name: str) -> str:
    """Return a stable id for a name: lower case, letters and digits of any script, words joined by `-`."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "-".join(re.findall(r"\w+", folded.replace("_", " ")))


class KeywordRule(BaseModel):
    """One `[[brands.rules]]` entry: an alert when, within `within_h` hours, at least so many of the brand's mentions
    match a query of their own; reposts and near-copies are not counted."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    query: str = Field(min_length=1, max_length=100_000)
    at_least: int = Field(default=1, ge=1, le=1_000_000)
    within_h: float = Field(default=1, gt=0, le=24 * 7)


class Brand(BaseModel):
    """One `[[brands]]` entry. `group` names the rivals that share of voice is counted among; `rules` call when some of
    its mentions are about something, `exclude` the ready lists whose finds answers leave out, `context` tells it from
    other things of its name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    query: str = Field(min_length=1, max_length=100_000)
    id: str = Field(default="", max_length=200, pattern=r"^[\w.-]*$")
    group: str = NO_GROUP
    aliases: tuple[str, ...] = ()
    timezone: str = "UTC"
    rules: tuple[KeywordRule, ...] = ()
    exclude: tuple[Exclusion, ...] = ()
    context: BrandContext | None = None

    @model_validator(mode="before")
    @classmethod
    def _default_id(cls, data: object) -> object:
        if isinstance(data, dict) and not data.get("id") and isinstance(data.get("name"), str):
            return {**data, "id": slug(data["name"])}
        return data

    @field_validator("id")
    @classmethod
    def _has_id(cls, value: str) -> str:
        if not value:
            raise ValueError("has no letter or digit to make an id of: give an id")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:  # ZoneInfoNotFoundError is a KeyError
            raise ValueError(f"unknown timezone {value!r}, write for example 'Asia/Taipei'") from error
        return value

    @field_validator("rules")
    @classmethod
    def _distinct_rules(cls, rules: tuple[KeywordRule, ...]) -> tuple[KeywordRule, ...]:
        names = [rule.name for rule in rules]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"two rules are called {twice[0]!r}: give one of them another name")
        return rules

    @property
    def query_version(self) -> str:
        """Return a short digest of the query: two mentions with the same one were matched by the same text."""
        return sha256(self.query.encode()).hexdigest()[:12]
