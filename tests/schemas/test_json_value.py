import random
import string

import pytest

from schemas.errors import Poison
from schemas.json_value import MAX_DEPTH, json_value

LIMIT = 2**20


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "truncated"),
        (b'{"a":[1,2', "truncated"),
        (b'{"a":"caf\xc3', "truncated"),
        (b'{"a":"\\ud83d', "truncated"),
        (b'{"a":"\xff"}', "bad_encoding"),
        (b'{"a":NaN}', "bad_json"),
        (b'{"a":Infinity}', "bad_json"),
        (b'{"a":1e999}', "bad_json"),
        (b"{'a':1}", "bad_json"),
        (b'{"a":1} {"b":2}', "bad_json"),
        (b"[" * 100_000, "too_deep"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "too_deep"),
        (b'{"a":"' + b"x" * LIMIT + b'"}', "too_large"),
    ],
)
def test_refuses_with_a_reason(payload: bytes, reason: str) -> None:
    with pytest.raises(Poison) as refused:
        json_value(payload, LIMIT)
    assert refused.value.reason == reason


def test_reads_as_deep_as_allowed_and_bushy_values() -> None:
    assert json_value(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, LIMIT)
    assert len(json_value(b"[" + b",".join([b'{"a":[]}'] * 500) + b"]", LIMIT)) == 500


def test_byte_order_mark_and_half_surrogates() -> None:
    assert json_value(b'\xef\xbb\xbf{"a":1}', LIMIT) == {"a": 1}
    text = rb'{"a":"x\ud800y \\ud800 \ud83d\ude00 \udc00"}'
    assert json_value(text, LIMIT) == {"a": "xy \\ud800 \U0001f600 "}


def test_every_cut_is_called_truncated() -> None:
    whole = '{"name":"Café 手機","n":[1,{"x":null}],"t":true}'.encode()
    for cut in range(1, len(whole)):
        with pytest.raises(Poison) as refused:
            json_value(whole[:cut], LIMIT)
        assert refused.value.reason == "truncated", cut


def test_no_part_of_the_payload_is_in_the_detail() -> None:
    chance = random.Random(1)
    word = "".join(chance.choices(string.ascii_letters, k=20))
    for payload in (f'{{"{word}":{word}', f'{word}: "{word}"', f'{{"{word}":NaN}}'):
        with pytest.raises(Poison) as refused:
            json_value(payload.encode(), LIMIT)
        assert word not in str(refused.value)
