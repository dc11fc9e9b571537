"""Every error that hearken raises on purpose.

HearkenError
├── Transient       try again: the same call may succeed later
├── Poison          never try again: this one input is unusable, dead-letter it
│   └── (carries a Reason, the closed set that dead letters and reports use)
├── Fatal           stop the process: going on would lose or corrupt data
│   ├── StoreLocked     another process holds the embedded store
│   └── Refused         a server says no, and would say it again
└── UsageError      the person in front has to change something: one line, exit code 2
    ├── QueryError      a brand query that cannot be read, with a caret under the place
    └── TooManyGroupsError  a store makes no answer of so many groups
"""

from typing import Literal
from unicodedata import east_asian_width

Reason = Literal[
    "bad_encoding",
    "bad_json",
    "bad_shape",
    "bad_time",
    "bad_value",
    "too_deep",
    "too_large",
    "truncated",
    "unknown_kind",
]


_EXCERPT = 500  # code points of a query that are shown before the caret and behind it


class HearkenError(Exception):
    """Base of every deliberate error; its text is one line that says what, where, what to do."""


class Transient(HearkenError):
    """A fault outside that may pass: retry with back-off, not before `retry_after_s` where a server asked for it."""

    def __init__(self, text: str, retry_after_s: float | None = None) -> None:
        super().__init__(text)
        self.retry_after_s = retry_after_s


class Poison(HearkenError):
    """An input that can never be processed. Its text never holds post text.

    `reason` is the code that dead letters, reports and metrics carry.
    """

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason: Reason = reason
        self.detail = detail


class Fatal(HearkenError):
    """The process must end; nothing after this point may be acknowledged."""


class StoreLocked(Fatal):
    """Another process writes to the embedded store."""


class Refused(Fatal):
    """A server refused what was asked of it: wrong credentials, a wrong address, a position that it cannot go back to.

    `status` is what it answered over HTTP, `body` the beginning of its reason, which is never part of the text.
    """

    def __init__(self, text: str, status: int, body: bytes = b"") -> None:
        super().__init__(text)
        self.status, self.body = status, body


class UsageError(HearkenError):
    """What was asked for cannot be done as it was asked; the text says how to ask."""


class QueryError(UsageError):
    """A brand query that cannot be read.

    `query` is the text, `at` the code point where it goes wrong, `hint` what to write instead.
    """

    def __init__(self, problem: str, query: str, at: int, hint: str = "") -> None:
        self.problem, self.query, self.at, self.hint = problem, query, at, hint
        super().__init__(problem)

    def __str__(self) -> str:
        first = max(0, self.at - _EXCERPT)
        shown = "".join(" " if letter.isspace() else letter for letter in self.query[first : self.at + _EXCERPT])
        # An ideograph takes two columns of a terminal, and so does the ideographic space.
        gap = "".join("\u3000" if east_asian_width(letter) in "WF" else " " for letter in shown[: self.at - first])
        lines = [f"query: {self.problem}", f"  {shown}", f"  {gap}^"]
        if self.hint:
            lines.append(f"  {self.hint}")
        return "\n".join(lines)


class TooManyGroupsError(UsageError):
    """An answer would have more groups than the store makes."""

    def __init__(self) -> None:
        super().__init__("the server makes no answer of so many groups: ask for a shorter time")
