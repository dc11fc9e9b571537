"""Routes of alerts: which there are, what drives one, and what people do about them."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path
from fastapi import Query as Parameters
from pydantic import BaseModel, ConfigDict, Field

from deploy.api.access import Responder, Viewer
from deploy.api.branding import brand_view
from deploy.api.context import Context, Here
from deploy.api.filters import Window, asked
from deploy.api.problems import Problem
from deploy.api.shapes import Acknowledgement, AlertView, BrandView, Rows
from deploy.known_brands import chosen, known_brands
from schemas.alert import Alert, AlertStatus
from schemas.delivery import Language
from schemas.errors import UsageError
from sinks.delivery.sentence import sentence
from sinks.delivery.silence import Silence
from sinks.delivery.wording import LANGUAGES
from sinks.drivers import with_drivers
from sinks.store import Store

router = APIRouter(tags=["alerts"])

AlertId = Annotated[str, Path(max_length=300, description="The id of an alert.")]
Told = Annotated[Language, Parameters(description="The language of the summary.")]


class Opened(Window):
    """Of which brands, opened when, and whether they still are."""

    status: AlertStatus | None = None
    language: Language = Field(default="en", description="The language of the summaries.")
    limit: int = Field(default=100, ge=1, le=500)


class Note(BaseModel):
    """Why, for others who look."""

    model_config = ConfigDict(extra="forbid")

    note: str = Field(default="", max_length=1_000)


class Mute(Note):
    """For how long; 0 ends it."""

    minutes: int = Field(ge=0, le=60 * 24 * 366)


@router.get("/alerts", response_model_exclude_none=True)
async def alerts(filters: Annotated[Opened, Parameters()], here: Here, caller: Viewer) -> Rows[AlertView]:
    """The alerts that opened in a time, each as it stands now, the latest first."""

    def question(store: Store) -> Rows[AlertView]:
        one = asked(filters, here.settings, store)
        start, end = one.selection.start, one.selection.end
        found: list[Alert] = []
        if filters.brand or filters.not_brand:
            for brand in one.brands:
                found += store.alerts(brand.id, start, end, filters.status, filters.limit)
            found.sort(key=lambda alert: alert.id)
            found.sort(key=lambda alert: alert.opened_at, reverse=True)
        else:
            found = store.alerts(None, start, end, filters.status, filters.limit)
        told = _translated(found[: filters.limit], filters.language, here, store)
        return Rows(data=[_view(alert, here) for alert in told])

    return await here.answers.ask(question)


@router.get("/alerts/{alert_id}", response_model_exclude_none=True)
async def one_alert(alert_id: AlertId, here: Here, caller: Viewer, language: Told = "en") -> AlertView:
    """One alert with what drives it: posts, authors, entities, hashtags and links."""

    def question(store: Store) -> AlertView:
        (told,) = _translated([with_drivers(_alert(store, alert_id), store)], language, here, store)
        return _view(told, here)

    return await here.answers.ask(question)


@router.put("/alerts/{alert_id}/acknowledgement", response_model_exclude_none=True)
async def acknowledge(alert_id: AlertId, note: Note, here: Here, caller: Responder) -> AlertView:
    """Say that somebody looks after it: of its episode nothing more is told, but its end to those who were told."""
    alert = await here.answers.ask(lambda store: _alert(store, alert_id))
    wish = Silence(kind="acknowledged", about=alert.id, at=here.clock.now(), note=note.note, by=caller.name)
    await asyncio.to_thread(here.wishes.keep, wish)
    return _view(alert, here)


@router.put("/brands/{brand}/mute")
async def mute(brand: Annotated[str, Path(max_length=200)], wish: Mute, here: Here, caller: Responder) -> BrandView:
    """Have nothing new told of a brand for a time; what opens then is not told later either."""
    now = here.clock.now()

    def found(store: Store) -> BrandView:
        try:
            (one,) = chosen(known_brands(here.settings, store), brand)
        except UsageError as error:
            raise Problem(404, str(error)) from None
        until = now + timedelta(minutes=wish.minutes)
        here.wishes.keep(Silence(kind="muted", about=one.id, at=now, until=until, note=wish.note, by=caller.name))
        return brand_view(one, store.extent([one.id]), here)

    return await here.answers.ask(found)


def _alert(store: Store, alert_id: str) -> Alert:
    found = store.alert(alert_id)
    if found is None:
        raise Problem(404, "there is no such alert")
    return found


def _translated(alerts: Sequence[Alert], language: Language, here: Context, store: Store) -> list[Alert]:
    """Return alerts with their summaries in a language."""
    phrases = LANGUAGES[language]
    if phrases.sentences is None:
        return list(alerts)
    names = {brand.id: brand.name for brand in (*store.brands(), *here.settings.brands)}
    return [
        alert.model_copy(update={"summary": sentence(alert, names.get(alert.brand, alert.brand), phrases)})
        for alert in alerts
    ]


def _view(alert: Alert, here: Context) -> AlertView:
    wish = here.wishes.acknowledged(alert)
    looked_after = None if wish is None else Acknowledgement(at=wish.at, by=wish.by, note=wish.note)
    return AlertView.trusted(
        {**alert.__dict__, "acknowledged": looked_after, "muted_until": here.wishes.muted_until(alert.brand)}
    )
