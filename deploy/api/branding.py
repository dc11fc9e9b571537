"""Routes of brands: which there are, saving one, and the ready exclusion lists with what they removed."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi import Query as Parameters
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from deploy.api.access import Editor, Viewer
from deploy.api.brands_file import entry, save
from deploy.api.context import Context, Here, Key
from deploy.api.filters import Window, asked
from deploy.api.problems import Problem
from deploy.api.shapes import BrandView, ListView, Removed, Rows
from deploy.known_brands import chosen, known_brands
from schemas.brand import Brand
from schemas.errors import UsageError
from schemas.exclusions import EXCLUSIONS, Exclusion, exclusion
from schemas.query.parse import parse_query
from sinks.selection import Intervals
from sinks.store import Store

router = APIRouter(tags=["brands"])

BrandId = Annotated[str, Path(max_length=200, description="The id of a brand; for reading also its name.")]


class BrandWish(BaseModel):
    """A brand as it is to be."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    query: str = Field(min_length=1, max_length=20_000)
    group: str | None = Field(default=None, max_length=200)
    aliases: list[str] | None = Field(default=None, max_length=200)
    timezone: str | None = Field(default=None, max_length=60)
    exclude: list[Exclusion] | None = None


@router.get("/brands")
async def brands(here: Here, key: Key, caller: Viewer) -> Rows[BrandView]:
    """The brands that are listened for, and those that the store knows."""

    def question(store: Store) -> Rows[BrandView]:
        known = known_brands(here.settings, store)
        extents = store.extents([brand.id for brand in known])
        return Rows(data=[brand_view(one, extents.get(one.id), here) for one in known])

    return await here.answers.shared(key, question)  # how long a brand is muted depends on the time


@router.get("/brands/{brand}")
async def one_brand(brand: BrandId, here: Here, caller: Viewer) -> BrandView:
    """One brand."""

    def question(store: Store) -> BrandView:
        try:
            (one,) = chosen(known_brands(here.settings, store), brand)
        except UsageError as error:
            raise Problem(404, str(error)) from None
        return brand_view(one, store.extent([one.id]), here)

    return await here.answers.ask(question)


@router.put("/brands/{brand}")
async def save_brand(brand: BrandId, wish: BrandWish, here: Here, caller: Editor) -> BrandView:
    """Save a brand to the brands file. What listens goes by it from its next start on."""
    parse_query(wish.query)
    try:
        wanted = Brand(id=brand, **wish.model_dump(exclude_none=True))
    except ValidationError as error:
        problems = [{"where": str(one["loc"][:1]), "what": one["msg"]} for one in error.errors()]
        raise Problem(422, "this is no brand", errors=problems) from None
    given = {"id": brand, **wish.model_dump(exclude_none=True)}
    if here.brands_file is None:
        raise Problem(
            409, "brands stand in the settings: put this there, or start with --brands FILE", toml=entry(given)
        )
    save(here.brands_file, given)
    others = [one for one in here.settings.brands if one.id != wanted.id]
    kept = next((one for one in here.settings.brands if one.id == wanted.id), None)
    wanted = wanted if kept is None else kept.model_copy(update=wanted.model_dump(include=set(given)))
    here.settings = here.settings.model_copy(update={"brands": (*others, wanted)})
    here.answers.forget()
    return await here.answers.ask(lambda store: brand_view(wanted, store.extent([wanted.id]), here))


@router.get("/exclusions")
async def lists(caller: Viewer) -> Rows[ListView]:
    """The ready exclusion lists, as queries."""
    return Rows(data=[ListView(name=name, query=exclusion(name).text) for name in EXCLUSIONS])


@router.get("/exclusions/removed", response_model=Rows[Removed])
async def removed(window: Annotated[Window, Parameters()], here: Here, key: Key, caller: Viewer) -> Response:
    """How many mentions each list removes from the answers about a brand; the posts are mentions with
    `excluded=only` and a `reason`. One that two lists find counts for both."""

    def question(store: Store) -> Rows[Removed]:
        one = asked(window, here.settings, store)
        found = []
        for brand in one.brands:
            for name in brand.exclude:
                of = replace(one.of(brand), removed=((brand.id, exclusion(name)),), excluded="only")
                (cell,) = store.count(of, (), "mentions", Intervals(86_400_000))
                found.append(Removed(brand=brand.id, reason=name, count=cell.values[0]))
        return Rows(data=found)

    return await here.answers.told(key, question)


def brand_view(brand: Brand, extent: tuple[datetime, datetime] | None, here: Context) -> BrandView:
    """Return a brand as it is answered; `extent` is the times of its first and last mention."""
    return BrandView(
        id=brand.id, name=brand.name, group=brand.group, query=brand.query, query_version=brand.query_version,
        aliases=list(brand.aliases), timezone=brand.timezone, exclude=list(brand.exclude),
        first=extent[0] if extent else None, last=extent[1] if extent else None,
        muted_until=here.wishes.muted_until(brand.id),
    )  # fmt: skip
