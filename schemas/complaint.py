"""What is wrong with a setting, in one line: which one, why, and the nearest name when it does not exist."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

Location = tuple[str | int, ...]


def setting_names(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Yield the dotted name of every setting of a model, those of its sections and lists included."""
    for name, field in model.model_fields.items():
        yield prefix + name
        for inner in (field.annotation, *get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from setting_names(inner, f"{prefix}{name}.")


def unknown(model: type[BaseModel], location: Location) -> str:
    """Return that there is no such setting, and the name that was probably meant."""
    section, _, leaf = _dotted(location).rpartition(".")
    names = list(setting_names(model))
    siblings = [name for name in names if name.rpartition(".")[0] == section]
    for known in (siblings, names):
        leaves = {name.rpartition(".")[2]: name for name in known}
        if near := get_close_matches(leaf, leaves, n=1):
            return f"unknown setting {_dotted(location)!r}, did you mean {leaves[near[0]]!r}?"
    return f"unknown setting {_dotted(location)!r}; there are: {', '.join(siblings or names)}"


def complaint(model: type[BaseModel], values: Mapping[str, Any], location: Location, kind: str, message: str) -> str:
    """Return the line for one validation error of `model` in `values`; it never quotes the refused value.

    `location`, `kind` and `message` are the error's own, as pydantic gives them.
    """
    entry = _entry(values, location)
    if kind == "extra_forbidden":
        return entry + unknown(model, location)
    message = message.removeprefix("Value error, ")
    name = _dotted(location)
    return f"{entry}{name}: {message[:1].lower()}{message[1:]}" if name else message


def _dotted(location: Location) -> str:
    return ".".join(step for step in location if isinstance(step, str))


def _entry(values: Mapping[str, Any], location: Location) -> str:
    """Return which entry of a list is meant, by its number and, where it has one, its name."""
    if len(location) < 2 or not isinstance(location[1], int):
        return ""
    entries = values.get(str(location[0]))
    entry = entries[location[1]] if isinstance(entries, list | tuple) and location[1] < len(entries) else None
    name = entry.get("name") if isinstance(entry, dict) else None
    return f"entry {location[1] + 1} of {location[0]}{f' ({name})' if isinstance(name, str) else ''}: "
