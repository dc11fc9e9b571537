"""A drawing of a scored series: the counts, what was usual, the score, and where alerts opened."""

import html
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from deploy.cli.count_table import Count
from enrich.spikes import Score
from schemas.errors import UsageError

_INCHES = (14, 7)
_FORMATS = {".png": "png", ".html": "svg", ".htm": "svg"}


def check(path: Path) -> None:
    """Raise UsageError where nothing can be drawn: another ending than .png or .html, or no matplotlib."""
    if path.suffix.lower() not in _FORMATS:
        raise UsageError(f"--plot {path}: the name must end in .png or .html")
    if find_spec("matplotlib") is None:
        raise UsageError("--plot needs matplotlib: pip install 'hearken[plot]'")


def draw(path: Path, title: str, scored: Sequence[tuple[Count, Score]]) -> None:
    """Write the drawing; times are UTC. Raises UsageError where the file cannot be written."""
    from matplotlib.figure import Figure

    times = [datetime.fromtimestamp(count.at_ms / 1000, UTC) for count, _ in scored]
    volumes = [count.volume for count, _ in scored]
    figure = Figure(figsize=_INCHES, layout="constrained")
    above, below = figure.subplots(2, sharex=True, height_ratios=(3, 1))
    low, high = [score.usual[0] for _, score in scored], [score.usual[1] for _, score in scored]
    above.fill_between(times, low, high, color="0.85", label="usual")
    above.plot(times, volumes, linewidth=0.7, label="count")
    opened = [(time, count.volume) for time, (count, score) in zip(times, scored, strict=True) if score.alert_opened]
    above.scatter([time for time, _ in opened], [volume for _, volume in opened], color="red", label="alert", zorder=3)
    above.set_yscale("symlog", linthresh=10)
    above.set_ylim(bottom=0)
    above.set_title(title, parse_math=False)
    above.legend(loc="upper left")
    below.plot(times, [score.novelty for _, score in scored], linewidth=0.7)
    if scored:
        below.axhline(scored[0][1].threshold, color="red", linestyle="--", linewidth=0.7)
    below.set_ylabel("novelty")
    picture = io.BytesIO()
    figure.savefig(picture, format=_FORMATS[path.suffix.lower()])
    try:
        path.write_bytes(picture.getvalue() if path.suffix.lower() == ".png" else _page(title, picture.getvalue()))
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


def _page(title: str, picture: bytes) -> bytes:
    svg = picture[picture.index(b"<svg") :]
    head = f'<!doctype html><meta charset="utf-8"><title>{html.escape(title)}</title>'
    return head.encode() + svg
