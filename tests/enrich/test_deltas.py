from typing import Any

from enrich.deltas import deltas
from schemas.mention import BrandMatch, Sentiment
from schemas.post import Author
from schemas.trend import BrandDelta, Contribution
from tests.support.mentions import T0, mention, stub


def brands(*ids: str) -> list[BrandMatch]:
    return [BrandMatch(id=name, query_version="q") for name in ids]


def summary(found: list[BrandDelta]) -> list[tuple[Any, ...]]:
    return [(d.brand, (d.bucket - T0).total_seconds() / 60, d.version, d.contribution is not None) for d in found]


def test_a_new_mention_contributes_to_each_of_its_brands() -> None:
    feeling = Sentiment(label="negative", positive=0, neutral=0, negative=1)
    document = mention(
        hours=0.1, kind="reply", brands=brands("zeta", "acme"), author=Author(id="u", handle="h", followers=4),
        sentiment=feeling, engagement=7, signature="s",
    )  # fmt: skip
    found = deltas(None, document)
    assert summary(found) == [("acme", 5, 1, True), ("zeta", 5, 1, True)]
    assert found[0].mention_id == document.id
    assert found[0].contribution == Contribution(
        published_at=document.published_at or T0, kind="reply", sentiment="negative", source="test", author="test:u",
        followers=4, engagement=7, signature="s",
    )  # fmt: skip
    assert [BrandDelta.model_validate(d.model_dump()) for d in found] == found


def test_nothing_changed_nothing_said() -> None:
    before = mention(engagement=3)
    assert deltas(before, mention(engagement=3, version=9, hashtags=["new"])) == []
    assert deltas(None, stub()) == []
    assert deltas(stub(version=2), stub(version=3)) == []
    assert deltas(None, mention(brand=None)) == []


def test_a_change_replaces_the_contribution_in_its_bucket() -> None:
    assert summary(deltas(mention(), mention(version=2, engagement=1))) == [("acme", 0, 2, True)]


def test_a_brand_that_matches_no_more_is_withdrawn_from() -> None:
    found = deltas(mention(brands=brands("acme", "zeta")), mention(version=2, brands=brands("zeta", "yota")))
    assert summary(found) == [("acme", 0, 2, False), ("yota", 0, 2, True)]


def test_a_deletion_withdraws_and_a_return_contributes_again() -> None:
    gone = stub(version=2)
    assert summary(deltas(mention(hours=1), gone)) == [("acme", 60, 2, False)]
    assert summary(deltas(gone, mention(hours=1, version=3))) == [("acme", 60, 3, True)]
    kept = stub(version=2).model_copy(update={"brands": brands("acme")})
    assert summary(deltas(mention(), kept)) == [("acme", 0, 2, False)]


def test_another_time_moves_it_to_another_bucket_only_when_that_differs() -> None:
    moved = deltas(mention(), mention(version=2, hours=1))
    assert summary(moved) == [("acme", 0, 2, False), ("acme", 60, 2, True)]
    assert summary(deltas(mention(), mention(version=2, hours=0.01))) == [("acme", 0, 2, True)]


def test_an_original_known_through_reposts_is_not_counted() -> None:
    (only,) = deltas(None, mention(via="repost"))
    assert only.contribution is not None
    assert not only.contribution.counted


def test_authors_go_by_id_then_handle_then_name() -> None:
    def author(**fields: Any) -> str | None:
        (only,) = deltas(None, mention(author=Author(**fields)))
        assert only.contribution is not None
        return only.contribution.author

    assert author(handle="h", name="n") == "test:h"
    assert author(name="n") == "test:n"
    assert author() is None


def test_absurd_followers_are_capped() -> None:
    (only,) = deltas(None, mention(author=Author(id="u", followers=2**53 - 1)))
    assert only.contribution is not None
    assert only.contribution.followers == 2**40


def test_who_names_many_companies_lists_them() -> None:
    def listed(text: str) -> bool:
        (found,) = deltas(None, mention(text=text))
        return found.contribution is not None and found.contribution.listed is True

    assert listed("Ideas for today: $ACME $Bor $CAL.B $dot")
    assert listed("$ACME beats $BOR, $CAL and $DOT together")
    assert not listed("$ACME, $acme and $BOR win $500, $20bn and a$hes, co$t$ and $CAL")
