"""Which brands a question is about: those of the settings, and those that the store was filled for."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from schemas.brand import Brand
from schemas.errors import UsageError
from schemas.settings import NO_BRANDS, Settings
from sinks.store import Questions

_LISTED = 8


def known_brands(settings: Settings, questions: Questions) -> list[Brand]:
    """Return the brands of the settings, then those of which the store alone knows. Raises UsageError for none."""
    known = {brand.id: brand for brand in (*questions.brands(), *settings.brands)}
    configured = [brand.id for brand in settings.brands]
    if not known:
        raise UsageError(NO_BRANDS)
    return [known[brand] for brand in dict.fromkeys((*configured, *known))]


def chosen(known: Sequence[Brand], name: str | None) -> list[Brand]:
    """Return the brand of this name, id or alias, in any case; all of them for None. UsageError names near ones."""
    if name is None:
        return list(known)
    names: dict[str, Brand] = {}
    for word, brand in _words(known):
        names.setdefault(word.casefold(), brand)
    if name.casefold() in names:
        return [names[name.casefold()]]
    near = [names[word].name for word in get_close_matches(name.casefold(), list(names), cutoff=0.5)]
    listed = ", ".join(dict.fromkeys(near or [brand.name for brand in known][:_LISTED]))
    raise UsageError(f"no brand is called {name!r}; {'did you mean' if near else 'there are'}: {listed}")


def _words(known: Sequence[Brand]) -> Iterator[tuple[str, Brand]]:
    """Yield what each brand may be called; names and ids go before aliases."""
    yield from ((word, brand) for brand in known for word in (brand.id, brand.name))
    yield from ((word, brand) for brand in known for word in brand.aliases)


def groups(known: Sequence[Brand], asked: Sequence[Brand]) -> Iterator[list[Brand]]:
    """Yield the whole group of each brand asked for, each group once: share of voice is counted inside a group."""
    for group in dict.fromkeys(brand.group for brand in asked):
        yield [brand for brand in known if brand.group == group]
