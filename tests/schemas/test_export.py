"""The published contract: what is checked in is what the code says, and it cannot change under its consumers."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import Field

from schemas.errors import UsageError
from schemas.export import PUBLIC_MODELS, PUBLISHED, asyncapi, breaks, broken_topics, documents, export
from schemas.topics import TOPICS
from schemas.wire import Wire


class Before(Wire):
    schema_version: Literal[1] = 1
    id: str
    count: int | None = None
    kind: Literal["a", "b"] = "a"


class Grown(Before):
    title: str | None = None


class Required(Before):
    owner: str


class Retyped(Before):
    count: str | None = None  # type: ignore[assignment]


class Widened(Before):
    kind: Literal["a", "b", "c"] = "a"  # type: ignore[assignment]


class Lost(Wire):
    schema_version: Literal[1] = 1
    id: str
    kind: Literal["a", "b"] = "a"


class Reduced(Before):
    kind: Literal["a"] = "a"


class Narrowed(Before):
    count: int


class Bounded(Before):
    id: str = Field(max_length=5)


class Inner(Wire):
    name: str
    size: int | None = None


class InnerLost(Wire):
    name: str


class Nested(Wire):
    schema_version: Literal[1] = 1
    inner: list[Inner] = []


class NestedLost(Wire):
    schema_version: Literal[1] = 1
    inner: list[InnerLost] = []


def schema(model: type[Wire]) -> dict[str, Any]:
    return model.model_json_schema(mode="serialization")


def objects(document: dict[str, Any]) -> list[Callable[[dict[str, Any]], dict[str, Any]]]:
    """Return how to get at each object of a schema: itself, and those it is made of."""
    return [lambda whole: whole, *(lambda whole, name=name: whole["$defs"][name] for name in inner(document))]


def inner(document: dict[str, Any]) -> list[str]:
    return [name for name, shape in document.get("$defs", {}).items() if "properties" in shape]


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


@pytest.mark.parametrize("name", sorted(documents()))
def test_what_is_published_is_what_the_code_says(name: str) -> None:
    """When this fails: `python -m schemas.export`, which refuses a change that needs a new version."""
    published = json.loads((PUBLISHED / name).read_text(encoding="utf-8"))
    if name != "asyncapi.json":
        assert breaks(published, documents()[name]) == []
    assert published == documents()[name]


def test_an_optional_field_may_be_added() -> None:
    assert breaks(schema(Before), schema(Grown)) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (Required, "required changed"),
        (Retyped, "properties.count.anyOf changed"),
        (Widened, "properties.kind.enum changed"),
        (Lost, "properties.count is gone"),
        (Reduced, "properties.kind.enum is gone"),
        (Narrowed, "properties.count.anyOf is gone"),
        (Narrowed, "required changed"),
        (Bounded, "properties.id.maxLength is new"),
    ],
)
def test_any_other_change_is_a_break(changed: type[Wire], said: str) -> None:
    assert said in breaks(schema(Before), schema(changed))


def test_a_change_inside_is_a_break_too() -> None:
    inside, lost = schema(Nested), schema(NestedLost)
    lost["$defs"] = {"Inner": lost["$defs"]["InnerLost"]}
    lost["properties"] = inside["properties"]
    assert breaks(inside, lost) == ["$defs.Inner.properties.size is gone"]


@pytest.mark.parametrize("model", PUBLIC_MODELS)
def test_no_field_of_a_published_shape_can_be_lost_required_or_narrowed(model: type[Wire]) -> None:
    """Each field of each shape, at every depth: the check must not overlook a place."""
    published = schema(model)
    for place in objects(published):
        for name in place(published)["properties"]:
            gone, required, narrowed = deepcopy(published), deepcopy(published), deepcopy(published)
            del place(gone)["properties"][name]
            place(required)["required"] = [*place(required).get("required", []), name]
            place(narrowed)["properties"][name]["maxLength"] = 1
            assert all(breaks(published, changed) for changed in (gone, required, narrowed)), name


def test_export_refuses_to_change_a_published_version(tmp_path: Path) -> None:
    folder = tmp_path / "published"
    shutil.copytree(PUBLISHED, folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {path.name for path in export(folder)} <= set(before)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    alert = json.loads(before["alert.v1.json"])
    alert["properties"]["severity"] = {"type": "string"}
    (folder / "alert.v1.json").write_text(json.dumps(alert), encoding="utf-8")
    with pytest.raises(UsageError, match=r"alert\.v1\.json: properties\.severity is gone: raise schema_version"):
        export(folder)


@pytest.mark.parametrize(
    ("address", "message", "said"),
    [("alerts.v2", "Alert", r"alerts\.v2 is gone"), ("alerts.v1", "Mention", r"alerts\.v1\.Mention is gone")],
)
def test_export_refuses_to_take_a_topic_away(tmp_path: Path, address: str, message: str, said: str) -> None:
    document = asyncapi()
    document["channels"]["alerts_v1"] |= {"address": address, "messages": {message: {}}}
    (tmp_path / "asyncapi.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        export(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["asyncapi.json"]


def test_partitions_and_retention_may_change() -> None:
    before = asyncapi()
    before["channels"]["alerts_v1"] |= {"bindings": {}, "description": "said otherwise"}
    assert broken_topics(before, asyncapi()) == []


def test_every_published_file_is_of_a_shape_that_is_still_public() -> None:
    names = {re.sub(r"\.v\d+\.json", "", name) for name in documents()}
    assert {re.sub(r"\.v\d+\.json", "", path.name) for path in PUBLISHED.iterdir()} == names


def test_export_makes_its_folder(tmp_path: Path) -> None:
    export(tmp_path / "new")
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(documents())


def test_asyncapi_describes_the_public_topics_and_is_complete_in_itself() -> None:
    document = asyncapi()
    assert document["asyncapi"] == "3.0.0"
    addresses = {channel["address"] for channel in document["channels"].values()}
    assert addresses == {topic.name for topic in TOPICS.values() if topic.public}
    assert all(name.isidentifier() for name in (*document["channels"], *document["operations"]))
    found = set(references(document))
    assert "#/components/schemas/Mention" in found
    for reference in found:
        node: Any = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
