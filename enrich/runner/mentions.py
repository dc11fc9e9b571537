"""The open mentions of one partition: posts and engagement come in, documents and contributions go out.

A state lives until seven days of event time after its last event, and leaves a note for a deletion that comes later;
engagement with a post that does not come, one day.
What was sent last can be told from the document as it stands: what changes without being sent is kept beside it.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from enrich.deltas import deltas
from enrich.keyword_rules import KeywordRules
from enrich.runner.agenda import Agenda
from enrich.runner.closed import ClosedMentions
from enrich.runner.deeds import Deeds
from enrich.runner.worker import Send
from enrich.state import State
from enrich.virality import ORPHAN_MS, MentionState, expired, should_send, take
from schemas.codec import encode
from schemas.engagement import Engagement
from schemas.mention import Mention, RawMention
from schemas.merge import Registers, event_ms
from schemas.post import claimed_time
from schemas.wire import from_ms, ms

CLOSED_MS = 7 * 24 * 3_600_000
"""How long after its last event a mention's state is kept."""

_REMEMBERED = 1_000  # recent mentions kept whole, so that a cascade does not read its root anew each time
# What sending and deltas look at and may change unsent.
_BESIDE = {"version", "observed_at", "author", "counts", "engagement", "virality"}
POSTS, ENGAGEMENT = "mentions.raw.v1", "engagement.v1"


@dataclass(slots=True)
class OpenMention:
    """One mention under work; `sent` is its document as it was published last, None before that. `unsent` is in what
    that differs from the document as it stands, None for in nothing; `scheduled`: the agenda has it. `history`: what
    was said of it last, in a whole batch, was of the past; `touched`: something was said of it in this one."""

    state: MentionState
    deeds: Deeds
    sent: Mention | None = None
    unsent: dict[str, Any] | None = None
    scheduled: bool = False
    history: bool = False
    touched: bool = False

    @property
    def is_ours(self) -> bool:
        """Say whether a post event that matched a brand is known: else only others' words point to it."""
        content = self.state.registers.content
        return self.sent is not None or (content is not None and bool(content.brands))

    @property
    def newest_ms(self) -> int:
        """The time of the last event that the state speaks of."""
        registers, content = self.state.registers, self.state.registers.content
        posted = 0 if content is None else max(content.version, event_ms(content.published_ms))
        return max(self.state.cascade.newest_ms, registers.deleted_ms or 0, registers.pause_clock // 2, posted)


class OpenMentions:
    """All mentions of a partition, `lane`. Between two calls of `settle` nothing is handed to the tables.

    `rules` are the brands' own. What is said of a brand goes under its id, or under the group in `groups` that it is
    in: one worker has to see a whole group to compare its brands.
    """

    def __init__(self, state: State, lane: int, rules: KeywordRules, groups: Mapping[str, str]) -> None:
        self._lane, self._rules, self._groups = lane, rules, groups
        self._table = state.table("mentions")
        self._deeds = state.table("deeds")
        self._agenda = Agenda(state.table("agenda"), (POSTS, ENGAGEMENT))
        self._closed = ClosedMentions(state.table("closed"))
        self._recent: OrderedDict[str, OpenMention] = OrderedDict()
        self._touched: dict[str, OpenMention] = {}

    def take_post(self, post: RawMention, *, history: bool = False) -> None:
        """Take in a state of a post. When its author is paused, a mention whose state is closed is withdrawn for good:
        its text is not known here any more. `history` moves no clock: what is heard live may be behind it."""
        if not history:
            self._agenda.note(POSTS, event_ms(post.published_ms))
        if post.pauses is not None and not self._is_ours(post.id):
            if not post.pauses:
                return
            post = post.replace(flags=[], brands=[])
        opened = self._touch(post.id, history=history)
        if (post.op == "delete" or not post.brands) and not opened.is_ours:
            known = self._closed.take_back(post.id)
            if known is not None:
                opened.state, opened.sent = known
        opened.state.merge_post(post)

    def take_engagement(self, engagement: Engagement, *, history: bool = False) -> None:
        """Take in engagement, once; `history` as for posts."""
        if not history:
            self._agenda.note(ENGAGEMENT, event_ms(ms(claimed_time(engagement.at, engagement.observed_at)[0])))
        opened = self._touch(engagement.mention_id, history=history)
        take(opened.deeds, opened.state, engagement)

    def waiting(self) -> list[Registers]:
        """Return the contents whose text is new."""
        return [
            opened.state.registers
            for opened in self._touched.values()
            if opened.state.registers.content is not None and opened.state.registers.analysis is None
        ]

    def settle(self, *, level: bool) -> list[Send]:
        """Hand every change to the tables, and return what is to be published. All texts are analysed by now.

        `level` is as in `Share`. States whose time is over are closed.
        """
        sends: list[Send] = []
        closed = self._over(level=level)
        for mention_id, opened in (self._touched | closed).items():
            body = self._render(mention_id, opened, sends, last=mention_id in closed)
            if mention_id in closed:
                self._forget(mention_id, opened)
            else:
                self._keep(mention_id, opened, body)
        self._touched.clear()
        self._agenda.settle()
        self._closed.settle(self._agenda.watermark_ms)
        return sends

    def _over(self, *, level: bool) -> dict[str, OpenMention]:
        """Return the mentions whose time is over; those that were looked at too early are put down again."""
        over = {}
        for mention_id in self._agenda.due(level=level):
            opened = self._find(mention_id)
            if opened is None:
                continue
            if opened.is_ours:
                ended = opened.newest_ms + CLOSED_MS < self._agenda.watermark_ms
            else:
                ended = expired(opened.state.side(), self._agenda.watermark_ms)
            if ended:
                over[mention_id] = opened
            else:
                self._schedule(mention_id, opened)
        return over

    def _schedule(self, mention_id: str, opened: OpenMention) -> None:
        due_ms = opened.newest_ms + (CLOSED_MS if opened.is_ours else ORPHAN_MS)
        self._agenda.add(mention_id, max(due_ms, self._agenda.watermark_ms))
        opened.scheduled = True

    def _find(self, mention_id: str) -> OpenMention | None:
        opened = self._touched.get(mention_id) or self._recent.get(mention_id)
        if opened is None:
            value = self._table.get(mention_id)
            if value is None:
                return None
            opened = self._load(mention_id, value)
            self._remember(mention_id, opened)
        return opened

    def _load(self, mention_id: str, value: dict[str, Any]) -> OpenMention:
        document = None if value["document"] is None else Mention.model_validate(value["document"])
        state = MentionState.load(value["side"], document)
        sent = None
        if document is not None:
            sent = Mention.model_validate(value["document"] | value["sent"]) if value["sent"] else document
        return OpenMention(
            state, Deeds(self._deeds, mention_id, value["deeds"], value["few"]), sent, value["sent"], scheduled=True,
            history=value.get("history", False),
        )  # fmt: skip

    def _is_ours(self, mention_id: str) -> bool:
        opened = self._find(mention_id)
        return opened is not None and opened.is_ours

    def _touch(self, mention_id: str, *, history: bool) -> OpenMention:
        opened = self._find(mention_id) or OpenMention(MentionState(), Deeds(self._deeds, mention_id))
        opened.history = history and (opened.history or not opened.touched)
        opened.touched = True
        self._touched[mention_id] = opened
        return opened

    def _render(self, mention_id: str, opened: OpenMention, sends: list[Send], *, last: bool) -> bytes | None:
        """Return the document as it is now, and add it to what is sent if it is worth it; `last`: if it is news."""
        document = opened.state.document() if opened.is_ours else None
        if document is None:
            return None
        body, sent = encode(document), opened.sent
        if sent is None or (last and document.version > sent.version) or should_send(sent, document):
            sends.append(Send("mentions.enriched.v1", mention_id, body))
            read: dict[str, Any] = {"lane": self._lane, "clock": from_ms(self._agenda.newest_ms)}
            if opened.history:
                read = {"history": True}
            sends += [
                Send.of("brand.deltas.v1", self._groups.get(delta.brand, delta.brand), delta.replace(**read))
                for delta in deltas(sent, document, self._rules)
            ]
            opened.sent, opened.unsent = document, None
        elif opened.unsent is None and document.version > sent.version:
            opened.unsent = sent.model_dump(mode="json", include=_BESIDE)
        return body

    def _keep(self, mention_id: str, opened: OpenMention, body: bytes | None) -> None:
        if not opened.scheduled:
            self._schedule(mention_id, opened)
        value = {
            "document": None if body is None else orjson.Fragment(body),
            "side": opened.state.side(),
            "sent": opened.unsent,
            "deeds": opened.deeds.size,
            "few": opened.deeds.few,
        } | ({"history": True} if opened.history else {})
        opened.touched = False
        self._table.put(mention_id, value)
        self._remember(mention_id, opened)

    def _forget(self, mention_id: str, opened: OpenMention) -> None:
        if opened.sent is not None:
            self._closed.add(opened.sent, opened.state.registers)
        opened.deeds.clear()
        self._table.delete(mention_id)
        self._recent.pop(mention_id, None)

    def _remember(self, mention_id: str, opened: OpenMention) -> None:
        self._recent[mention_id] = opened
        self._recent.move_to_end(mention_id)
        while len(self._recent) > _REMEMBERED:
            self._recent.popitem(last=False)
