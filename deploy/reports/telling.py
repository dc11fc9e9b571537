"""What happened, in some sentences of a language. Pure."""

from collections.abc import Iterator

from deploy.reports.gathering import Report
from deploy.reports.language import Words
from schemas.mention import Mention
from schemas.wire import from_ms

_HARDLY_ANY = 0.5  # mentions an hour
_NAMED = 3  # themes


def sentences(report: Report, say: Words) -> list[str]:
    """Return the sentences; strangers' names in them are as people wrote them."""
    return [sentence for sentence in _told(report, say) if sentence]


def writer(mention: Mention, say: Words) -> str:
    """Return what the author of a mention is called."""
    author = mention.author
    if author is None:
        return say("unknown")
    return author.name or (f"@{author.handle}" if author.handle else None) or author.id or say("unknown")


def _told(report: Report, say: Words) -> Iterator[str]:
    now, before, name = report.now, report.before, report.brand.name
    if not now.mentions and not before.mentions:
        yield say("said.none", brand=name)
    else:
        values = {"brand": name, "count": say.number(now.mentions), "before": say.number(before.mentions)}
        key = "said.before" if before.mentions else "said"
        yield say(key, **values, change=say.change(now.mentions, before.mentions))
    expected = [hour.expected for hour in report.hours]
    usual = sum(value for value in expected if value is not None)
    if expected and None not in expected:
        yield say("said.usual", expected=say.number(usual))
    if now.distinct is not None and now.distinct < now.mentions:
        yield say("said.copies", share=say.percent(1 - now.distinct / now.mentions))
    yield _peak(report, say)
    if now.mentions:
        key = "brief.negative.before" if before.mentions else "brief.negative"
        yield say(key, share=say.percent(now.negative_share), before=say.percent(before.negative_share))
    own = next((voice for voice in report.voices if voice.brand.id == report.brand.id), None)
    if own is not None and own.share is not None:
        key = "share.said" if own.before is None else "share.said.before"
        yield say(key, share=say.percent(own.share), before=say.percent(own.before))
    if report.loudest:
        yield say("brief.loud", author=writer(report.loudest[0], say))
    if report.themes.data:
        yield say("themes.said", names=", ".join(theme.value for theme in report.themes.data[:_NAMED]))
    still = sum(alert.status == "open" for alert in report.alerts)
    count = len(report.alerts)
    yield say("alerts.said", count=count, open=still) if count else say("alerts.said.none")


def _peak(report: Report, say: Words) -> str:
    peak = report.peak
    if peak is None:
        return ""
    values = {"time": say.moment(from_ms(peak.start_ms)), "count": say.number(peak.count)}
    if peak.expected is None:
        return say("peak", **values)
    if peak.expected < _HARDLY_ANY:
        return say("peak.hardly", **values)
    return say("peak.usual", **values, expected=say.number(peak.expected, 1))
