from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.state import MemoryTable
from enrich.virality import ORPHAN_MS, MentionState, expired, should_send, take
from schemas.codec import decode, encode
from schemas.engagement import Engagement
from schemas.mention import Analysis, BrandMatch, Mention, RawMention, Sentiment
from schemas.post import Author, Counts
from schemas.wire import from_ms, ms

T = 1_700_000_000_000
MINUTE = 60_000
ACME = [BrandMatch(id="acme", query_version="q")]


def post(**given: Any) -> RawMention:
    fields: dict[str, Any] = {
        "id": "a1", "source": "test", "native_id": "1", "version": T, "published_at": from_ms(T),
        "observed_at": from_ms(T), "text": "tea", "brands": ACME,
    }  # fmt: skip
    return RawMention.model_validate(fields | given)


def counted(at_ms: int, **totals: int) -> Engagement:
    at = from_ms(at_ms)
    counts = Counts(**totals)
    return Engagement(
        id=f"counts:{at_ms}:{totals}",
        mention_id="a1",
        source="test",
        kind="counts",
        at=at,
        observed_at=at,
        counts=counts,
    )


def deed(name: str, at_ms: int, **given: Any) -> Engagement:
    fields: dict[str, Any] = {"kind": "repost", "at": from_ms(at_ms), "observed_at": from_ms(at_ms)}
    return Engagement.model_validate({"id": name, "mention_id": "a1", "source": "test"} | fields | given)


def analysis_of(content: RawMention) -> Analysis:
    text = content.text or content.title or ""
    feeling = Sentiment(label="positive", positive=0.7, neutral=0.2, negative=0.1)
    return Analysis(
        text=text, lang=content.lang, language="en", hashtags=["t"], links=["https://t.example/"], sentiment=feeling
    )


class Told:
    """A state that is told things as a runner would tell them."""

    def __init__(self) -> None:
        self.state, self.deeds = MentionState(), MemoryTable()

    def __call__(self, *facts: RawMention | Engagement) -> "Told":
        for fact in facts:
            if isinstance(fact, Engagement):
                take(self.deeds, self.state, fact)
            elif self.state.merge_post(fact):
                self.state.registers.analysis = analysis_of(fact)
        return self

    @property
    def document(self) -> Mention:
        document = self.state.document()
        assert document is not None
        return document


facts = st.sampled_from(
    [
        post(author=Author(id="u", followers=5)),
        post(observed_at=from_ms(T - 9), via="repost", url="https://www.shop.example/x"),
        post(op="update", version=T + 5, text="tee", lang="de", links=["https://a.example/"]),
        post(op="update", version=T + 6, brands=[]),
        post(op="update", version=T + 7, text=None, title="title", place={"country": "TW"}, extra_field="kept"),
        post(op="delete", version=T + 1, brands=[]),
        counted(T + MINUTE, likes=3, views=100),
        counted(T + MINUTE, likes=4),
        counted(T + 90 * MINUTE, likes=2, replies=9),
        counted(T + 5000 * MINUTE, likes=30),
        counted(T + 20 * MINUTE, reposts=40),
        counted(T + 30 * MINUTE, reposts=90),
        deed("d1", T + MINUTE, followers=7),
        deed("d2", T + 200 * MINUTE, kind="quote"),
        deed("d3", T + 4000 * MINUTE, kind="reply", followers=0),
    ]
)


@given(st.lists(facts, max_size=12), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_changes_the_document(given: list[Any], random: Any) -> None:
    again = [*given, *random.choices(given, k=4)] if given else []
    random.shuffle(again)
    one, other = Told()(*given).state, Told()(*again).state
    assert one.document() == other.document()
    assert one.version == other.version
    assert one.cascade == other.cascade


@given(st.lists(facts, max_size=10))
def test_equal_versions_are_equal_documents_and_versions_grow(given: list[Any]) -> None:
    told = Told()
    before = told.state.document()
    for fact in given:
        version = told.state.version
        after = told(fact).state.document()
        assert told.state.version >= version
        if told.state.version == version:
            assert after == before
        before = after


@given(st.lists(facts, max_size=8), st.lists(facts, max_size=3))
def test_document_and_side_are_the_whole_state(given: list[Any], more: list[Any]) -> None:
    told = Told()(*given)
    document = told.state.document()
    stored = (
        None if document is None else decode(Mention, encode(document.model_copy(update={"indexed_at": from_ms(T)})))
    )
    loaded = Told()
    loaded.deeds = MemoryTable(told.deeds)
    loaded.state = MentionState.load(orjson.loads(orjson.dumps(told.state.side())), stored)
    assert loaded.state.document() == document
    assert loaded(*more).state.document() == told(*more).state.document()
    assert loaded.state.version == told.state.version


def test_the_document_shows_everything() -> None:
    author = Author(id="u", handle="ann", followers=9)
    told = Told()(
        post(author=author, url="https://www.Shop.example:8080/x", observed_at=from_ms(T + 3)),
        counted(T + MINUTE, likes=5, reposts=1, views=1000),
        deed("a", T + 1), deed("b", T + 2), deed("c", T + 2, kind="reply"),
    )  # fmt: skip
    document = told.document
    assert document.counts == Counts(likes=5, reposts=1, views=1000)
    assert document.engagement == 5 + 2 + 1  # each the greater of the total and what was seen
    assert (document.author, document.site, document.via) == (author, "shop.example", None)
    assert (document.observed_at, document.content_version) == (from_ms(T + 3), T)
    assert (document.language, document.hashtags, document.links) == ("en", ["t"], ["https://t.example/"])
    assert document.sentiment is not None
    assert document.velocity is not None
    assert ms(document.velocity.as_of) == T + MINUTE
    assert Mention.model_validate(document.model_dump()) == document
    assert Told()(post(links=["https://whole.example/"])).document.links == ["https://whole.example/"]
    assert Told()(post(url="http://[bad/")).document.site is None


def test_what_a_source_calls_by_our_names_stays_out() -> None:
    strange = RawMention.model_validate(post().model_dump() | {"engagement": "much", "mood": "blue"})
    document = Told()(strange).document
    assert (document.engagement, document.model_extra) == (0, {"mood": "blue"})


def test_via_repost_until_it_is_seen_directly() -> None:
    told = Told()(post(via="repost"))
    assert told.document.via == "repost"
    assert told(post()).document.via is None
    assert told(post(via="repost")).document.via is None


@pytest.mark.parametrize("late", [False, True])
def test_a_deleted_mention_is_a_stub(late: bool) -> None:
    delete = post(op="delete", version=T + 9, text=None, brands=[], kind="post", published_at=None)
    known: list[Any] = [
        post(kind="reply", title="t", author=Author(id="u"), links=["https://a.example/"]),
        counted(T, likes=3),
    ]
    stub = Told()(*([delete, *known] if late else [*known, delete])).document
    assert stub.deleted_at == from_ms(T + 9)
    assert set(stub.model_dump(exclude_defaults=True)) == {
        "id", "source", "native_id", "op", "kind", "version", "published_at", "observed_at", "brands",
        "content_version", "deleted_at",
    }  # fmt: skip
    assert (stub.op, stub.kind, stub.brands, stub.published_at) == ("delete", "reply", ACME, from_ms(T))
    assert stub.version < 2**63


def test_a_deletion_alone_is_a_stub_that_is_about_nothing() -> None:
    stub = Told()(post(op="delete", version=T + 9)).document
    assert (stub.brands, stub.native_id, stub.deleted_at, stub.published_at) == ([], "1", from_ms(T + 9), None)


def test_an_edit_that_matches_nothing_withdraws_until_another_matches() -> None:
    told = Told()(post(author=Author(id="u")), deed("a", T), post(op="update", version=T + 1, brands=[], text="coffee"))
    stub = told.document
    assert (stub.text, stub.author, stub.brands, stub.deleted_at, stub.op) == (None, None, [], from_ms(T + 1), "update")
    back = told(post(op="update", version=T + 2, text="tea again")).document
    assert (back.text, back.deleted_at, back.engagement, back.author) == ("tea again", None, 1, Author(id="u"))
    assert back.version > stub.version


def test_engagement_alone_is_no_document_but_is_kept() -> None:
    told = Told()(deed("a", T), counted(T, likes=2))
    assert told.state.document() is None
    assert told(post()).document.engagement == 3


def test_content_that_was_not_analysed_is_refused() -> None:
    state = MentionState()
    assert state.merge_post(post())
    with pytest.raises(ValueError, match="mention a1 is not analysed"):
        state.document()


def test_the_same_engagement_counts_once_and_none_after_deletion() -> None:
    state, deeds = MentionState(), MemoryTable()
    assert take(deeds, state, deed("a", T))
    assert not take(deeds, state, deed("a", T))
    assert take(deeds, state, counted(T, likes=1))
    assert not take(deeds, state, counted(T, likes=1))
    assert take(deeds, state, counted(T, likes=2))
    state.merge_post(post(op="delete"))
    version = state.version
    assert not take(deeds, state, deed("b", T))
    assert state.version == version
    assert state.cascade.deeds == {}


def _reposted(*minutes: float) -> list[Engagement]:
    return [deed(f"{minute}", T + round(minute * MINUTE), followers=300) for minute in minutes]


def test_prospects_stand_in_the_document_from_five_reshares_on() -> None:
    told = Told()(post(author=Author(id="u", followers=900)), *_reposted(1, 2, 3, 4))
    assert told.document.virality is None
    virality = told(*_reposted(5)).document.virality
    assert virality is not None
    assert virality.seen == 5
    assert virality.seen <= virality.low <= virality.forecast <= virality.high
    assert virality.as_of == from_ms(T + 5 * MINUTE)
    assert told(post(op="update", version=T + 1, brands=[])).document.virality is None


def test_a_document_is_sent_again_when_r_crosses_one() -> None:
    told = Told()(post(), counted(T, likes=10_000), *_reposted(*(60 - n / 10 for n in range(40))))
    growing = told.document
    assert growing.virality is not None
    assert growing.virality.supercritical
    same = told(*_reposted(60.1)).document
    assert same.virality is not None
    assert same.virality.supercritical
    assert not should_send(growing, same)
    over = told(counted(T + 600 * MINUTE, likes=10_000)).document  # nothing came for nine hours
    assert over.virality is not None
    assert not over.virality.supercritical
    assert should_send(growing, over)
    assert should_send(over, told(*_reposted(*(660 - n / 10 for n in range(200)))).document)


def test_a_deed_from_the_future_counts_when_it_was_seen() -> None:
    told = Told()(post(), deed("a", T + 10**10, observed_at=from_ms(T + MINUTE)))
    assert told.state.cascade.newest_ms == T + MINUTE


def test_absurd_totals_are_capped() -> None:
    told = Told()(post(), counted(T, likes=2**53 - 1, reposts=2**53 - 1))
    assert told.document.engagement == 2**40


def test_an_orphan_waits_a_day() -> None:
    for orphan in (Told()(deed("a", T)), Told()(post(op="delete")), Told()(post(op="update", brands=[]))):
        side = orjson.loads(orjson.dumps(orphan.state.side()))
        assert not expired(side, T + ORPHAN_MS)
        assert expired(side, T + ORPHAN_MS + 1)
    for known in (Told()(post()), Told()(post(), post(op="delete"))):
        assert not expired(known.state.side(), T + 100 * ORPHAN_MS)


def test_what_is_worth_sending_again() -> None:
    told = Told()
    sent = told(post(), counted(T, likes=100)).document
    assert should_send(None, sent)
    assert not should_send(sent, sent)
    assert not should_send(sent, told(counted(T + 1, likes=109)).document)
    assert not should_send(sent, told(post(observed_at=from_ms(T - 1), author=Author(id="u"))).document)
    assert should_send(sent, told(counted(T + 2, likes=110)).document)
    assert should_send(sent, told(counted(T + 3, likes=99)).document)
    unliked = Told()(post()).document
    assert should_send(unliked, Told()(post(), deed("a", T)).document)
    assert not should_send(unliked, Told()(post(), counted(T, views=9)).document)
    for edit in (
        post(version=T + 1, op="update", text="tee"),
        post(op="delete"),
        post(version=T + 1, op="update", brands=[]),
    ):
        assert should_send(unliked, Told()(post(), edit).document)
