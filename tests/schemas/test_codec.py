from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas import codec
from schemas.alert import Alert
from schemas.codec import MAX_MESSAGE_BYTES, decode, encode, upgrade
from schemas.dead_letter import DeadLetter
from schemas.engagement import Engagement
from schemas.errors import Poison
from schemas.mention import Mention, RawMention
from schemas.post import PostEvent
from schemas.trend import BrandDelta, TrendBucket
from schemas.wire import Wire

GOLDEN = Path(__file__).parent / "golden"
KINDS: dict[str, type[Wire]] = {
    "alert.v1": Alert, "brand_delta.v1": BrandDelta, "dead_letter.v1": DeadLetter, "engagement.v1": Engagement,
    "mention.v1": Mention, "post_event.v1": PostEvent, "raw_mention.v1": RawMention, "trend_bucket.v1": TrendBucket,
}  # fmt: skip
POST: dict[str, Any] = {
    "id": "a", "source": "forum", "native_id": "1", "version": 5, "observed_at": "2024-03-01T12:00:00Z",
}  # fmt: skip

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["a", "id", "kind"]), inner),
    max_leaves=8,
)  # fmt: skip
odd_times = st.sampled_from(["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-12:00", "2024-02-30", -(10**18), 1e18])
near_posts = st.fixed_dictionaries(
    {name: st.just(value) | values for name, value in POST.items() if name != "observed_at"}
    | {"observed_at": st.just(POST["observed_at"]) | odd_times | values},
    optional={name: values for name in PostEvent.model_fields if name not in POST} | {"extra": values},
)


@given(st.binary(max_size=64) | near_posts.map(orjson.dumps) | values.map(orjson.dumps))
@example(b"{" * 5000)
@example(orjson.dumps({**POST, "observed_at": "0001-01-01T00:00:00+05:00"}))
def test_bytes_decode_or_are_poison(payload: bytes) -> None:
    for kind in (PostEvent, Mention, Engagement):
        with suppress(Poison):
            assert encode(decode(kind, payload))


@given(near_posts)
def test_what_is_encoded_decodes_to_the_same(fields: dict[str, Any]) -> None:
    try:
        post = decode(PostEvent, orjson.dumps(fields))
    except Poison:
        return
    assert decode(PostEvent, encode(post)) == post


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_published_version_is_still_read(name: str) -> None:
    written = orjson.loads((GOLDEN / f"{name}.json").read_bytes())
    again = orjson.loads(encode(decode(KINDS[name], orjson.dumps(written))))
    assert {key: again.get(key) for key in written} == written


def test_every_golden_file_is_tested() -> None:
    assert {path.stem for path in GOLDEN.iterdir()} == KINDS.keys()


def test_absent_fields_are_left_out_and_unknown_ones_kept() -> None:
    again = orjson.loads(encode(decode(PostEvent, orjson.dumps({**POST, "text": None, "mood": {"of": [1, "x"]}}))))
    assert "text" not in again
    assert "author" not in again
    assert again["mood"] == {"of": [1, "x"]}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b" " * (MAX_MESSAGE_BYTES + 1), "too_large"),
        (b"[1]", "bad_shape"),
        (b'{"id":NaN}', "bad_json"),
        (orjson.dumps({**POST, "version": "secret"}), "bad_value"),
        (orjson.dumps({**POST, "version": 2**42}), "bad_value"),
        (orjson.dumps({**POST, "schema_version": 2}), "unknown_kind"),
        (orjson.dumps({**POST, "schema_version": 0}), "unknown_kind"),
        (orjson.dumps({**POST, "schema_version": "secret"}), "bad_value"),
        (orjson.dumps({**POST, "author": {"secret": 1, "followers": "secret"}}), "bad_value"),
    ],
)
def test_refuses_with_a_reason_and_without_the_content(payload: bytes, reason: str) -> None:
    with pytest.raises(Poison) as refused:
        decode(PostEvent, payload)
    assert refused.value.reason == reason
    assert "secret" not in str(refused.value)


class Note(Wire):
    schema_version: Literal[3] = 3
    words: list[str]


class LongNote(Note):
    pages: int = 1


@pytest.fixture
def upgrades() -> Iterator[None]:
    before = dict(codec._upgrades)

    @upgrade(Note, 1)
    def text_became_body(fields: dict[str, Any]) -> dict[str, Any]:
        return {"body": fields["text"], **{key: value for key, value in fields.items() if key != "text"}}

    @upgrade(Note, 2)
    def body_became_words(fields: dict[str, Any]) -> dict[str, Any]:
        fields["words"] = fields.pop("body").split()
        return fields

    yield
    codec._upgrades.clear()
    codec._upgrades.update(before)


@pytest.mark.usefixtures("upgrades")
def test_old_versions_are_brought_up_step_by_step_also_of_derived_shapes() -> None:
    assert decode(Note, b'{"schema_version":1,"text":"a b","x":1}') == Note(words=["a", "b"], x=1)  # type: ignore[call-arg]
    assert decode(Note, b'{"schema_version":2,"body":"a b"}').words == ["a", "b"]
    assert decode(LongNote, b'{"schema_version":1,"text":"a"}').pages == 1
    assert decode(Note, b'{"text":"no version is the first"}').words[0] == "no"
    with pytest.raises(Poison, match="bad_shape: "):
        decode(Note, b'{"schema_version":1}')
