"""The alert: one episode in which something about a brand began to spread."""

from typing import Literal

from schemas.wire import Timestamp, Wire

AlertKind = Literal["volume_spike", "negative_spike", "mention_viral", "bought_amplification"]


class Alert(Wire):
    """One episode: opens once, is updated, closes. `id` is the same through its life, `revision` grows."""

    schema_version: Literal[1] = 1
    id: str
    revision: int
    brand: str
    kind: AlertKind
    status: Literal["open", "closed"]
    opened_at: Timestamp
    peak_at: Timestamp
    closed_at: Timestamp | None = None
    observed: float
    expected: float | None = None
    novelty: float
    summary: str
    mention_ids: list[str] = []
    replayed: bool = False
