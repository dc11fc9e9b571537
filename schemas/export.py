"""The contract with those who consume our topics: JSON Schema of each public model, one AsyncAPI 3.0 document.

`python -m schemas.export` writes them to `schemas/published/`, where each published version stays for ever.
"""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from schemas.errors import UsageError
from schemas.post import PostEvent
from schemas.topics import TOPICS, Topic

PUBLISHED = Path(__file__).with_name("published")
PUBLIC_TOPICS = tuple(topic for topic in TOPICS.values() if topic.public)
PUBLIC_MODELS: tuple[type[BaseModel], ...] = (PostEvent, *(topic.model for topic in PUBLIC_TOPICS if topic.model))

_ASYNCAPI = "asyncapi.json"
_PROSE = {"description", "title"}
_MAY_GROW = {"properties", "$defs"}


def documents() -> dict[str, dict[str, Any]]:
    """Return every document by its file name: `mention.v1.json` and so on, and `asyncapi.json`."""
    found = {_file_name(model): model.model_json_schema(mode="serialization") for model in PUBLIC_MODELS}
    return found | {_ASYNCAPI: asyncapi()}


def export(folder: Path = PUBLISHED) -> list[Path]:
    """Write every document and return their paths.

    Raises UsageError, and writes nothing, when a schema that stands in `folder` under the same version, or a topic that
    the AsyncAPI document there has, could no longer be relied on: the change needs a new `schema_version`.
    """
    new = documents()
    for name, document in new.items():
        path = folder / name
        if path.is_file():
            published = json.loads(path.read_text(encoding="utf-8"))
            broken = (broken_topics if name == _ASYNCAPI else breaks)(published, document)
            if broken:
                raise UsageError(f"{name}: {'; '.join(broken)}: raise schema_version and register an upgrade")
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in new.items():
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
    return [folder / name for name in new]


def breaks(published: Any, current: Any, place: str = "") -> list[str]:
    """Return what `current` takes away from those who rely on the `published` schema, one phrase each.

    New optional fields are allowed, and prose may change; everything else is a break.
    """
    if not (isinstance(published, dict) and isinstance(current, dict)):
        return [] if published == current else [f"{place or 'schema'} changed"]
    found = []
    grows = place.rpartition(".")[2] in _MAY_GROW
    prose = set() if grows else _PROSE
    for name in sorted((published.keys() | current.keys()) - prose):
        inner = f"{place}.{name}".lstrip(".")
        if name not in current:
            found.append(f"{inner} is gone")
        elif name in published:
            found += breaks(published[name], current[name], inner)
        elif not (grows or name in _MAY_GROW):
            found.append(f"{inner} is new")
    return found


def broken_topics(published: dict[str, Any], current: dict[str, Any]) -> list[str]:
    """Return what a consumer of a published AsyncAPI document could trip over in `current`: a topic that is gone, or
    whose messages are others. How many partitions it has, and how long it keeps what, may change."""
    found = []
    there = _messages(current)
    for topic, messages in _messages(published).items():
        found += breaks(messages, there[topic], topic) if topic in there else [f"{topic} is gone"]
    return found


def _messages(document: dict[str, Any]) -> dict[str, Any]:
    """Return the messages of each topic; what their schemas hold is compared where it is published."""
    every = document["components"]["messages"]
    return {
        channel["address"]: {name: every[name] for name in channel["messages"]}
        for channel in document["channels"].values()
    }


def asyncapi() -> dict[str, Any]:
    """Return the AsyncAPI document of the public topics, complete in itself."""
    models = [topic.model for topic in PUBLIC_TOPICS if topic.model]
    _, schemas = models_json_schema(
        [(model, "serialization") for model in models], ref_template="#/components/schemas/{model}"
    )
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "hearken",
            "version": "1",
            "description": "Mentions of brands, their trends and their alerts, as JSON on Kafka. Each message carries"
            " its schema_version; new fields may appear within a version, so ignore what you do not know.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_id(topic): _channel(topic) for topic in PUBLIC_TOPICS},
        "operations": {
            f"send_{_id(topic)}": {"action": "send", "channel": {"$ref": f"#/channels/{_id(topic)}"}}
            for topic in PUBLIC_TOPICS
        },
        "components": {
            "messages": {topic.model.__name__: _message(topic) for topic in PUBLIC_TOPICS if topic.model},
            "schemas": schemas["$defs"],
        },
    }


def _id(topic: Topic) -> str:
    """Return a topic's name as what reads AsyncAPI can use it for a name in a program."""
    return topic.name.replace(".", "_")


def _channel(topic: Topic) -> dict[str, Any]:
    assert topic.model is not None  # noqa: S101 - a public topic has a shape; a test holds it
    settings: dict[str, Any] = {"cleanup.policy": topic.cleanup.split(",")}
    if topic.retention:
        settings["retention.ms"] = int(topic.retention.total_seconds() * 1000)
    name = topic.model.__name__
    return {
        "address": topic.name,
        "description": topic.description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {
            "kafka": {"partitions": topic.partitions, "topicConfiguration": settings, "bindingVersion": "0.5.0"}
        },
    }


def _message(topic: Topic) -> dict[str, Any]:
    assert topic.model is not None  # noqa: S101 - a public topic has a shape; a test holds it
    key = {"type": "string", "description": topic.key}
    return {
        "name": topic.model.__name__,
        "payload": {"$ref": f"#/components/schemas/{topic.model.__name__}"},
        "bindings": {"kafka": {"key": key, "bindingVersion": "0.5.0"}},
    }


def _file_name(model: type[BaseModel]) -> str:
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in model.__name__).strip("_")
    return f"{name}.v{model.model_fields['schema_version'].default}.json"


if __name__ == "__main__":
    for _path in export():
        print(_path)
