"""A brand: whom we listen for, and with which query."""

import re
import unicodedata
from hashlib import sha256
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator


def slug(name: str) -> str:
    """Return a stable id for a name: lower case, letters and digits of any script, words joined by `-`."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "-".join(re.findall(r"\w+", folded.replace("_", " ")))


class Brand(BaseModel):
    """One `[[brands]]` entry. `group` names the rivals that share of voice is counted among."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    query: str = Field(min_length=1, max_length=100_000)
    id: str = Field(default="", max_length=200, pattern=r"^[\w.-]*$")
    group: str = "default"
    aliases: tuple[str, ...] = ()
    timezone: str = "UTC"

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

    @property
    def query_version(self) -> str:
        """Return a short digest of the query: two mentions with the same one were matched by the same text."""
        return sha256(self.query.encode()).hexdigest()[:12]
