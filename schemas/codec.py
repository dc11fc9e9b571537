"""Models to bytes and back: the only way in which a shape of ours crosses a topic or a state table."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, TypeVar

from pydantic import ValidationError

from schemas.errors import Poison
from schemas.json_value import json_value
from schemas.wire import Wire

MAX_MESSAGE_BYTES = 8 * 2**20  # as much as a recorded payload may have; topics set a lower limit of their own

W = TypeVar("W", bound=Wire)
Upgrade = Callable[[dict[str, Any]], dict[str, Any]]

_upgrades: dict[tuple[type[Wire], int], Upgrade] = {}


def upgrade(kind: type[Wire], version: int) -> Callable[[Upgrade], Upgrade]:
    """Register a function that turns the fields of `kind` at schema `version` into those at `version + 1`.

    It counts for the shapes derived from `kind` too. It may change the dictionary it is given; `decode` sets the new
    `schema_version` itself.
    """

    def register(change: Upgrade) -> Upgrade:
        _upgrades[kind, version] = change
        return change

    return register


def encode(model: Wire) -> bytes:
    """Return a model as compact JSON in UTF-8; fields that are None are left out, unknown ones are kept."""
    return model.model_dump_json(exclude_none=True).encode()


def decode(kind: type[W], payload: bytes, max_bytes: int = MAX_MESSAGE_BYTES) -> W:
    """Return the model that `payload` holds, brought up from the schema version in which it was written.

    A payload above `max_bytes` is not looked at; only what we stored ourselves may be allowed more than a message.
    A version newer than ours raises Poison unknown_kind: added fields need no new version (unknown fields survive),
    so a new number says that an old reader would misread it. The dead letter is sent again after the update.
    Every other unusable payload raises Poison as well, and nothing else is ever raised.
    """
    fields = json_value(payload, max_bytes)
    if not isinstance(fields, dict):
        raise Poison("bad_shape", f"{kind.__name__} is a JSON object, this is none")
    return model_of(kind, upgraded(kind, fields))


def model_of(kind: type[W], fields: dict[str, Any]) -> W:
    """Return the model that these fields make; raises Poison bad_value that names the fields but not their values."""
    try:
        return kind.model_validate(fields)
    except ValidationError as error:
        places = sorted({".".join(str(part) for part in problem["loc"][:3]) for problem in error.errors()})
        known = [place for place in places if place.split(".")[0] in kind.model_fields]
        raise Poison("bad_value", f"{kind.__name__}: {', '.join(known[:5]) or 'its fields'}") from None
    except (OverflowError, RecursionError) as error:  # pydantic lets through what is no ValueError
        raise Poison("bad_value", f"{kind.__name__}: {type(error).__name__}") from None


def upgraded(kind: type[Wire], fields: dict[str, Any]) -> dict[str, Any]:
    """Return fields of `kind` as its present schema version has them; raises Poison as `decode` does."""
    present = _present_version(kind)
    if present is None:
        return fields
    version = fields.get("schema_version", 1)
    if not isinstance(version, int) or isinstance(version, bool):
        raise Poison("bad_value", f"{kind.__name__}: schema_version")
    if version > present:
        raise Poison("unknown_kind", f"{kind.__name__} of schema version {version}, at most {present} is read")
    for change in _steps(kind, version, present):
        version += 1
        try:
            fields = {**change(fields), "schema_version": version}
        except Exception as error:  # an old payload may lack anything that the change relies on
            raise Poison("bad_shape", f"{kind.__name__}: {type(error).__name__} on the way to {version}") from None
    return fields


@cache
def _present_version(kind: type[Wire]) -> int | None:
    own = kind.model_fields.get("schema_version")
    return None if own is None else int(own.default)


def _steps(kind: type[Wire], version: int, to: int) -> Iterator[Upgrade]:
    for number in range(version, to):
        step = next((_upgrades[c, number] for c in kind.__mro__ if (c, number) in _upgrades), None)
        if step is None:
            raise Poison("unknown_kind", f"{kind.__name__} of schema version {number}, which is no longer read")
        yield step
