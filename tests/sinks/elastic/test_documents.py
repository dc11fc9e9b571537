"""Models as documents of an index: nothing is lost of what is kept, nothing is kept of what was deleted."""

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from schemas.dead_letter import DeadLetter, dead_letter
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.mention import Entity, Mention
from schemas.post import Author, Media
from sinks.elastic.documents import PAYLOAD_BYTES, document, read
from sinks.elastic.mapping import LONGEST
from sinks.elastic.templates import PROPERTIES, mapping
from sinks.questions import MOST
from tests.support.mentions import T0, bucket, mention, stub, velocity

NOW = T0 + timedelta(days=9)


def body(model: Mention) -> dict[str, Any]:
    fields: dict[str, Any] = orjson.loads(document(model, NOW).body)
    return fields


def full() -> Mention:
    return mention(
        text="Tea at $ACME",
        title="愛客",
        author=Author(id="7", handle="@Ann", followers=5),
        media=[Media(kind="image", alt="a #cup")],
        entities=[Entity(text="Acme", label="brand", start=8, end=12)],
        velocity=velocity(1),
        lang="zh-Hant",
        url="https://www.shop.acme.example/x",
    )


def test_a_mention_comes_back_as_it_was() -> None:
    assert read(Mention, body(full())) == full().replace(indexed_at=NOW)


@pytest.mark.parametrize(("size", "kept"), [(PAYLOAD_BYTES, PAYLOAD_BYTES), (PAYLOAD_BYTES + 1, PAYLOAD_BYTES)])
def test_of_a_large_dead_letter_the_beginning_is_indexed_under_its_id(size: int, kept: int) -> None:
    letter = dead_letter(Poison("bad_json", "x"), b"{" * size, origin="o", position="1", stage="parse", at=T0)
    made = document(letter, NOW)
    found = read(DeadLetter, orjson.loads(made.body))
    assert (made.id, found.payload) == (letter.id, b"{" * kept)
    assert found.detail == ("x" if size == kept else f"x (of {size} bytes the beginning)")


def test_its_facts_are_what_questions_ask_for() -> None:
    facts = body(full())["facts"]
    assert facts["words"] == ["tea at acme", "爱 客", "a cup"]
    assert facts["written"] == ["tea at $acme", "爱 客", "a #cup"]
    assert facts["entities"] == ["brand:Acme"]
    assert (facts["author"], facts["name"], facts["live"], facts["counted"]) == ("test:7", "@Ann", True, True)
    assert facts["is"]["lang"] == ["zh", "zh-hant"]
    assert facts["is"]["author"] == ["ann", "7"]
    assert "acme.example" in facts["is"]["site"]
    assert "country" not in facts["is"]


def test_its_facts_say_how_long_it_took() -> None:
    late = mention(published_at=T0, observed_at=T0 + timedelta(seconds=2))
    facts = body(late)["facts"]
    assert facts["seen_ms"] == 2_000
    assert facts["stored_ms"] == 9 * 86_400_000 - 2_000
    assert "seen_ms" not in body(late.replace(published_at=None))["facts"]


def test_a_field_that_nobody_knows_stays_out_of_the_mapping_and_comes_back() -> None:
    strange = full().model_copy(update={"author": Author.model_validate({"id": "7", "mood": {"": 1}})})
    strange = Mention.model_validate(strange.model_dump() | {"a.b": [{"c": 2**70}]})
    fields = body(strange)
    assert set(fields) <= {*PROPERTIES[Mention], "whole"}
    assert set(fields["author"]) == {"id"}
    assert read(Mention, fields) == strange.replace(indexed_at=NOW)


def test_a_deletion_is_a_stub_whatever_it_carries() -> None:
    careless = stub(version=3, title="secret", url="https://secret.example/", links=["secret"], made_up="secret")
    left = document(careless, NOW)
    assert b"secret" not in left.body
    assert b"words" not in left.body
    told = read(Mention, orjson.loads(left.body))
    assert (told.id, told.version, told.deleted_at, told.text) == (careless.id, 3, T0, None)
    assert orjson.loads(left.body)["facts"] == {"time": 1709510400000, "live": False, "counted": False}


def test_a_value_longer_than_a_term_is_cut_where_its_absence_would_say_something() -> None:
    facts = body(mention(author=Author(name="n" * 2 * LONGEST)))["facts"]
    assert facts["is"]["author"] == ["n" * LONGEST]


@pytest.mark.parametrize(
    ("model", "month"),
    [
        (mention(hours=24 * 40), T0 + timedelta(days=40)),
        (mention(published_at=None, observed_at=NOW), NOW),
        (stub(published_at=None, observed_at=NOW), T0),
    ],
)
def test_the_month_of_a_mention_is_that_of_the_post(model: Mention, month: datetime) -> None:
    assert document(model, NOW).at == month


def test_what_never_changes_has_one_version() -> None:
    deed = Engagement(id="e", mention_id="m", source="test", kind="repost", at=T0, observed_at=NOW)
    letter = DeadLetter(
        origin="t", position="0:1", reason="bad_json", detail="", stage="sink", at=T0, payload_base64="AA=="
    )
    assert [(d.kind, d.version, d.at) for d in (document(deed, NOW), document(letter, NOW))] == [
        ("engagement", 1, T0),
        (None, 1, T0),
    ]


def test_numbers_of_a_bucket_fit_into_the_index_and_its_revision_is_its_version() -> None:
    sent = document(bucket(engagement=2**70, revision=2**50), NOW)
    assert (sent.version, sent.id) == (2**50, "acme@2024-03-04T00:00Z")
    assert orjson.loads(sent.body)["engagement"] == MOST


def test_every_mapped_name_has_a_type() -> None:
    def types(fields: dict[str, Any]) -> set[str]:
        below = [types(field["properties"]) for field in fields.values() if "properties" in field]
        return {field.get("type", "object") for field in fields.values()}.union(*below)

    for fields in PROPERTIES.values():
        mapped = mapping(fields)
        assert mapped["dynamic"] == "strict"
        assert types(mapped["properties"]) <= {"keyword", "text", "date", "long", "double", "boolean", "object"}
