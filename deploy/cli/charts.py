"""Small charts made of block characters."""

from collections.abc import Sequence
from itertools import pairwise

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LEVELS = " ▁▂▃▄▅▆▇█"


def bar(value: float, top: float, width: int) -> str:
    """Return a bar of up to `width` characters; any value above 0 shows at least a sliver."""
    if top <= 0 or value <= 0:
        return ""
    eighths = max(1, round(min(value / top, 1.0) * width * 8))
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


def balance_bar(balance: float | None, width: int) -> str:
    """Return a bar that leaves its middle to the left for negative, to the right for positive: -1 to 1."""
    if balance is None:
        return ""
    cells = round(abs(balance) * width)
    left = "█" * cells if balance < 0 else ""
    return f"{left:>{width}}│{'█' * cells if balance > 0 else ''}"


def sparkline(values: Sequence[float], top: float | None = None) -> str:
    """Return one character per value, from empty to full at `top` (their largest); any value above 0 shows."""
    top = max(values, default=0) if top is None else top
    if top <= 0:
        return " " * len(values)
    return "".join(_LEVELS[0 if value <= 0 else min(8, max(1, round(value / top * 8)))] for value in values)


def columns(values: Sequence[float], height: int) -> list[str]:
    """Return the lines of a chart of upright columns, one character wide each, the top line first."""
    top = max(values, default=0)
    if top <= 0:
        return []
    eighths = [0 if value <= 0 else max(1, round(value / top * height * 8)) for value in values]
    return [
        "".join(_LEVELS[min(8, max(0, level - 8 * line))] for level in eighths) for line in range(height - 1, -1, -1)
    ]


def thinned(values: Sequence[float], width: int) -> list[float]:
    """Return at most `width` values, each the largest of its stretch, so that no peak is lost."""
    if len(values) <= width:
        return list(values)
    edges = [round(index * len(values) / width) for index in range(width + 1)]
    return [max(values[start:end]) for start, end in pairwise(edges)]
