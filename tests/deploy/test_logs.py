"""The log: a line an event, of every package alike, and no words of others in it."""

import io
import json
import logging
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka import TopicPartition
from pydantic import TypeAdapter, ValidationError

from deploy.observation.logs import logs
from schemas.errors import Fatal, HearkenError, Poison, Transient, UsageError
from schemas.post import Author
from schemas.settings import ObserveSettings

JSON = ObserveSettings(log_format="json")
OURS, THEIRS = logging.getLogger("sinks.worker"), logging.getLogger("faust.consumer")

# As what a post's text may come to a logger.
CARRIERS: list[Callable[[str], object]] = [
    ValueError,
    lambda text: ExceptionGroup(text, [ValueError(text)]),
    str.encode,
    lambda text: {"value": text.encode()},
    lambda text: [ValueError(text), (text.encode(),)],
    lambda text: Author.model_construct(name=text),
    lambda text: _refused(text),
]


def _refused(text: str) -> ValidationError:
    try:
        TypeAdapter(int).validate_python(f"x{text}")
    except ValidationError as error:
        return error
    raise AssertionError


def written(say: Callable[[], object], settings: ObserveSettings = JSON, worker: str = "sink") -> list[dict[str, Any]]:
    stream = io.StringIO()
    root = logging.getLogger()
    others, root.handlers = root.handlers, []  # those of pytest raise when a message does not fit its format
    try:
        with logs(settings, worker, stream):
            say()
    finally:
        root.handlers = others
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_when_who_where_and_what() -> None:
    (line,) = written(lambda: OURS.warning("%d wait", 3, extra={"topic": "dead.v1", "partition": 0, "offset": 7}))
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "warning", "event": "3 wait", "worker": "sink", "logger": "sinks.worker",
        "topic": "dead.v1", "partition": 0, "offset": 7,
    }  # fmt: skip


def test_a_line_may_name_its_own_worker() -> None:
    (line,) = written(lambda: OURS.info("on it", extra={"worker": "text"}), worker="text,trends")
    assert line["worker"] == "text"


def test_our_modules_are_heard_from_their_level_on_and_packages_from_warnings_on() -> None:
    def say() -> None:
        for logger in (OURS, THEIRS):
            logger.debug("debug")
            logger.info("info")
            logger.warning("warning")
            logger.error("error")

    def heard(level: str) -> list[tuple[str, str]]:
        lines = written(say, ObserveSettings.model_validate({"log_format": "json", "log_level": level}))
        return [(line["logger"].partition(".")[0], line["level"]) for line in lines]

    assert heard("info") == [
        ("sinks", "info"), ("sinks", "warning"), ("sinks", "error"), ("faust", "warning"), ("faust", "error"),
    ]  # fmt: skip
    assert heard("debug")[0] == ("sinks", "debug")
    assert ("faust", "info") not in heard("debug")
    assert heard("error") == [("sinks", "error"), ("faust", "error")]


def test_the_text_of_our_errors_is_told() -> None:
    (line,) = written(lambda: OURS.warning("away: %s", Transient("nobody answers at 127.0.0.1:9200")))
    assert line["event"] == "away: nobody answers at 127.0.0.1:9200"


def test_where_the_packages_speak_of_places_they_are_told() -> None:
    (line,) = written(lambda: THEIRS.warning("lost %s of %r", {TopicPartition("a", 1)}, "group"))
    assert line["event"] == "lost [['a', 1]] of 'group'"


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map(lambda text: f"CANARY{text}CANARY"),
    carrier=st.sampled_from(CARRIERS),
    way=st.sampled_from(["argument", "named", "field", "raised", "cause", "warning"]),
)
def test_no_words_of_others_are_logged(text: str, carrier: Callable[[str], object], way: str) -> None:
    value = carrier(text)

    def say() -> None:
        if way == "argument":
            THEIRS.error("cannot take %r, nor %d", value, value)
            THEIRS.error("cannot take %r", value)
        elif way == "named":
            THEIRS.error("cannot take %(value)s", {"value": value})
        elif way == "field":
            OURS.error("cannot take it", extra={"value": value})
        elif way == "warning":
            warnings.warn(f"odd value {text}", stacklevel=1)
        else:
            try:
                try:
                    raise value if isinstance(value, Exception) else ValueError(text)
                except Exception as error:
                    raise (Fatal("the worker ends") if way == "raised" else KeyError(text)) from error
            except Exception as error:
                THEIRS.exception("crashed: %r", error)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        lines = written(say)
    assert lines
    assert "CANARY" not in json.dumps(lines)


def test_an_exception_is_told_by_its_kinds_and_places() -> None:
    def say() -> None:
        try:
            try:
                _refused("a").errors()["no index"]  # type: ignore[call-overload]
            except TypeError as error:
                raise Poison("bad_json", "not JSON") from error
        except Poison as poison:
            OURS.error("it ends", exc_info=poison)

    (line,) = written(say)
    first, second = line["exception"]
    assert first.startswith("Poison: bad_json: not JSON (test_logs.py:")
    assert second.startswith("TypeError (test_logs.py:")


@pytest.mark.parametrize("mark", ["\n", "\r\n", "\x1b[31m", "\u2028", "\u202e", "\x00"])
@pytest.mark.parametrize("log_format", ["json", "console"])
def test_nothing_logged_breaks_a_line_or_commands_a_terminal(mark: str, log_format: str) -> None:
    stream = io.StringIO()
    with logs(ObserveSettings.model_validate({"log_format": log_format}), "sink", stream):
        THEIRS.warning(f"one{mark}two %s", f"three{mark}four", extra={"host": f"five{mark}six"})
    (line,) = stream.getvalue().splitlines()
    assert mark.strip() == "" or mark not in line
    assert "three" in line
    assert line.isprintable()


def test_an_error_that_ends_a_worker_is_logged_for_machines_and_left_to_the_command_for_people() -> None:
    def ended(log_format: str, error: HearkenError) -> str:
        stream, settings = io.StringIO(), ObserveSettings.model_validate({"log_format": log_format})
        with pytest.raises(type(error)), logs(settings, "sink", stream):
            raise error
        return stream.getvalue()

    assert json.loads(ended("json", Fatal("the store refuses")))["level"] == "critical"
    assert ended("console", Fatal("the store refuses")) == ""
    assert ended("json", UsageError("there is no such store")) == ""


def test_afterwards_logging_is_as_it_was() -> None:
    before = logging.getLogger().handlers[:], OURS.getEffectiveLevel(), warnings.showwarning
    written(lambda: None)
    assert (logging.getLogger().handlers, OURS.getEffectiveLevel(), warnings.showwarning) == before
