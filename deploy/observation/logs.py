"""The log of a worker: one line an event, as JSON or for people, from our modules and from every package.

What is logged holds no words of others: the text of an error that is not ours, or bytes, may quote a post, so of these
only the kind and the place are told. The packages speak from warnings on, for below that they show what they carry.
"""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from traceback import extract_tb
from typing import TextIO

import structlog
from structlog.typing import EventDict, WrappedLogger

from schemas.errors import HearkenError, UsageError
from schemas.settings import ObserveSettings
from schemas.wire import plain

_ROOMS = ("deploy", "enrich", "ingest", "schemas", "sinks")
_REPEATED = ("elastic_transport.node_pool",)  # it speaks at each attempt; the sink says once that the store is away
_OWN = ("_record", "_from_structlog")  # structlog's, which it takes out again
_FIRST = ("time", "level", "event", "worker")


@contextmanager
def logs(settings: ObserveSettings, worker: str, stream: TextIO | None = None) -> Iterator[None]:
    """Write the log to `stream`, by default stderr, while the block runs; `worker` is named in each line that does not
    name one itself. An error of ours that ends the block is logged where nobody watches, and goes on as it came; one of
    usage is left to the command's last words, for whoever typed it.
    """
    stream = stream or sys.stderr
    for_people = settings.log_format == "console" or (settings.log_format == "auto" and stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(worker, stream.isatty() if for_people else None))
    level = settings.log_level.upper()
    handler.setLevel(level)
    handler.addFilter(lambda record: record.name not in _REPEATED)
    rooms = [logging.getLogger(room) for room in _ROOMS]
    for room in rooms:
        room.setLevel(level)
    logging.getLogger().addHandler(handler)
    logging.captureWarnings(True)
    try:
        yield
    except HearkenError as error:
        if not for_people and not isinstance(error, UsageError):  # people get the same as the command's last words
            logging.getLogger(__name__).critical("ended by an error: %s", error)
        raise
    finally:
        logging.captureWarnings(False)
        logging.getLogger().removeHandler(handler)
        for room in rooms:
            room.setLevel(logging.NOTSET)


def _formatter(worker: str, colours: bool | None) -> structlog.stdlib.ProcessorFormatter:
    """Return what turns records into lines; `colours` None is for JSON."""

    def ordered(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
        event.setdefault("worker", worker)
        return {key: event.pop(key) for key in _FIRST} | dict(sorted(event.items()))

    last = (
        structlog.processors.JSONRenderer(json.dumps)  # ASCII: nothing in it can break a line or command a terminal
        if colours is None
        else structlog.dev.ConsoleRenderer(colors=colours, timestamp_key="time", sort_keys=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.ExtraAdder(),
            _worded,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper("iso", utc=True, key="time"),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, ordered, last],
        use_get_message=False,
        pass_foreign_args=True,
    )


def _worded(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """Put the message together, and take out of it and of the fields what may be words of others."""
    record: logging.LogRecord = event["_record"]
    args, failure = event.pop("positional_args", ()), event.pop("exc_info", None)
    said = str(event.pop("event"))
    if record.name == "py.warnings":
        said = said.split(": ", 2)[1]  # of place, kind and words
    if args:
        safe = _told(args)
        with suppress(TypeError, ValueError):  # a number became a word, perhaps: the bare format still says something
            said %= tuple(safe) if isinstance(safe, list) else safe
    fields = {key: _told(value) for key, value in event.items() if key not in (*_OWN, "message")}  # as others said it
    if failure and failure[1] is not None:
        fields["exception"] = list(_places(failure[1]))
    return {"event": _line(said), "logger": record.name, **fields, **{key: event[key] for key in _OWN}}


def _told(value: object) -> object:
    """Return what may be logged of a value."""
    if isinstance(value, str | HearkenError):
        return _line(str(value))
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Mapping):
        return {_told(key): _told(each) for key, each in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [_told(each) for each in value]
    return f"{len(value)} bytes" if isinstance(value, bytes | bytearray) else type(value).__name__


def _places(error: BaseException) -> Iterator[str]:
    """Yield an error and those behind it, each with the places that it went through; no text but that of our own."""
    seen: BaseException | None = error
    while seen is not None:
        frames = extract_tb(seen.__traceback__, limit=-8)
        path = " > ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames)
        said = f": {_line(str(seen))}" if isinstance(seen, HearkenError) else ""
        yield f"{type(seen).__name__}{said} ({path})"
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def _line(text: str) -> str:
    return " ".join(str(plain(text)).split())
