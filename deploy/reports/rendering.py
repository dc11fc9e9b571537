"""A report as a page: one file that asks for nothing, with strangers' words escaped. Pure, but for the template."""

from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from deploy.reports import charts, telling
from deploy.reports.gathering import Report, Voice
from deploy.reports.language import Words
from schemas.alert import Alert
from schemas.delivery import Language
from schemas.mention import Mention
from schemas.wire import from_ms
from sinks.delivery.inert import cut, inert, web_address
from sinks.delivery.sentence import sentence
from sinks.delivery.wording import LANGUAGES

EXCERPT = 400  # code points of a post
_SHOWN_ALERTS = 20


@dataclass(frozen=True, slots=True)
class Row:
    """One number: its name, what it is, what it was, and the change between them."""

    name: str
    now: str
    before: str
    change: str


class Page:
    """What the template shows of a report, in a language."""

    def __init__(self, report: Report, language: Language) -> None:
        """Take the report; times are told in its brand's zone, as its days are."""
        self.report = report
        self.say = Words(language, report.zone)
        self.title = self.say(f"title.{report.period}", brand=report.brand.name)
        start, end = (self.say.moment(at) for at in (report.stretch.start, report.stretch.end))
        self.dates = self.say("dates", start=start, end=end)
        self.sentences = telling.sentences(report, self.say)
        self.posts: list[tuple[str, Sequence[Mention]]] = [
            (self.say("best"), report.best), (self.say("worst"), report.worst), (self.say("fastest"), report.fastest),
        ]  # fmt: skip

    @property
    def rows(self) -> list[Row]:
        """The numbers with their change."""
        now, before, say = self.report.now, self.report.before, self.say
        counts: list[tuple[str, float | None, float | None]] = [
            ("mentions", now.mentions, before.mentions), ("distinct", now.distinct, before.distinct),
            ("authors", now.authors, before.authors), ("reach", now.reach, before.reach),
            ("engagement", now.engagement, before.engagement),
        ]  # fmt: skip
        shares = [
            ("positive.share", now.positive_share, before.positive_share),
            ("negative.share", now.negative_share, before.negative_share),
        ]
        turned = None if now.balance is None or before.balance is None else now.balance - before.balance
        balance = Row(say("balance"), say.signed(now.balance), say.signed(before.balance), say.signed(turned))
        return [
            *(Row(say(key), say.number(of), say.number(was), say.change(of, was)) for key, of, was in counts),
            *(Row(say(key), say.percent(of), say.percent(was), say.difference(of, was)) for key, of, was in shares),
            balance,
        ]

    @property
    def themes_read(self) -> str:
        """What the themes were sought in, and what they were compared with."""
        found, say = self.report.themes, self.say
        against = say("themes.usual", n=say.number(found.usual_texts)) if found.usual_texts else say("themes.times")
        key = "themes.sample" if found.is_sample else "themes.read"
        return f"{against} {say(key, n=say.number(found.mentions), texts=say.number(found.texts))}"

    @property
    def lines(self) -> charts.Lines:
        """The volume with what is usual, and the alerts."""
        return charts.line_chart(self.report.hours, self.report.alerts, self.report.zone)

    @property
    def bars(self) -> charts.Bars:
        """The feelings."""
        return charts.feeling_chart(self.report.feelings, self.report.zone)

    @property
    def alerts(self) -> Sequence[Alert]:
        """The alerts that are shown, in the order in which they opened."""
        return self.report.alerts[:_SHOWN_ALERTS]

    def told(self, alert: Alert) -> str:
        """Return an alert in one line."""
        return sentence(alert, self.report.brand.name, LANGUAGES[self.say.language])

    def when(self, alert: Alert) -> str:
        """Return the times of an alert."""
        opened, peak = self.say.moment(alert.opened_at), self.say.moment(alert.peak_at)
        if alert.closed_at is None:
            return self.say("alert.since", opened=opened, peak=peak)
        return self.say("alert.when", opened=opened, peak=peak, closed=self.say.moment(alert.closed_at))

    def writer(self, mention: Mention) -> str:
        """Return what the author of a mention is called."""
        return telling.writer(mention, self.say)

    def published(self, mention: Mention) -> str:
        """Return when a mention was published."""
        return self.say.moment(from_ms(mention.published_ms))

    def change(self, voice: Voice) -> str:
        """Return by how much a share of voice has changed."""
        return self.say.difference(voice.share, voice.before)

    @property
    def plain(self) -> list[str]:
        """The sentences, numbers and alerts as lines for services that show no page; nothing in them is alive."""
        rows = [f"{row.name}: {row.now} ({row.change})" for row in self.rows]
        alerts = [f"{self.say.term('alert', one.kind)}: {self.told(one)}" for one in self.alerts]
        return [self.dates, *(inert(one) for one in self.sentences), *rows, *alerts]


def render(page: Page, *, drawn: bool = True) -> str:
    """Return the page as HTML; not `drawn`: without the charts, which programs for mail do not show."""
    template = _environment().get_template("report.html")
    return template.render(page=page, say=page.say, report=page.report, charts=charts, drawn=drawn)


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("deploy.reports", "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters["web"] = web_address
    made.filters["excerpt"] = lambda text: cut(text, EXCERPT)
    return made
