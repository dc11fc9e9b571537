"""What `hearken match` says of a text: where it matches, or why it does not."""

import pytest

from ingest.explain import explain
from schemas.query.parse import parse_query


def found(query: str, text: str) -> list[str]:
    """Return the parts of the text that are shown as what matched."""
    explanation = explain(parse_query(query), text)
    assert explanation.matches
    assert explanation.reason == ""
    return [text[start:end] for start, end in explanation.spans]


@pytest.mark.parametrize(
    ("query", "text", "parts"),
    [
        ("acme", "Acme, ACME's and acmes", ["Acme", "ACME"]),
        ("T", "$T or T", ["T", "T"]),
        ("$T", "$T or T", ["$T"]),
        ('"acme phone"', "the Acme-Phone!", ["Acme-Phone"]),
        ("job*", "my jobs", ["jobs"]),
        ("愛客美手機", "我的爱客美手機很好", ["爱客美手機"]),
        ("strasse", "eine Straße", ["Straße"]),
        ("ガム", "ｶﾞﾑ", ["ｶﾞﾑ"]),
        ("👍", "ok 👍🏽", ["👍🏽"]),
        ('"acme phone"~3', "phone by acme", ["phone", "acme"]),
        ("a OR b", "b a c", ["b", "a"]),
        ("a AND NOT b", "a c", ["a"]),
        ("(a AND b) OR c", "a c", ["c"]),
        ("NOT (NOT a)", "a", ["a"]),
        ("NOT b", "a", []),
        ("a OR lang:en", "a", ["a"]),
    ],
)
def test_where_a_text_matches(query: str, text: str, parts: list[str]) -> None:
    assert found(query, text) == parts


@pytest.mark.parametrize(
    ("query", "text", "reason"),
    [
        ("acme AND phone", "acme", "misses: phone"),
        ("acme AND phone", "", "misses: acme, phone"),
        ('acme OR "Acme Phone" OR 愛客美手機', "x", 'misses: acme or "Acme Phone" or 愛客美手機'),
        ("(a OR b) AND c", "x", "misses: a or b, c"),
        ("(a AND b) OR c", "x", "misses: a and b or c"),
        ("acme AND NOT job*", "acme jobs", "excluded by: job*"),
        ("acme -jobs", "jobs", "misses: acme; excluded by: jobs"),
        ("NOT (a OR b)", "a b", "excluded by: a, b"),
        ("NOT (a AND b)", "a b", "excluded by: a or b"),
        ("acme AND lang:en", "acme", "unknown: lang"),
        ("acme AND NOT followers:>10", "x", "misses: acme; unknown: followers"),
        ("lang:en OR lang:zh", "x", "unknown: lang"),
        (" OR ".join(f"w{n}" for n in range(100)), "x", "misses: w0 or w1 or w2 or w3 or 96 others"),
    ],
)
def test_why_a_text_does_not_match(query: str, text: str, reason: str) -> None:
    explanation = explain(parse_query(query), text)
    assert not explanation.matches
    assert explanation.reason == reason
    assert explanation.spans == ()
