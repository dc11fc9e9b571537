"""`hearken mentions`: the posts themselves."""

from typing import TYPE_CHECKING, Annotated, get_args

import typer

from deploy.cli import mention_rows
from deploy.cli.options import BrandName, BrandsFile, ConfigFile, Format, From, Output, StorePath, To
from deploy.cli.output import emit, note, print_csv
from deploy.cli.question import Question, question
from schemas.errors import Transient, UsageError
from schemas.mention import EmotionLabel, Intent, Mention
from sinks.questions import Sort
from sinks.selection import Dimension, Selection, Trait

if TYPE_CHECKING:
    from schemas.query.tree import Query

_Query = Annotated[str | None, typer.Option("--query", help="Only posts that this query matches (Lucene syntax).")]
_SortBy = Annotated[Sort | None, typer.Option("--sort", help="What comes first: new (default), velocity or reach.")]
_Limit = Annotated[
    int | None,
    typer.Option("--limit", min=1, max=100_000, help="How many posts at most; by default 20, with --follow no end."),
]
_After = Annotated[
    list[str] | None,
    typer.Option("--intent", help=f"Only posts whose writer is after this: {', '.join(get_args(Intent))}."),
]
_NotAfter = Annotated[list[str] | None, typer.Option("--not-intent", help="No posts whose writer is after this.")]
_Moved = Annotated[
    list[str] | None, typer.Option("--emotion", help=f"Only posts that show this: {', '.join(get_args(EmotionLabel))}.")
]
_NotMoved = Annotated[list[str] | None, typer.Option("--not-emotion", help="No posts that show this emotion.")]
_Follow = Annotated[bool, typer.Option("--follow", help="Show what is stored from now on, as it comes, until stopped.")]

_STEP = 500  # posts that are asked for at once
_PAUSE_S = 0.5
_AGAIN_S = 5.0  # after a store did not answer
_LOOKED_AT = 2_000  # of the fastest, or those that reach most, so many are looked at for what is asked


def mentions(
    brand: BrandName = None,
    query: _Query = None,
    start: From = None,
    end: To = None,
    intent: _After = None,
    not_intent: _NotAfter = None,
    emotion: _Moved = None,
    not_emotion: _NotMoved = None,
    sort: _SortBy = None,
    limit: _Limit = None,
    follow: _Follow = False,
    output: Output = "table",
    store: StorePath = None,
    brands: BrandsFile = None,
    config: ConfigFile = None,
) -> None:
    """Show the posts about a brand; as JSON the whole documents.

    With --follow new ones come in the order in which they are stored, whenever they were published: a line each for
    people, as JSON one document a line, as CSV one row each. It ends when it is stopped, with exit 0.
    """
    from schemas.query.parse import parse_query

    parsed = None if query is None else parse_query(query)
    traits = _traits("intent", get_args(Intent), intent, not_intent)
    traits += _traits("emotion", get_args(EmotionLabel), emotion, not_emotion)
    if follow:
        if sort is not None or start is not None or end is not None:
            raise UsageError("--follow shows what is stored from now on: leave out --sort, --from and --to")
        with question(config, brands, store, brand, None, None) as asked:
            _follow(asked, asked.brands[0].id if brand else None, parsed, traits, limit, output)
        return
    with question(config, brands, store, brand, start, end) as asked:
        one = asked.brands[0].id if brand else None
        found = _found(asked, one, parsed, traits, sort or "new", limit or 20)
    documents = [mention_rows.document(one) for one in found]
    if output == "csv":
        documents = [mention_rows.flat(document) for document in documents]
    emit(output, documents, mention_rows.NAMES, mention_rows.table)


def _traits(
    dimension: Dimension, known: tuple[str, ...], wanted: list[str] | None, unwanted: list[str] | None
) -> tuple[Trait, ...]:
    for value in (*(wanted or ()), *(unwanted or ())):
        if value not in known:
            raise UsageError(f"{dimension} {value!r} is none: there are {', '.join(known)}")
    twins = Trait(dimension, tuple(wanted or ())), Trait(dimension, tuple(unwanted or ()), wanted=False)
    return tuple(trait for trait in twins if trait.values)


def _found(
    asked: Question, brand: str | None, query: "Query | None", traits: tuple[Trait, ...], sort: Sort, limit: int
) -> list[Mention]:
    from sinks.traits import has

    if not traits:
        return asked.store.mentions(brand, query, asked.start, asked.end, sort, limit)
    if sort == "new":
        brands = tuple(one.id for one in asked.brands)
        queries = () if query is None else (query,)
        return asked.store.page(Selection(brands, asked.start, asked.end, traits, queries), None, limit).mentions
    looked_at = asked.store.mentions(brand, query, asked.start, asked.end, sort, max(limit, _LOOKED_AT))
    return [mention for mention in looked_at if all(has(mention, trait) for trait in traits)][:limit]


def _follow(
    asked: Question,
    brand: str | None,
    query: "Query | None",
    traits: tuple[Trait, ...],
    limit: int | None,
    output: Format,
) -> None:
    """Print what is stored from now on, until nobody wants more, or `limit` posts."""
    from deploy.cli.following import rest, wanted
    from schemas.clock import SystemClock
    from schemas.query.evaluate import evaluate
    from sinks.traits import has

    clock, left = SystemClock(), limit
    with wanted() as more:
        if output == "csv":
            print_csv([], mention_rows.NAMES)
        cursor = asked.store.arrivals(None, 0).cursor
        note("following")
        while more():
            try:
                found = asked.store.arrivals(cursor, _STEP)
            except Transient as fault:
                note(str(fault))
                rest(_AGAIN_S, clock, more)
                continue
            for mention in found.mentions:
                if (
                    (brand is None or any(match.id == brand for match in mention.brands))
                    and (query is None or evaluate(query, mention))
                    and all(has(mention, trait) for trait in traits)
                ):
                    mention_rows.print_line(mention_rows.document(mention), output)
                    left = None if left is None else left - 1
                    if left == 0:
                        return
            if cursor == found.cursor:
                rest(_PAUSE_S, clock, more)
            cursor = found.cursor
