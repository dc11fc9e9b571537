"""The published contract: what is checked in is what the code says, and it cannot change under its consumers."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from schemas.errors import UsageError
from schemas.export import PUBLISHED, asyncapi, breaks, documents, export
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


def schema(model: type[Wire]) -> dict[str, Any]:
    return model.model_json_schema(mode="serialization")


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
    ],
)
def test_any_other_change_is_a_break(changed: type[Wire], said: str) -> None:
    assert said in breaks(schema(Before), schema(changed))


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


def test_export_makes_its_folder(tmp_path: Path) -> None:
    export(tmp_path / "new")
    assert {path.name for path in (tmp_path / "new").iterdir()} == set(documents())


def test_asyncapi_describes_the_public_topics_and_is_complete_in_itself() -> None:
    document = asyncapi()
    assert document["asyncapi"] == "3.0.0"
    assert set(document["channels"]) == {topic.name for topic in TOPICS.values() if topic.public}
    found = set(references(document))
    assert "#/components/schemas/Mention" in found
    for reference in found:
        node: Any = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]
