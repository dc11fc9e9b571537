"""What an episode's mentions have in common, as their documents say it: entities, hashtags and links."""

from datetime import timedelta

from schemas.alert import Alert, Driver, Drivers
from schemas.trend import BUCKET_MS
from sinks.questions import TopKind
from sinks.store import Questions

_FEW = 5


def with_drivers(alert: Alert, store: Questions) -> Alert:
    """Return the alert with the entities, hashtags and links that stand in most of its brand's mentions of that time,
    or, where it is about one post alone, in that post.

    What was deleted since is not among them. One question of a few milliseconds each; raises what the store raises.
    """
    if alert.virality is not None:
        return alert.replace(drivers=_of_one_post(alert, store))
    start = alert.opened_at - timedelta(milliseconds=max(0, (alert.scale_ms or 0) - BUCKET_MS))
    # A closed episode was waited for after its last mention that was unusual; what came then is little.
    end = max(alert.updated_at, alert.opened_at + timedelta(milliseconds=BUCKET_MS))

    def top(kind: TopKind) -> list[Driver]:
        rows = store.top(kind, alert.brand, start, end, _FEW)
        return [Driver.model_validate({"value": row.value, "count": row.count, "label": row.label}) for row in rows]

    drivers = alert.drivers.replace(entities=top("entities"), hashtags=top("hashtags"), links=top("links"))
    return alert.replace(drivers=drivers)


def _of_one_post(alert: Alert, store: Questions) -> Drivers:
    post = store.document(alert.drivers.posts[0].id) if alert.drivers.posts else None
    if post is None or post.deleted_at is not None:
        return alert.drivers
    entities = {(entity.name or entity.text): entity.label for entity in post.entities}
    return alert.drivers.replace(
        entities=[Driver(value=name, count=1, label=label) for name, label in entities.items()][:_FEW],
        hashtags=[Driver(value=hashtag, count=1) for hashtag in dict.fromkeys(post.hashtags)][:_FEW],
        links=[Driver(value=link, count=1) for link in dict.fromkeys(post.links)][:_FEW],
    )
