"""An alert in one line of a language. Pure."""

from collections.abc import Mapping

from schemas.alert import Alert
from sinks.delivery.inert import inert
from sinks.delivery.phrases import Phrases, Sentences, Unit

_HARDLY_ANY = 0.1  # mentions
_NAME = 60  # code points
_MINUTES: Mapping[Unit, int] = {"day": 1_440, "hour": 60, "minute": 1}


def sentence(alert: Alert, brand_name: str, phrases: Phrases) -> str:
    """Return what happened in one line, with nothing alive in it: the alert's own where the language has none."""
    made = phrases.sentences
    if made is None:
        return inert(alert.summary)
    span = duration(alert.scale_ms, phrases) if alert.scale_ms else None
    of_brand = alert.kind == "bought_amplification" and alert.virality is None
    return (made.copied_wave if of_brand else made.kinds[alert.kind]).format(
        brand=inert(brand_name, _NAME),
        observed=_number(alert, alert.observed),
        within=made.lately if span is None else made.within.format(span=span),
        usual=_usual(alert, made),
        large="" if alert.expected is None else made.large.format(expected=f"{alert.expected:,.0f}"),
        forecast=_forecast(alert, made),
        source=inert(alert.source or "", _NAME),
        rule=inert(alert.rule or "", _NAME),
    )


def duration(ms: int, phrases: Phrases) -> str:
    """Return a duration in the largest unit in which it is a whole number."""
    minutes = max(1, round(ms / 60_000))
    unit, width = next((unit, width) for unit, width in _MINUTES.items() if minutes % width == 0)
    number = minutes // width
    return phrases.units[unit][number != 1].format(n=number)


def _usual(alert: Alert, made: Sentences) -> str:
    if alert.expected is None:
        return ""
    if alert.kind in ("volume_spike", "negative_spike") and alert.expected < _HARDLY_ANY:
        return made.hardly_any
    return made.usual.format(expected=_number(alert, alert.expected, 1))


def _forecast(alert: Alert, made: Sentences) -> str:
    known = alert.virality
    if known is None:
        return ""
    growing = made.growing if known.supercritical else made.slowing
    return made.forecast.format(growing=growing, r=f"{known.r:.1f}", low=f"{known.low:,}", high=f"{known.high:,}")


def _number(alert: Alert, value: float, digits: int = 0) -> str:
    if alert.kind == "share_of_voice":
        return f"{value:.0%}"
    return f"{value:+.2f}" if alert.kind == "sentiment_turn" else f"{value:,.{digits}f}"
