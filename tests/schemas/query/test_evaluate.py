"""Whether a post matches: words, fields, and what is unknown."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.mention import Mention
from schemas.post import Author, Media, Place, PostEvent
from schemas.query.evaluate import evaluate
from schemas.query.parse import parse_query
from schemas.query.tree import Near, Query
from schemas.wire import from_ms

AT = from_ms(1_700_000_000_000)
TRUTH = {"true": True, "false": False, "unknown": None}


def post(text: str | None = None, **fields: object) -> PostEvent:
    return PostEvent.model_validate(
        {"id": "1", "source": "x", "native_id": "1", "version": 0, "observed_at": AT, "text": text, **fields}
    )


def says(query: str, text: str | None = None, **fields: object) -> bool | None:
    return evaluate(parse_query(query), post(text, **fields))


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("T", "I like T.", True),
        ("T", "buy $T", True),
        ("T", "#T @T", True),
        ("T", "we$t coa$t", False),
        ("T", "can't won't", False),
        ("T", "the top t_t 2t", False),
        ("T", "see https://t.co/T", False),
        ("$T", "buy $T", True),
        ("$T", "buy T #T @T", False),
        ("#T", "buy $T", False),
        ("#T", "#T", True),
        ("@acme", "thanks @Acme!", True),
        ("@acme", "mail me@acme.com", False),
        ("acme", "mail me@acme.com", True),
        ('"buy $T"', "buy $T", True),
        ('"buy $T"', "buy T", False),
        ('"$T now"', "$T now", True),
        ('"buy T"', "buy $T", True),
        ("acme", "ACME's phone", True),
        ("acme", "Ａｃｍｅ", True),
        ("cafe", "CAFÉ", True),
        ("Café", "cafe", True),
        ("acme", "acmephone", False),
        ("coca-cola", "Coca Cola", True),
        ("coca-cola", "cola coca", False),
        ('"acme phone"', "the Acme-Phone", True),
        ('"acme phone"', "acme new phone", False),
        ('"acme phone"', "phone acme", False),
        ("job*", "no jobs here", True),
        ("job*", "job", True),
        ("job*", "nojobs", False),
        ("$TS*", "$TSLA", True),
        ("$TS*", "TSLA", False),
        ("愛客美手機", "我在看愛客美手機。", True),
        ("愛客美手機", "我在看爱客美手机", True),
        ("爱客美", "愛客美手機", True),
        ("愛客美手機", "愛客的美手機", False),
        ("手機*", "手机壳", True),
        ("iPhone手機", "買iPhone手机了", True),
        ("サムスン", "新しいｻﾑｽﾝです", True),
        ("ハス", "バス", False),
        ("삼성", "삼성 휴대폰", True),
        ("กาแฟ", "ร้านกาแฟดี", True),
        ("👍", "good👍🏽", True),
        ("🇹🇼", "from 🇹🇼", True),
        ("🇨🇪", "🇺🇨🇪🇺", False),
        ('"acme phone"~1', "phone by acme", True),
        ('"acme phone"~0', "phone by acme", False),
        ('"acme phone"~3', "acme a b c phone", True),
        ('"acme phone"~3', "acme a b c d phone", False),
        ('"a b c"~1', "c x b a", True),
        ('"a b c"~1', "c x b y a", False),
        ('"愛客美 手機"~2', "手機是愛客美", True),
        ('"愛客美 手機"~0', "手機是愛客美", False),
        ('"$T down"~2', "down goes $T", True),
        ('"$T down"~2', "down goes T", False),
        ("a b", "b", True),
        ("a AND b", "b", False),
        ("a AND NOT b", "a", True),
        ("a AND NOT b", "a b", False),
        ("NOT a", "b", True),
        ("NOT a", None, True),
        ("a", None, False),
        ("a", "", False),
        ('("acme phone"~3 OR acmephone OR 愛客美手機) AND NOT job*', "new phone by Acme", True),
        ('("acme phone"~3 OR acmephone OR 愛客美手機) AND NOT job*', "new phone by Acme, jobs", False),
        ('("acme phone"~3 OR acmephone OR 愛客美手機) AND NOT job*', "AcmePhone", True),
        ('("acme phone"~3 OR acmephone OR 愛客美手機) AND NOT job*', "愛客美手機很好", True),
    ],
)
def test_words(query: str, text: str | None, expected: bool) -> None:
    assert says(query, text) is expected


@pytest.mark.parametrize(
    "fields",
    [{"title": "acme phone"}, {"quoted_text": "acme phone"}, {"media": [Media(kind="image", alt="acme phone")]}],
)
def test_every_text_of_a_post_is_searched(fields: dict[str, object]) -> None:
    assert says('"acme phone"', "something else", **fields) is True
    assert says("NOT phone", "something else", **fields) is False


def test_nothing_reaches_from_one_text_into_the_next() -> None:
    texts: dict[str, object] = {
        "title": "phone a",
        "quoted_text": "b",
        "media": [Media(kind="image", alt="c"), Media(kind="image", alt="$d")],
    }
    for query in ('"acme phone"', '"acme phone"~9', '"a b"', '"b c"', '"c d"', '"c $d"', '"c $d"~9', '"acme pho"'):
        assert says(query, "acme", **texts) is False
    assert says("acme AND phone AND $d", "acme", **texts) is True


@pytest.mark.parametrize(
    ("query", "fields", "expected"),
    [
        ("lang:zh", {"lang": "zh-Hant"}, True),
        ("lang:zh", {"lang": "zh"}, True),
        ("lang:zh-hant", {"lang": "zh_Hant"}, True),
        ("lang:zh-Hant", {"lang": "zh"}, False),
        ("lang:z", {"lang": "zh"}, False),
        ("lang:en", {"lang": "und"}, None),
        ("lang:en", {}, None),
        ("author:Acme", {"author": Author(handle="@acme")}, True),
        ("author:@acme", {"author": Author(handle="ACME")}, True),
        ('author:"jose perez"', {"author": Author(name="José  Pérez")}, True),
        ("author:17", {"author": Author(id="17", handle="x")}, True),
        ("author:ac", {"author": Author(handle="acme")}, False),
        ("author:acme", {"author": Author(followers=3)}, None),
        ("author:acme", {}, None),
        ("site:acme.com", {"url": "https://www.Acme.com:80/a?b"}, True),
        ("site:acme.com", {"url": "https://news.acme.com/"}, True),
        ("site:acme.com", {"url": "https://notacme.com/"}, False),
        ("site:news.acme.com", {"url": "https://acme.com/"}, False),
        ("site:acme.com", {"url": "https://[oops/"}, None),
        ("site:acme.com", {"url": "no address"}, None),
        ("site:acme.com", {}, None),
        ("source:X", {}, True),
        ("source:bluesky", {}, False),
        ("country:tw", {"place": Place(country="TW")}, True),
        ("country:JP", {"place": Place(country="tw")}, False),
        ("country:JP", {"place": Place(name="Tokyo")}, None),
        ("followers:>1000", {"author": Author(followers=1001)}, True),
        ("followers:>1000", {"author": Author(followers=1000)}, False),
        ("followers:[10 TO 20}", {"author": Author(followers=20)}, False),
        ("followers:0", {"author": Author(followers=0)}, True),
        ("followers:>1000", {"author": Author(handle="a")}, None),
        ("followers:>1000", {}, None),
    ],
)
def test_fields(query: str, fields: dict[str, object], expected: bool | None) -> None:
    assert says(query, "acme", **fields) is expected
    assert says(f"NOT {query}", "acme", **fields) is (None if expected is None else not expected)


# Three fields that are true, false and unknown of the post below.
LEAVES = {"true": "source:x", "false": "source:y", "unknown": "lang:en"}


@pytest.mark.parametrize(("left", "right"), list(product(TRUTH, repeat=2)))
def test_unknown_as_kleene_has_it(left: str, right: str) -> None:
    order = {False: 0, None: 1, True: 2}
    values = sorted((TRUTH[left], TRUTH[right]), key=order.__getitem__)
    assert says(f"{LEAVES[left]} AND {LEAVES[right]}") is values[0]
    assert says(f"{LEAVES[left]} OR {LEAVES[right]}") is values[1]


@pytest.mark.parametrize("query", ["acme AND lang:en", "acme AND NOT lang:en", "acme AND NOT (lang:en OR b)"])
def test_unknown_does_not_match(query: str) -> None:
    assert says(query, "acme") is None
    assert says(f"{query} OR acme", "acme") is True


def test_a_mention_has_the_language_that_was_found_out() -> None:
    raw = post("acme", lang="en").model_dump()
    known, unknown = (Mention.model_validate({**raw, "language": language}) for language in ("zh-Hant", "und"))
    assert evaluate(parse_query("lang:zh"), known) is True
    assert evaluate(parse_query("lang:en"), unknown) is True


@pytest.mark.parametrize(
    ("query", "meant", "expected"),
    [
        ("meant:>=70", [0.7], True),
        ("meant:>=70", [None, 0.2, 0.9], True),
        ("meant:<=30", [0.2, 0.9], True),
        ("meant:[30 TO 60]", [0.2, 0.9], False),
        ("meant:>=70", [None], None),
        ("meant:>=70", [], None),
    ],
)
def test_how_likely_a_brand_is_meant(query: str, meant: list[float | None], expected: bool | None) -> None:
    views = [{"id": "acme", "meant": one} for one in meant]
    known = Mention.model_validate({**post("acme").model_dump(), "brand_views": views})
    assert evaluate(parse_query(query), known) is expected


phrases = st.lists(
    st.lists(st.sampled_from("abc"), min_size=1, max_size=2).map(tuple), min_size=2, max_size=3, unique=True
)


@given(phrases, st.integers(0, 4), st.lists(st.sampled_from("abcx"), max_size=12))
def test_near_finds_a_stretch_when_there_is_one(some: list[tuple[str, ...]], distance: int, words: list[str]) -> None:
    places = [
        [at for at in range(len(words)) if tuple(words[at : at + len(phrase)]) == phrase] for phrase in some
    ]  # every choice of one place for each phrase, one by one
    lengths = [len(phrase) for phrase in some]
    expected = any(
        max(at + length for at, length in zip(starts, lengths, strict=True)) - min(starts) - sum(lengths) <= distance
        for starts in product(*places)
    )
    assert evaluate(Query("", Near(tuple(some), distance)), post(" ".join(words))) is expected
