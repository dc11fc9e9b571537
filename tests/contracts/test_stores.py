"""The contract of a store: what every one of them answers, whatever it keeps its documents in."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest

from schemas.mention import Entity, Mention
from schemas.wire import ms
from sinks.questions import Sort, Span, TopKind
from sinks.sqlite.store import SqliteStore
from sinks.store import Store, Write
from tests.support.elastic import elastic_store
from tests.support.mentions import T0, author, bucket, mention, stub, velocity, virality

HOUR = 3_600_000
DAY = 24 * HOUR


@pytest.fixture(params=["sqlite", pytest.param("elastic", marks=pytest.mark.services)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty store of each kind."""
    kind: str = request.param
    with SqliteStore(tmp_path / "store.db") if kind == "sqlite" else elastic_store(request) as made:
        yield made


def after(hours: float) -> datetime:
    """Return the moment so many hours after T0."""
    return T0 + timedelta(hours=hours)


def found(store: Store, brand: str | None = "acme", sort: Sort = "new", limit: int = 100) -> list[str]:
    """Return the native ids of a brand's mentions."""
    return [m.native_id for m in store.mentions(brand, None, None, None, sort, limit)]


def top(store: Store, kind: TopKind, limit: int = 10) -> list[tuple[str, int]]:
    """Return the values and counts of the brand's first day."""
    return [(row.value, row.count) for row in store.top(kind, "acme", T0, after(24), limit)]


def test_a_document_comes_back_whole(store: Store) -> None:
    whole = mention(
        author=author("ann", 7),
        velocity=velocity(2.5),
        virality=virality(),
        hashtags=["tea"],
        made_up_by_a_newer_source={"a": [1]},
    )
    store.write(Write(mentions=[whole]))
    (read,) = store.mentions("acme", None, None, None, "new", 10)
    assert read.indexed_at is not None
    assert read.model_copy(update={"indexed_at": None}) == whole


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_newest_version_wins_in_any_order(store: Store, order: tuple[int, ...], together: bool) -> None:
    states = [mention(version=v, text=f"state {v}", hashtags=[f"tag{v}"], hours=v) for v in range(3)]
    shuffled = [states[n] for n in order] * 2
    for batch in [shuffled] if together else [[one] for one in shuffled]:
        store.write(Write(mentions=batch))
    assert [m.text for m in store.mentions("acme", None, None, None, "new", 10)] == ["state 2"]
    assert top(store, "hashtags") == [("tag2", 1)]
    assert [(row.count, row.first, row.last) for row in store.totals()] == [(1, after(2), after(2))]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_a_post_that_changes_its_time_by_months_is_one_document(
    store: Store, order: tuple[int, ...], together: bool
) -> None:
    month = 24 * 31
    states = [mention(version=n, hours=n * month, author=author("ann")) for n in range(3)]
    shuffled = [states[n] for n in order]
    for batch in [shuffled] if together else [[one] for one in shuffled]:
        store.write(Write(mentions=batch))
    assert found(store) == ["1"]
    assert [(row.count, row.first) for row in store.totals()] == [(1, after(2 * month))]
    assert sum(point.authors or 0 for point in store.volume("acme", Span(T0, after(3 * month), 7 * DAY))) == 1
    store.write(Write(mentions=[stub(version=9, published_at=None)]))
    assert store.totals() == []


@pytest.mark.parametrize("gone", [stub(version=2), mention(version=2, brand=None)], ids=["deleted", "withdrawn"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_is_gone_is_in_no_answer_and_does_not_come_back(
    store: Store, gone: Mention, order: tuple[int, int]
) -> None:
    states = mention(version=1, author=author("ann", 5), hashtags=["tea"], links=["https://a.example/"]), gone
    for n in order:
        store.write(Write(mentions=[states[n]]))
    assert found(store) == found(store, None) == []
    assert store.totals() == []
    assert top(store, "authors") == top(store, "hashtags") == top(store, "links") == []
    assert store.volume("acme", Span(T0, after(24), DAY))[0].authors == 0


def test_a_withdrawn_mention_may_come_back_for_another_brand(store: Store) -> None:
    for state in (mention(version=1), mention(version=2, brand=None), mention(version=3, brand="zeta")):
        store.write(Write(mentions=[state]))
    assert (found(store, "acme"), found(store, "zeta"), found(store, None)) == ([], ["1"], ["1"])


def test_mentions_sort_and_ties_go_by_id(store: Store) -> None:
    store.write(
        Write(
            mentions=[
                mention("a", hours=1, velocity=velocity(1.0), author=author("ann", 10)),
                mention("b", hours=3),
                mention("c", hours=2, velocity=velocity(-4.0), author=author("cyd", 30)),
                mention("d", hours=2, velocity=velocity(1.0), author=author("dan")),
                mention("e", hours=9, brand="zeta", velocity=velocity(9.0), author=author("eve", 99)),
            ]
        )
    )

    def by_id(*names: str) -> list[str]:
        return sorted(names, key=lambda name: mention(name).id)

    assert found(store, sort="new") == ["b", *by_id("c", "d"), "a"]
    assert found(store, sort="velocity") == [*by_id("a", "d"), "c", "b"]
    assert found(store, sort="reach") == ["c", "a", *by_id("b", "d")]
    assert found(store, None, "reach", 2) == ["e", "c"]
    assert found(store, limit=0) == []


def test_mentions_of_a_time_start_included_end_excluded(store: Store) -> None:
    store.write(Write(mentions=[mention(str(n), hours=n) for n in range(5)]))
    for brand in ("acme", None):
        chosen = store.mentions(brand, None, after(1), after(3), "new", 10)
        assert [m.native_id for m in chosen] == ["2", "1"]


def test_volume_has_every_interval_and_the_newest_revisions(store: Store) -> None:
    store.write(Write(trends=[bucket(0.5, count=3, revision=2), bucket(0.75, count=1, distinct_count=0, engagement=5)]))
    store.write(Write(trends=[bucket(0.5, count=9, revision=1), bucket(2, count=4), bucket(3, count=8)]))
    points = store.volume("acme", Span(T0, after(3), HOUR))
    assert [ms(p.time) - ms(T0) for p in points] == [0, HOUR, 2 * HOUR]
    assert [(p.count, p.distinct_count, p.engagement) for p in points] == [(4, 3, 5), (0, 0, 0), (4, 4, 0)]
    assert [p.count for p in store.volume("zeta", Span(T0, after(2), HOUR))] == [0, 0]


def test_outermost_intervals_hold_only_what_lies_in_the_span(store: Store) -> None:
    store.write(Write(trends=[bucket(hours) for hours in (0, 1, 2, 3)]))
    points = store.volume("acme", Span(after(0.5), after(2.99), 2 * HOUR))
    assert [(ms(p.time) - ms(T0), p.count) for p in points] == [(0, 1), (2 * HOUR, 1)]


def test_weeks_begin_on_mondays(store: Store) -> None:
    store.write(Write(trends=[bucket(0), bucket(-1)]))
    points = store.volume("acme", Span(after(-24), after(24), 7 * DAY))
    assert [(p.time.weekday(), p.count) for p in points] == [(0, 1), (0, 1)]


def test_an_author_counts_once_an_interval_with_the_most_followers_seen(store: Store) -> None:
    people = [author("ann", 5), author("ann", 7), author("bob"), author("cyd", 10), None]
    written = [mention(str(n), hours=n / 10, author=person) for n, person in enumerate(people)]
    late = mention("late", hours=1, author=author("ann", 6))
    elsewhere = mention("z", brand="zeta", author=author("zoe", 99))
    uncounted = mention("original", author=author("dan", 50), via="repost")
    store.write(Write(mentions=[*written, late, elsewhere, uncounted], trends=[bucket(0, engagement=34)]))
    first, second = store.volume("acme", Span(T0, after(2), HOUR))
    assert (first.authors, first.reach, first.reach_unknown, first.engagement_rate) == (3, 17, 1, 2.0)
    assert (second.authors, second.reach, second.reach_unknown, second.engagement_rate) == (1, 6, 0, 0.0)
    (day,) = store.volume("acme", Span(T0, after(24), DAY))
    assert (day.authors, day.reach) == (3, 17)


def test_expected_volume_is_that_of_the_hour_of_week_before(store: Store) -> None:
    weeks = [bucket(24 * 7 * week + 0.25 * part, count=6) for week in range(3) for part in range(2)]
    store.write(Write(trends=weeks))
    third = 24 * 7 * 2
    points = store.volume("acme", Span(after(third - 1), after(third + 2), HOUR))
    assert [point.expected for point in points] == [None, pytest.approx(12), pytest.approx(0)]
    (part,) = store.volume("acme", Span(after(third + 0.5), after(third + 1), DAY))
    assert part.expected == pytest.approx(6)


def test_numbers_that_no_sum_can_hold_break_nothing(store: Store) -> None:
    most = 2**53 - 1
    people = [mention(str(n), author=author(str(n), most)) for n in range(1100)]
    store.write(Write(mentions=people, trends=[bucket(0, engagement=2**70), bucket(1, engagement=2**70)]))
    (day,) = store.volume("acme", Span(T0, after(24), DAY))
    assert day.reach is not None
    assert day.reach > 0
    assert day.engagement > 0


def test_sentiment_and_its_balance(store: Store) -> None:
    mixed = bucket(0, count=6, positive=3, neutral=1, negative=1, unknown=1)
    store.write(Write(trends=[mixed, bucket(0.5, count=2), bucket(1)]))
    first, second, third = store.sentiment("acme", Span(T0, after(3), HOUR))
    assert (first.positive, first.neutral, first.negative, first.unknown, first.balance) == (3, 3, 1, 1, 0.5)
    assert (second.neutral, second.balance) == (1, None)
    assert (third.neutral, third.balance) == (0, None)


def test_share_is_among_the_brands_given(store: Store) -> None:
    store.write(
        Write(trends=[bucket(0, count=6, distinct_count=1), bucket(0, brand="zeta", count=2), bucket(0, brand="other")])
    )
    points = store.share(["zeta", "acme"], Span(T0, after(2), HOUR))
    assert [(p.brand, p.count, p.share, p.distinct_share) for p in points[:2]] == [
        ("zeta", 2, 0.25, 2 / 3),
        ("acme", 6, 0.75, 1 / 3),
    ]
    assert [(p.count, p.share, p.distinct_share) for p in points[2:]] == [(0, None, None)] * 2
    assert store.share([], Span(T0, after(2), HOUR)) == []


def test_top_counts_a_mention_once_and_ties_go_by_value(store: Store) -> None:
    store.write(
        Write(
            mentions=[
                mention("1", hashtags=["tea", "tea", "cup"], handles=["ann"], links=["https://a.example/"]),
                mention("2", hashtags=["tea"], kind="repost", handles=["bob"], links=["https://a.example/"]),
                mention("3", hashtags=["tea"], via="repost"),
                mention("4", hashtags=["tea"], hours=24),
                mention("5", hashtags=["tea"], brand="zeta"),
                mention("6", hashtags=["can", "a"], handles=["ann"]),
            ]
        )
    )
    assert top(store, "hashtags") == [("tea", 2), ("a", 1), ("can", 1), ("cup", 1)]
    assert top(store, "hashtags", 1) == [("tea", 2)]
    assert top(store, "mentions") == [("ann", 2), ("bob", 1)]
    assert top(store, "links") == [("https://a.example/", 2)]


def test_top_entities_by_their_normal_form_and_label(store: Store) -> None:
    def entity(text: str, name: str | None = None) -> Entity:
        return Entity(text=text, label="place", start=0, end=len(text), name=name)

    first = mention("1", entities=[entity("ROMA", "Roma"), entity("Oslo")])
    store.write(Write(mentions=[first, mention("2", entities=[entity("Roma")])]))
    rows = store.top("entities", "acme", T0, after(1), 10)
    assert [(row.value, row.count, row.label, row.reach) for row in rows] == [
        ("Roma", 2, "place", None),
        ("Oslo", 1, "place", None),
    ]


def test_top_authors_by_identity_with_their_reach(store: Store) -> None:
    people = [author("ann", 5), author("ann", 9), author("bob"), None, author("ann", 1), author("ann")]
    store.write(Write(mentions=[mention(str(n), author=person) for n, person in enumerate(people)]))
    rows = store.top("authors", "acme", T0, after(1), 10)
    assert [(row.value, row.count, row.reach) for row in rows] == [("ann", 4, 9), ("bob", 1, None)]


def test_totals_by_brand(store: Store) -> None:
    store.write(Write(mentions=[mention("1", brand="zeta"), mention("2", hours=5), mention("3", hours=1)]))
    assert [(row.brand, row.count, row.first, row.last) for row in store.totals()] == [
        ("acme", 2, after(1), after(5)),
        ("zeta", 1, T0, T0),
    ]
    assert store.extents(["zeta", "acme", "none"]) == {"acme": (after(1), after(5)), "zeta": (T0, T0)}
    assert store.extent(["zeta", "acme", "none"]) == (T0, after(5))
    assert store.extent(["none"]) is None
