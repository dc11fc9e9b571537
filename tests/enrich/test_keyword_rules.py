"""A brand's own rules are queries like any other, asked of its own mentions alone."""

import pytest

from enrich.deltas import deltas
from enrich.keyword_rules import KeywordRules
from schemas.brand import Brand, KeywordRule
from schemas.errors import QueryError
from schemas.mention import BrandMatch
from tests.support.mentions import mention


def brands(*ids: str) -> list[BrandMatch]:
    """Return matches of these brands."""
    return [BrandMatch(id=one, query_version="v") for one in ids]


def rules(*queries: str) -> KeywordRules:
    """Return the rules of the brand "acme", called r0, r1 and so on."""
    named = tuple(KeywordRule(name=f"r{n}", query=query) for n, query in enumerate(queries))
    return KeywordRules([Brand(name="acme", query="acme", rules=named), Brand(name="other", query="other")])


def test_only_the_rules_that_are_met_are_named() -> None:
    asked = rules('"battery fire"', "recall* AND NOT memory", "lang:fr", "召回")
    assert asked.met(mention(text="acme battery fire, recalled")) == {"acme": ["r0", "r1"]}
    assert asked.met(mention(text="acme fire battery: a memory recalled")) == {}
    assert asked.met(mention(text="acme 要召回了", lang="zh")) == {"acme": ["r3"]}


def test_a_rule_is_no_matter_of_other_brands() -> None:
    asked = rules("fire")
    assert asked.met(mention(text="fire", brands=brands("other"))) == {}
    found = deltas(None, mention(text="fire", brands=brands("acme", "other")), asked)
    assert [delta.contribution and delta.contribution.rules for delta in found] == [["r0"], None]


def test_an_edit_takes_a_mention_out_of_a_rule() -> None:
    before, after = mention(text="acme fire"), mention(text="acme is fine", version=2)
    (only,) = deltas(before, after, rules("fire"))
    assert only.contribution is not None
    assert only.contribution.rules is None
    assert deltas(before, after) == []


def test_a_rule_that_cannot_be_read_names_brand_and_rule() -> None:
    with pytest.raises(QueryError, match=r"rule 'r0' of brand acme: .*\n.*\n +\^"):
        rules("(fire")
