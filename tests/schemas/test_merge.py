from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode, encode
from schemas.mention import Analysis, BrandMatch, Mention, RawMention
from schemas.merge import TIE_BITS, Registers, content_clock, event_ms
from schemas.post import AUTHOR_BACK, AUTHOR_PAUSED, Author, Counts, Op
from schemas.wire import from_ms

ACME = [BrandMatch(id="acme", query_version="q")]
T = 1_700_000_000_000


def post(**given: Any) -> RawMention:
    fields: dict[str, Any] = {"id": "a1", "source": "test", "native_id": "1", "version": T, "observed_at": from_ms(T)}
    return RawMention.model_validate(fields | {"text": "tea", "brands": ACME} | given)


def news(version: int, paused: bool = True) -> RawMention:
    """What is said of a post when its author's account is paused or back."""
    return post(version=version, op="update", text=None, brands=[], flags=[AUTHOR_PAUSED if paused else AUTHOR_BACK])


def moments() -> st.SearchStrategy[int]:
    return st.integers(T, T + 2)


@st.composite
def posts(draw: st.DrawFn, ops: tuple[Op, ...] = ("create", "update", "delete")) -> RawMention:
    author = Author(id="u", followers=draw(st.none() | st.integers(0, 3)))
    if draw(st.integers(0, 4)) == 0:
        return news(draw(moments()), draw(st.booleans()))
    return post(
        version=draw(moments()),
        op=draw(st.sampled_from(ops)),
        text=draw(st.sampled_from(["tea", "cup", None])),
        observed_at=from_ms(draw(moments())),
        author=draw(st.none() | st.just(author)),
        via=draw(st.sampled_from([None, "repost"])),
        brands=draw(st.sampled_from([ACME, ACME, []])),
    )


def observations() -> st.SearchStrategy[tuple[Counts, int]]:
    totals = st.none() | st.integers(0, 70_000)
    return st.tuples(st.builds(Counts, likes=totals, reposts=totals, views=totals), moments())


Fact = RawMention | tuple[Counts, int]


def registered(facts: list[Fact]) -> Registers:
    registers = Registers()
    for fact in facts:
        if isinstance(fact, RawMention):
            registers.merge(fact)
        else:
            registers.observe(*fact)
    return registers


def shown(registers: Registers) -> tuple[Any, ...]:
    """What of the registers counts; the rest of `content` is not to be read from it, and a stub shows no `via`."""
    content = registers.content
    beside = {"author", "counts", "observed_at", "via", "raw_ref"}
    return (
        content and content.model_dump(exclude=beside), registers.author, sorted(registers.counts.items()),
        registers.direct or registers.deleted_ms is not None, registers.first_seen_ms, registers.deleted_ms,
        registers.withdrawn, registers.content_clock, registers.author_clock, registers.pause_clock,
    )  # fmt: skip


@given(st.lists(posts() | observations(), max_size=8), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_matters(facts: list[Fact], random: Any) -> None:
    again = facts + random.choices(facts, k=3) if facts else []
    random.shuffle(again)
    one, other = registered(facts), registered(again)
    assert shown(one) == shown(other)
    assert one.version(0) == other.version(0)


@given(st.lists(posts(), max_size=10))
def test_the_version_grows_if_and_only_if_something_changes(facts: list[RawMention]) -> None:
    registers = Registers()
    for fact in facts:
        before, version = shown(registers), registers.version(0)
        registers.merge(fact)
        assert (registers.version(0) > version) == (shown(registers) != before)
        assert registers.version(0) >= version


@given(st.lists(posts(), max_size=4), st.integers(0, 1000))
def test_a_change_moves_more_than_the_digests(facts: list[RawMention], engagements: int) -> None:
    registers = registered(list(facts))
    if registers.deleted_ms is None:
        assert (registers.version(engagements + 1) - registers.version(engagements)) >> TIE_BITS == 1
    assert registers.version(2**40) < 2**63


def test_versions_hold_at_the_ends_of_time() -> None:
    for seen in (from_ms(-(10**13)), from_ms(0), from_ms(10**14)):
        last = post(version=2**42 - 1, op="update", observed_at=seen, author=Author(id="u"))
        registers = registered([last, news(2**42 - 1)])
        live = registers.version(2**40)
        assert registers.author == Author(id="u")
        assert 0 < live < 2**62
        registers.merge(post(version=0, op="delete"))
        assert live < registers.version(0) < 2**63
        registers.merge(post(version=2**42 - 1, op="delete"))
        assert registers.version(0) < 2**63
    assert (event_ms(-1), event_ms(5), event_ms(2**50)) == (0, 5, 2**42 - 1)


def test_of_equal_versions_an_update_beats_a_creation_whatever_their_texts() -> None:
    for text in "abcdefgh":
        update, create = post(op="update", text="old"), post(text=text)
        assert content_clock(create) < content_clock(update) < content_clock(post(version=T + 1, text=text))
        registers = registered([update, create])
        assert registers.content == update


def test_the_digest_is_the_same_in_every_process() -> None:
    told = post(
        text="愛 tea \U0001f375", links=["https://a.example/"], published_at=from_ms(T), place={"lat": 0.1, "lon": 1e-7}
    )
    assert content_clock(told) == 445_644_800_000_044_172
    seen_again = told.model_copy(
        update={"observed_at": from_ms(T + 9), "counts": Counts(likes=1), "via": "repost", "raw_ref": "f#1"}
    )
    assert content_clock(seen_again) == content_clock(told)
    assert content_clock(decode(RawMention, encode(told))) == content_clock(told)


def test_new_content_waits_for_its_analysis() -> None:
    registers = Registers()
    assert registers.merge(post())
    assert not registers.merge(post())
    registers.analysis = Analysis(text="tea")
    assert not registers.merge(post(version=T - 1, text="older"))
    assert registers.analysis is not None
    assert registers.merge(post(version=T + 1, op="update", text="newer"))
    assert registers.analysis is None


@pytest.mark.parametrize("late", [False, True])
def test_a_delete_is_final_and_leaves_no_word(late: bool) -> None:
    facts: list[Fact] = [post(author=Author(id="u"), links=["https://a.example/"]), (Counts(likes=3), T)]
    delete: list[Fact] = [post(op="delete", version=T - 5, text=None, brands=[])]
    registers = registered(delete + facts if late else facts + delete)
    assert not registers.merge(post(version=T + 9, op="update", text="back again"))
    assert registers.content is not None
    assert (registers.content.text, registers.content.links, registers.author, registers.counts) == (None, [], None, {})
    assert registers.content.brands == ACME
    assert registers.deleted_ms == T - 5


def test_an_edit_that_matches_no_more_leaves_no_word_and_can_be_undone() -> None:
    registers = registered([post(author=Author(id="u")), post(version=T + 1, op="update", brands=[])])
    assert registers.withdrawn
    assert registers.content is not None
    assert registers.content.text is None
    assert registers.merge(post(version=T + 2, op="update"))
    assert (registers.withdrawn, registers.author) == (False, Author(id="u"))


def test_while_its_author_is_paused_a_post_is_kept_and_not_shown() -> None:
    registers = registered([post(), news(T + 5)])
    assert registers.paused_ms == T + 5
    assert registers.content == post()
    registers.merge(news(T + 4, paused=False))
    assert registers.paused_ms == T + 5
    back = registered([post(), news(T + 6, paused=False), news(T + 5)])
    assert (back.paused_ms, back.content) == (None, post())


def test_what_an_author_writes_after_a_pause_is_shown() -> None:
    registers = registered([post(), news(T + 5), post(version=T + 6, op="update", text="new")])
    assert registers.paused_ms is None
    registers.merge(news(T + 7))
    registers.merge(post(op="delete"))
    assert (registers.paused_ms, registers.withdrawn) == (None, True)


def test_of_totals_the_latest_and_then_the_greatest_wins() -> None:
    registers = registered([(Counts(likes=9), T), (Counts(likes=4, reposts=1), T + 1), (Counts(likes=5), T + 1)])
    assert registers.counts == {"likes": (T + 1, 5), "reposts": (T + 1, 1)}


@given(st.lists(posts() | observations(), max_size=6), st.lists(posts(), max_size=3))
def test_document_and_side_are_the_whole_state(facts: list[Fact], more: list[Fact]) -> None:
    registers = registered(facts)
    content, document = registers.content, None
    if content is not None and not registers.withdrawn and registers.paused_ms is None:
        fields = {name: getattr(content, name) for name in RawMention.model_fields} | {"author": registers.author}
        document = decode(Mention, encode(Mention(**fields | {"version": 1, "content_version": content.version})))
    loaded = Registers.load(orjson.loads(orjson.dumps(registers.side())), document)
    for fact in [None, *more]:
        if isinstance(fact, RawMention):
            assert loaded.merge(fact) == registers.merge(fact)
        assert shown(loaded) == shown(registers)
        assert loaded.version(7) == registers.version(7)


def test_a_state_without_its_document_takes_the_post_again() -> None:
    side = registered([post(author=Author(id="u"))]).side()
    loaded = Registers.load(side, None)
    assert loaded.merge(post(author=Author(id="u")))
    assert loaded.author == Author(id="u")
