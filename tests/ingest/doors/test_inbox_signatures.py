"""The inbox of ActivityPub and signatures by RFC 9421."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.door import Admitted, Door, Said
from ingest.message_signature import message_signature_of
from ingest.rsa_signature import PublicKey
from ingest.web import Web
from tests.ingest.doors.test_inbox import TARGET, create, known, run
from tests.support.http_server import Served
from tests.support.pushers import NOON, delivered, delivered_newly, knock, rsa


@pytest.mark.parametrize(
    ("names", "more"),
    [
        ("@method @target-uri content-digest", ""),
        ("@method @target-uri @authority host content-type content-digest", ';alg="rsa-v1_5-sha256"'),
        ("content-digest @path @query @authority @method", f";expires={int(NOON.timestamp()) + 300}"),
        ("@method @request-target host content-digest", ';tag="x";nonce="a1"'),
    ],
)
def test_what_the_actor_signed_comes_in(names: str, more: str) -> None:
    async def test(server: Served, inbox: Door, web: Web) -> None:
        body, key = create(server), server.url("/ana#main-key")
        headers = delivered_newly(body, key, names=names, more=more)
        assert isinstance(await inbox.judge(knock(body, headers, TARGET), web), Admitted)
        both = {
            name: f"other=:YQ==:, {headers[name]}" if name == "signature" else value for name, value in headers.items()
        }
        assert isinstance(await inbox.judge(knock(body, both, TARGET), web), Admitted)

    run(test, known)


def test_nothing_that_was_changed_or_says_too_little_comes_in() -> None:
    async def test(server: Served, inbox: Door, web: Web) -> None:
        body, key = create(server), server.url("/ana#main-key")
        good, other = delivered_newly(body, key), body.replace(b"hello", b"bye")
        soon = int(NOON.timestamp()) - 1
        cases = {
            "another body": (other, good, TARGET, NOON),
            "another body, its digest": (
                other, good | {"content-digest": delivered_newly(other, key)["content-digest"]}, TARGET, NOON,
            ),
            "no digest": (body, {k: v for k, v in good.items() if k != "content-digest"}, TARGET, NOON),
            "another target": (body, good, "/push/activitypub?x=1", NOON),
            "another host": (body, good | {"host": "other.example"}, TARGET, NOON),
            "another method": (body, good, TARGET, NOON),
            "too late": (body, good, TARGET, NOON + timedelta(hours=2)),
            "over": (body, delivered_newly(body, key, more=f";expires={soon}"), TARGET, NOON),
            "another's key": (body, delivered_newly(body, key, seed=8), TARGET, NOON),
            "digest not signed": (body, delivered_newly(body, key, names="@method @target-uri"), TARGET, NOON),
            "target not signed": (body, delivered_newly(body, key, names="@method content-digest"), TARGET, NOON),
            "another algorithm": (body, delivered_newly(body, key, more=';alg="hmac-sha256"'), TARGET, NOON),
            "parameters written otherwise": (
                body, good | {"signature-input": good["signature-input"].replace(";cr", " ;cr")}, TARGET, NOON,
            ),
            "another label": (body, good | {"signature": good["signature"].replace("sig1", "sig2")}, TARGET, NOON),
            "the older kind under the name of the newer": (
                body, good | {"signature": delivered(body, key)["signature"]}, TARGET, NOON,
            ),
        }  # fmt: skip
        for case, (said, headers, target, at) in cases.items():
            method = "PUT" if case == "another method" else "POST"
            refused = await inbox.judge(knock(said, headers, target, method, at=at), web)
            assert isinstance(refused, Said), case
            assert 400 <= refused.status < 500, case

    run(test, known)


def test_the_example_of_the_standard_is_written_so() -> None:
    headers = {
        "host": "example.com", "date": "Tue, 20 Apr 2021 02:07:55 GMT", "content-digest": "sha-512=:WZ:",
        "signature-input": 'sig1=("@method" "@target-uri" "content-digest");created=1618884473;keyid="test-key"',
        "signature": "sig1=:YWJj:",
    }  # fmt: skip
    signature = message_signature_of(headers)
    assert signature is not None
    [text, _] = signature.texts(knock(b"", headers, "/foo?param=Value&Pet=dog"))
    assert text.decode().split("\n") == [
        '"@method": POST',
        '"@target-uri": https://example.com/foo?param=Value&Pet=dog',
        '"content-digest": sha-512=:WZ:',
        '"@signature-params": ("@method" "@target-uri" "content-digest");created=1618884473;keyid="test-key"',
    ]


@given(st.text(max_size=300), st.text(max_size=100))
def test_no_header_is_too_odd(said: str, signed: str) -> None:
    found = message_signature_of({"signature-input": said, "signature": signed})
    if found is not None:
        assert not any(PublicKey(rsa()[0], 65537).verifies(text, found.signature) for text in found.texts(knock()))
