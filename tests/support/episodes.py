"""Alerts made up for tests, and words that people should not be able to put into a notice."""

from datetime import timedelta
from typing import Any

from schemas.alert import Alert
from tests.support.mentions import T0

NASTY = (
    "@everyone look", "@here now", "hey @channel", "<!channel> fire", "<!here|all>", "<!subteam^S012>", "<@U012AB3CD>",
    "<@&123456789012345678>", "<#C024BE7LR>", "<https://evil.example|click me>", "[click me](https://evil.example)",
    "![pixel](https://evil.example/p.png)", "<https://evil.example>", "https://evil.example/@everyone",
    "www.evil.example", "evil.example/login", "mailto:x@evil.example", "javascript:alert(1)",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<b>bold</b> <i>x</i>",
    "&lt;b&gt; &#64;everyone &amp;", "<at>Ana</at>", "<users/all>", "**bold** __under__ ~~gone~~ ||spoiler||",
    "*bold* _it_ ~gone~ `code`", "```\ncode\n```\n@all", "# Heading\n## Another\n- list\n1. one\n> quote",
    "line\r\nSubject: other\r\n\r\nbody", "a\x00b\x07c\x1b[31mred", "\u202egnp.exe\u202c and \u2066isolated\u2069",
    "zero\u200bwidth\u200d@\u200beveryone \ufeff", "\U000e0041\U000e0042tags",
    "Z" + "\u0301\u0302\u0303" * 40 + "algo", ":boom: :rotating_light:", "\\@everyone \\<!channel>",
    "{{7*7}} ${HOME} {app_body}", "@all @room @team", "＠everyone ＃tag ＜!channel＞", "|a|b|\n|-|-|\n|c|d|",
    "\u2028@here\u2029@here", "\ud800 lone", "愛客美 @所有人 壞了", "",
)  # fmt: skip
"""What people might write to call others, to be markup, or to turn the line around, in all dialects."""


def episode(name: str = "1", *, revision: int = 1, closed: bool = False, hours: float = 0, **fields: Any) -> Alert:
    """Return an alert of the brand "acme" that opened `hours` after T0."""
    at = T0 + timedelta(hours=hours)
    given: dict[str, Any] = {
        "id": f"acme-{name}",
        "revision": revision,
        "brand": "acme",
        "kind": "volume_spike",
        "status": "closed" if closed else "open",
        "opened_at": at,
        "updated_at": at + timedelta(minutes=5 * revision),
        "peak_at": at,
        "closed_at": at + timedelta(minutes=5 * revision) if closed else None,
        "scale_ms": 3_600_000,
        "observed": 120.0,
        "expected": 12.5,
        "ratio": 9.6,
        "novelty": 3.2,
        "threshold": 2.0,
        "volume": 120,
        "summary": "Acme: 120 mentions in an hour, 12.5 are usual",
    }
    return Alert.model_validate(given | fields)
