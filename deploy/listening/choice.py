"""Which sources are listened to: those that the settings have a section of, or those that are named."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ingest.live import LiveSource
from ingest.source import source, sources
from schemas.errors import UsageError
from schemas.settings import Settings

DEFAULT = "bluesky-jetstream"
"""What is listened to when there is only a query: all of a network, for nobody's key."""

PUSH: Final = "push"
REVISIT: Final = "revisit"
"""What is called when the reception is meant, or looking again: neither is a source of its own."""

Own = Mapping[str, Callable[[], LiveSource]]
"""How these are made, by name: a worker that has none of them names none."""

_HOW = f"`hearken sources` lists them; [sources.{DEFAULT}] in hearken.toml, with nothing below it, is enough for one"


def live_names() -> list[str]:
    """Return the names of all sources that can be listened to."""
    return [name for name, kind in sources().items() if issubclass(kind, LiveSource)]


def chosen(
    settings: Settings, names: Sequence[str] = (), default: str | None = None, own: Own | None = None
) -> list[LiveSource]:
    """Return the sources to listen to, made with their options.

    `names` are taken as they are; without any, it is each source with a section `[sources.NAME]` that does not say
    `enabled = false`, with the reception where it has a port, and looking again where it has sources; or else
    `default`. Raises UsageError, one line, for an unknown source, one that cannot be listened to, an option that it
    lacks or does not have, and when there is none.
    """
    own = own or {}
    if not names:
        names = [name for name, options in settings.sources.items() if _is_enabled(name, options)]
        known, live = sources(), live_names()
        names = [name for name in names if name in live or name not in known]  # another's section is for its files
        wanted = {PUSH: bool(settings.reception.port), REVISIT: bool(settings.revisits.sources)}
        names = names or ([default] if default else [])
        names = [*names, *(name for name in own if wanted.get(name))]
    if not names:
        raise UsageError(f"no source to listen to: {_HOW}")
    return [own[name]() if name in own else _live(name, settings) for name in dict.fromkeys(names)]


def _is_enabled(name: str, options: Mapping[str, object]) -> bool:
    said = options.get("enabled", True)
    if said in (True, "true"):
        return True
    if said in (False, "false"):  # the environment has only words
        return False
    raise UsageError(f"[sources.{name}] enabled: write true or false")


def _live(name: str, settings: Settings) -> LiveSource:
    made = source(name, settings.sources.get(name))
    if not isinstance(made, LiveSource):
        raise UsageError(
            f"{name} cannot be listened to, only read from files; these can: {', '.join(live_names()) or 'none'}"
        )
    return made
