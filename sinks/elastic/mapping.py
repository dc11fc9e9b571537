"""From a model to the fields of an index: nothing is mapped by hand that a model already says."""

from collections.abc import Mapping
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

Field = Mapping[str, Any]

LONGEST = 8_191
"""Code points of the longest keyword: Lucene holds no term above 32,766 bytes. A longer one is kept, not searched."""

KEYWORD: Field = {"type": "keyword", "ignore_above": LONGEST}
SHOWN: Field = {"type": "keyword", "index": False, "doc_values": False}
"""For what is only ever read back with its document."""

_SCALARS: dict[type, Field] = {
    str: KEYWORD,
    bool: {"type": "boolean"},
    int: {"type": "long"},
    float: {"type": "double"},
    datetime: {"type": "date"},
}


def properties(model: type[BaseModel], shown: frozenset[str] = frozenset()) -> dict[str, Field]:
    """Return the mapping of a model's fields, those of models in it included.

    `shown` names, with dots, the texts that are not searched as a whole. Raises TypeError for a type that no field of
    an index can hold.
    """
    return {name: _field(info.annotation, name, shown) for name, info in model.model_fields.items()}


def _field(annotation: Any, path: str, shown: frozenset[str]) -> Field:
    if path in shown:
        return SHOWN
    origin, inside = get_origin(annotation), get_args(annotation)
    if origin is Annotated or origin in (list, tuple):
        return _field(inside[0], path, shown)  # Elasticsearch tells a value from a list of them at no place
    if origin in (Union, UnionType):
        (only,) = (part for part in inside if part is not NoneType)
        return _field(only, path, shown)
    if origin is Literal:
        return _SCALARS[type(inside[0])]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        below = frozenset(name.removeprefix(f"{path}.") for name in shown if name.startswith(f"{path}."))
        return {"properties": properties(annotation, below)}
    if annotation not in _SCALARS:
        raise TypeError(f"{path}: no field of an index holds {annotation}")
    return _SCALARS[annotation]


def only_mapped(fields: dict[str, Any], mapped: Mapping[str, Field]) -> dict[str, Any]:
    """Return what of a document's fields the mapping knows, at every depth."""
    return {name: _inside(value, mapped[name]) for name, value in fields.items() if name in mapped}


def _inside(value: Any, field: Field) -> Any:
    below = field.get("properties")
    if below is None:
        return value
    return [only_mapped(item, below) for item in value] if isinstance(value, list) else only_mapped(value, below)
