"""When a rule of the brand's own is met: so many mentions that match its query within so many hours."""

from collections.abc import Iterable
from typing import Any, ClassVar

from enrich.contributions import Record
from enrich.evidence import Volume
from enrich.kind import Heard, Kind, Watched
from enrich.kind_episode import KindEpisode, Sign, Subject
from schemas.alert import AlertKind

_HOUR_MS = 3_600_000


class KeywordRule(Kind):
    """Counts the distinct mentions that meet each rule, five minutes by five minutes, over the rule's hours."""

    kind: ClassVar[AlertKind] = "keyword_rule"
    subject: ClassVar[Subject | None] = "rule"

    def __init__(self, watched: Watched, side: dict[str, Any]) -> None:
        super().__init__(watched, side)
        for gone in side.keys() - {rule.name for rule in watched.rules}:
            del side[gone]

    def hear(self, heard: Heard) -> Iterable[Sign]:
        """Return a sign for each rule that is met now and has news in these five minutes."""
        for rule in self.watched.rules:
            number = sum(rule.name in record.rules for record in heard.distinct())
            if not number:
                continue
            span_ms = round(rule.within_h * _HOUR_MS)
            counts = [kept for kept in self.side.get(rule.name, ()) if kept[0] > heard.end_ms - span_ms]
            counts.append([heard.end_ms, number])
            self.side[rule.name] = counts
            met = sum(number for _, number in counts)
            if met >= rule.at_least:
                yield Sign(heard.brand, heard.end_ms, met, met, span_ms, rule.name, threshold=rule.at_least)

    def shows(self, record: Record, episode: KindEpisode) -> bool:
        """Only the mentions that meet the rule, and what copies them."""
        return episode.subject in record.rules

    def summary(self, name: str, episode: KindEpisode, volume: Volume) -> str:
        """Return the sentence that tells it."""
        return (
            f"{name}: {episode.observed:,.0f} mentions within {episode.span_ms / _HOUR_MS:g} h meet the rule"
            f' "{episode.subject}", which calls from {episode.threshold:,.0f} on.'
        )
