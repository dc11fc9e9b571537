import base64
import gzip
import io
from time import process_time

import orjson
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ingest.capture import captured_records
from ingest.cassette import cassette_bodies, is_cassette
from ingest.records import decode
from schemas.errors import Poison

SSE = ':)\nevent: update\ndata: {"id":"3"}\n\nevent: delete\ndata: 3\n\n'


def interaction(**body: object) -> dict[str, object]:
    headers = {"content-type": ["application/json"], "string": ["no body"]}
    request = {"body": "a=b", "headers": headers, "method": "POST", "uri": "https://social.example/api"}
    return {"request": request, "response": {"body": body, "headers": headers, "status": {"code": 200}}}


def cassette(*bodies: dict[str, object], key: str = "interactions") -> bytes:
    return yaml.safe_dump({key: [interaction(**body) for body in bodies], "version": 1}).encode()


def bodies(content: bytes) -> list[bytes]:
    assert is_cassette(content)
    return list(cassette_bodies(io.BytesIO(content)))


@pytest.mark.parametrize("key", ["interactions", "http_interactions"])
def test_bodies_come_in_order_however_they_are_written(key: str) -> None:
    packed = gzip.compress(b"[2]")
    content = cassette(
        {"string": '{"a": "茶"}'}, {"string": packed}, {"base64_string": base64.b64encode(b"[3]").decode()},
        {"string": ""}, {"encoding": "UTF-8", "string": SSE}, key=key,
    )  # fmt: skip
    assert bodies(content) == ['{"a": "茶"}'.encode(), b"[2]", b"[3]", SSE.encode()]


@pytest.mark.parametrize(
    "content",
    [
        b"---\nhttp_interactions:\n- response:\n    body:\n      encoding: x\n      string: '[1]'\nrecorded: x\n",
        b"# by hand\nversion: 1\ninteractions:\n- response: {body: {string: '[1]'}}\n",
        b'{"http_interactions": [{"response": {"body": {"encoding": "utf-8", "string": "[1]"}}}]}',
        b'{"version": 1, "interactions": [{"response": {"body": {"string": "[1]"}}}]}',
        b"interactions:\n- response:\n    body: '[1]'\n",
    ],
)
def test_every_dialect(content: bytes) -> None:
    assert bodies(content) == [b"[1]"]


def test_each_body_is_split_by_what_it_is() -> None:
    content = cassette({"string": '[{"id":"1"},{"id":"2"}]'}, {"string": SSE}, {"string": '{"id":"4"}'})
    records = list(captured_records(io.BytesIO(content)))
    assert [record.number for record in records] == [1, 2, 3, 4, 5]
    assert [decode(record).get("id", decode(record).get("payload")) for record in records] == [
        "1", "2", '{"id":"3"}', "3", "4",
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b'{"id":"1"}\n{"id":"2"}\n', b'[{"id":"1"},\n{"id":"2"}]'])
def test_json_is_split_as_ever(content: bytes) -> None:
    assert [decode(record)["id"] for record in captured_records(io.BytesIO(content))] == ["1", "2"]
    assert list(captured_records(io.BytesIO(b""))) == []


def test_a_cut_cassette_gives_what_it_has_and_says_that_it_is_cut() -> None:
    whole = cassette({"string": '{"id":"1"}'}, {"string": '{"id":"2"}'})
    first, rest = captured_records(io.BytesIO(whole[:-120] + b"\n 'x"))
    assert decode(first)["id"] == "1"
    with pytest.raises(Poison, match="truncated"):
        decode(rest)


@pytest.mark.parametrize(
    "content",
    [
        b"interactions: " + b"[" * 100_000,
        b"interactions: " + b"{a: " * 100_000,
        b"interactions:\n" + b"".join(b" " * depth + b"- \n" for depth in range(3000)),
        b"interactions: &a [x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: *c\n*a : *b\n",
        b"interactions: \xff\xfe",
        b"interactions: !!python/object:os.system x",
    ],
)
def test_odd_documents_do_no_harm(content: bytes) -> None:
    began = process_time()
    assert [body for body in bodies(content) if body] == []
    assert process_time() - began < 2


def test_a_packed_body_is_unpacked_within_bounds() -> None:
    bomb = gzip.compress(b"0" * 200_000_000)
    [body] = bodies(cassette({"string": bomb}))
    assert len(body) == 64 * 2**20
    assert bodies(cassette({"string": bomb[:50] + b"broken"})) == [b""]


@given(st.integers(0, 700), st.binary(max_size=5))
def test_no_damage_raises(at: int, instead: bytes) -> None:
    whole = cassette({"string": '{"id":"1"}'}, {"string": gzip.compress(b"{}")})
    for record in captured_records(io.BytesIO(whole[:at] + instead + whole[at + 3 :])):
        try:
            decode(record)
        except Poison:
            continue


def test_archives_of_browsers() -> None:
    packed = base64.b64encode(b'{"id":3}').decode()
    contents = [{"text": '[{"id":1},{"id":2}]'}, {}, {"text": packed, "encoding": "base64"}, {"text": None}, 5]
    log = {"version": "1.2", "entries": [{"response": {"content": content}} for content in contents] + [None]}
    archive = orjson.dumps({"log": log}, option=orjson.OPT_INDENT_2)
    assert is_cassette(archive)
    assert [record.payload for record in captured_records(io.BytesIO(archive))] == [
        b'{"id":1}', b'{"id":2}', b'{"id":3}',
    ]  # fmt: skip
    [cut] = captured_records(io.BytesIO(archive[:-20]))
    with pytest.raises(Poison, match="truncated"):
        decode(cut)
