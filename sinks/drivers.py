"""What an episode's mentions have in common, as their documents say it: entities, hashtags and links."""

from datetime import timedelta

from schemas.alert import Alert, Driver
from schemas.trend import BUCKET_MS
from sinks.questions import TopKind
from sinks.store import Questions

_FEW = 5


def with_drivers(alert: Alert, store: Questions) -> Alert:
    """Return the alert with the entities, hashtags and links that stand in most of its brand's mentions of that time.

    What was deleted since is not among them. One question of a few milliseconds each; raises what the store raises.
    """
    start = alert.opened_at - timedelta(milliseconds=max(0, (alert.scale_ms or 0) - BUCKET_MS))
    # A closed episode was waited for after its last mention that was unusual; what came then is little.
    end = max(alert.updated_at, alert.opened_at + timedelta(milliseconds=BUCKET_MS))

    def top(kind: TopKind) -> list[Driver]:
        rows = store.top(kind, alert.brand, start, end, _FEW)
        return [Driver.model_validate({"value": row.value, "count": row.count, "label": row.label}) for row in rows]

    drivers = alert.drivers.replace(entities=top("entities"), hashtags=top("hashtags"), links=top("links"))
    return alert.replace(drivers=drivers)
