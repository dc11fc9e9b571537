"""The file of brands, as it is read with --brands: one brand in it replaced, or added at the end."""

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any

from schemas.brand import slug
from schemas.errors import Fatal, UsageError

_HEAD = "# Brands, as the API saved them last. Comments are not kept.\n"
_saving = Lock()


def save(path: Path, brand: Mapping[str, Any]) -> None:
    """Put a brand where the one with its id stands, keeping what it says besides. The file is whole at any moment.

    Raises UsageError for a file that cannot be read, Fatal for one that cannot be written.
    """
    with _saving:
        try:
            listed: list[dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("brands", [])
        except (OSError, ValueError):  # TOML and UTF-8 errors are ValueErrors
            raise UsageError(f"the brands file {path.name} cannot be read: mend it first") from None
        ids = [one.get("id") or slug(str(one.get("name", ""))) for one in listed]
        if brand["id"] in ids:
            at = ids.index(brand["id"])
            listed[at] = {**listed[at], **brand}
        else:
            listed.append(dict(brand))
        beside = path.with_name(f".{path.name}.new")
        try:
            beside.write_text(_HEAD + "".join(f"\n{entry(one)}" for one in listed), encoding="utf-8")
            os.replace(beside, path)
        except OSError as error:
            raise Fatal(f"the brands file {path.name} cannot be written: {error.strerror}") from None


def entry(brand: Mapping[str, Any]) -> str:
    """Return a brand as a `[[brands]]` entry."""
    lines = [f"{name} = {_value(value)}" for name, value in brand.items()]
    return "\n".join(["[[brands]]", *lines, ""])


def _value(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{name} = {_value(one)}' for name, one in value.items())} }}"
    # A string of JSON is one of TOML, but for DEL, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
