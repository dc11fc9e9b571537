"""Posts and engagement in any order, repeated, in batches of any size: the same documents and the same buckets."""

from collections import defaultdict
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrich.copy_index import WINDOW_MS
from enrich.deltas import deltas
from enrich.state import MemoryState
from enrich.trends import Trends
from enrich.virality import MentionState, take
from schemas.brand import Brand
from schemas.codec import decode, encode
from schemas.engagement import Engagement, engagements_of
from schemas.mention import Analysis, BrandMatch, Mention, RawMention, Sentiment
from schemas.merge import content_clock
from schemas.post import Author, Counts, Op, post_id
from schemas.trend import TrendBucket, bucket_start
from schemas.wire import from_ms, ms

T = 1_700_000_000_000
HOUR = 3_600_000
BRANDS = [Brand(name=name, query=name) for name in ("acme", "yota", "zeta")]
MATCHES = [BrandMatch(id=brand.id, query_version=brand.query_version) for brand in BRANDS]

OPS: tuple[Op, ...] = ("create", "create", "create", "update", "update", "delete")

Fact = RawMention | Engagement


def bands(signature: str) -> list[str]:
    return list(signature)


def similar(one: str, other: str) -> bool:
    return bool(set(one) & set(other))


def analysis_of(post: RawMention) -> Analysis:
    """The text is its own signature; what is like "ab" need not be like each other."""
    feeling = Sentiment(label="negative" if post.text == "cd" else "positive", positive=0.5, neutral=0, negative=0.5)
    return Analysis(text=post.text or "", signature=post.text or None, sentiment=feeling)


@st.composite
def posts(draw: st.DrawFn) -> RawMention:
    name = draw(st.integers(0, 6))
    op: Op = draw(st.sampled_from(OPS))
    # Each post has times around one of its own; a few minutes apart, or days.
    published = T + draw(st.sampled_from([0, 0, 1, 6, 50, 97])) * HOUR + name * 1000
    return RawMention(
        id=post_id("test", str(name)),
        source="test",
        native_id=str(name),
        op=op,
        kind="repost" if name == 6 else "post",
        repost_of=post_id("test", "0") if name == 6 else None,
        version=T + draw(st.integers(0, 3)),
        published_at=from_ms(published) if name < 6 else from_ms(T + HOUR),
        observed_at=from_ms(T + 200 * HOUR + draw(st.integers(0, 2))),
        author=draw(st.none() | st.builds(Author, id=st.sampled_from("uv"), followers=st.sampled_from([None, 5, 8]))),
        text=draw(st.sampled_from(["ab", "bc", "cd", "x", ""])),
        via="repost" if name == 5 and draw(st.booleans()) else None,
        brands=[] if op == "delete" else draw(st.lists(st.sampled_from(MATCHES), max_size=3, unique_by=lambda m: m.id)),
        counts=draw(st.none() | st.builds(Counts, likes=st.integers(0, 9), reposts=st.integers(0, 2))),
    )


deeds = st.builds(
    lambda name, n: Engagement(
        id=f"like {n}", mention_id=post_id("test", str(name)), source="test", kind="like", at=from_ms(T + n * HOUR),
        observed_at=from_ms(T + n * HOUR),
    ),
    st.integers(0, 5),
    st.integers(0, 3),
).map(lambda deed: deed.model_copy(update={"id": f"{deed.id} of {deed.mention_id}"}))  # fmt: skip


class Pipeline:
    """What a runner does, with every state and document written out and read again between two facts."""

    def __init__(self, remembered: int) -> None:
        self.state = MemoryState()
        self.trends = Trends(self.state, BRANDS, bands, similar, remembered)
        self.documents: dict[str, Mention] = {}
        self.buckets: dict[str, TrendBucket] = {}

    def take(self, fact: Fact) -> None:
        if isinstance(fact, Engagement):
            self._update(fact.mention_id, [fact])
        else:
            self._update(fact.id, [fact])
            for engagement in engagements_of(fact) if fact.brands else ():
                self._update(engagement.mention_id, [engagement])

    def _update(self, mention_id: str, facts: list[Fact]) -> None:
        sides, before = self.state.table("sides"), self.documents.get(mention_id)
        side = sides.get(mention_id)
        state = MentionState() if side is None else MentionState.load(orjson.loads(side), before)
        for fact in facts:
            if isinstance(fact, Engagement):
                take(self.state.table("deeds"), state, fact)
            elif state.merge_post(fact):
                state.registers.analysis = analysis_of(fact)
        after = state.document()
        if after is not None and (before is None or after.version > before.version):
            for delta in deltas(before, after):
                self.trends.apply(delta)
            self.documents[mention_id] = decode(Mention, encode(after))
        sides.put(mention_id, orjson.dumps(state.side()))

    def flush(self) -> None:
        for bucket in self.trends.flush():
            assert bucket.id not in self.buckets or bucket.revision > self.buckets[bucket.id].revision
            self.buckets[bucket.id] = bucket

    def counted(self) -> dict[str, dict[str, Any]]:
        """The buckets that hold something, without what says how they came about."""
        unlike = {"revision", "revised"}
        return {name: b.model_dump(exclude=unlike) for name, b in self.buckets.items() if b.count}


def delivered(facts: list[Fact], every: int, remembered: int) -> Pipeline:
    pipeline = Pipeline(remembered)
    for n, fact in enumerate(facts):
        pipeline.take(fact)
        if n % every == 0:
            pipeline.flush()
    pipeline.flush()
    return pipeline


@given(
    st.lists(posts() | deeds, max_size=24),
    st.integers(1, 9),
    st.sampled_from([0, 2, 5_000]),
    st.randoms(use_true_random=False),
)
def test_neither_order_nor_repetition_nor_batches_matter(
    facts: list[Fact], every: int, remembered: int, random: Any
) -> None:
    straight = delivered(facts, 1, 5_000)
    again = facts + random.choices(facts, k=len(facts) // 3) if facts else []
    random.shuffle(again)
    shuffled = delivered(again, every, remembered)
    assert shuffled.documents == straight.documents
    assert shuffled.counted() == straight.counted() == by_hand(facts)
    checked_by_hand(straight.documents, facts)


def checked_by_hand(documents: dict[str, Mention], facts: list[Fact]) -> None:
    """Compare what documents show with what the facts say, taken all at once."""
    posts_of: dict[str, list[RawMention]] = defaultdict(list)
    liked: dict[str, set[str]] = defaultdict(set)
    observed: dict[str, list[tuple[Any, Counts]]] = defaultdict(list)
    reposted = False
    for fact in facts:
        if isinstance(fact, Engagement):
            liked[fact.mention_id].add(fact.id)
        else:
            posts_of[fact.id].append(fact)
            reposted = reposted or (fact.kind == "repost" and bool(fact.brands))
            if fact.counts is not None and fact.brands and fact.op != "delete":
                observed[fact.id].append((fact.observed_at, fact.counts))
    assert documents.keys() == posts_of.keys()
    for name, document in documents.items():
        states = [post for post in posts_of[name] if post.op != "delete"]
        deletes = [post.version for post in posts_of[name] if post.op == "delete"]
        newest = max(states, key=content_clock, default=None)
        assert document.brands == (newest.brands if newest else [])
        if deletes or newest is None or not newest.brands:
            assert document.deleted_at == from_ms(max(deletes) if deletes else newest.version if newest else 0)
            assert (document.text, document.author, document.engagement, document.velocity) == (None, None, 0, None)
            continue
        assert (document.text, document.published_at, document.deleted_at) == (newest.text, newest.published_at, None)
        assert document.via == (None if any(post.via is None for post in states) else "repost")
        assert document.observed_at == min(post.observed_at for post in states)
        seen = observed[name]
        likes, reposts = (
            max(((at, getattr(counts, kind)) for at, counts in seen), default=(0, 0))[1]
            for kind in ("likes", "reposts")
        )
        reposts_seen = int(reposted and document.native_id == "0")
        assert document.engagement == max(likes, len(liked[name])) + max(reposts, reposts_seen)
        ever = bool(liked[name]) or reposts_seen > 0 or any(c.likes or c.reposts for _, c in seen)
        # Totals that fell to nothing within a minute were never there; all else leaves a trace.
        assert (document.engagement > 0) <= (document.velocity is not None) <= ever


def by_hand(facts: list[Fact]) -> dict[str, dict[str, Any]]:
    """Count the buckets of the final documents, in the plainest way."""
    final = delivered(sorted(facts, key=lambda f: isinstance(f, Engagement)), 1_000, 5_000).documents.values()
    live = [m for m in final if m.deleted_at is None and m.via is None]
    found: dict[str, dict[str, Any]] = {}
    for brand in BRANDS:
        mine = [m for m in live if brand.id in {match.id for match in m.brands}]
        for start in {bucket_start(m.published_ms) for m in mine}:
            inside = [m for m in mine if bucket_start(m.published_ms) == start]
            people: dict[str, list[int]] = defaultdict(list)
            for m in inside:
                if m.author is not None:
                    people[m.author.id or ""] += [] if m.author.followers is None else [m.author.followers]
            bucket = TrendBucket(
                brand=brand.id, start=from_ms(start), revision=0, count=len(inside),
                distinct_count=sum(is_first(m, mine) for m in inside),
                positive=sum(m.text != "cd" for m in inside), neutral=0, negative=sum(m.text == "cd" for m in inside),
                unknown=0, authors=len(people), reach=sum(max(f) for f in people.values() if f),
                reach_unknown=sum(not f for f in people.values()), engagement=sum(m.engagement for m in inside),
            )  # fmt: skip
            found[bucket.id] = bucket.model_dump(exclude={"revision", "revised"})
    return found


def is_first(mention: Mention, mentions: list[Mention]) -> bool:
    place = (mention.published_ms, mention.id)
    return mention.kind != "repost" and not any(
        (other.published_ms, other.id) < place
        and other.published_ms >= mention.published_ms - WINDOW_MS
        and similar(other.text or "", mention.text or "")
        for other in mentions
    )


@pytest.mark.parametrize("remembered", [0, 5_000])
def test_a_post_that_changes_time_brand_and_words(remembered: int) -> None:
    def state(version: int, hours: int, text: str, *brands: BrandMatch) -> RawMention:
        return RawMention(
            id="a", source="test", native_id="a", op="update", version=T + version, text=text, brands=list(brands),
            published_at=from_ms(T + hours * HOUR), observed_at=from_ms(T),
        )  # fmt: skip

    acme, yota, _ = MATCHES
    facts: list[Fact] = [state(0, 0, "ab", acme), state(1, 3, "ab", acme, yota), state(2, 3, "cd", yota)]
    assert set(delivered(facts, 1, remembered).counted()) == {
        f"yota@{from_ms(bucket_start(T + 3 * HOUR)):%Y-%m-%dT%H:%MZ}"
    }
    assert ms(delivered(facts, 1, remembered).documents["a"].published_at or from_ms(0)) == T + 3 * HOUR
