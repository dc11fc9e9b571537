"""How the answers of `hearken trends` look to people. Rows are the answers' JSON."""

from collections.abc import Iterable, Sequence

from deploy.cli.charts import balance_bar, bar, sparkline, thinned
from deploy.cli.output import Column, Row, moment_text, number, percent, print_table

_BAR, _SPARK = 24, 40


def volume_table(rows: Sequence[Row], interval_ms: int) -> None:
    """Print one brand's volume, one interval a line."""
    shown = _without_empty_ends(rows)
    top = max((row["count"] for row in shown), default=0)
    print_table(
        [
            Column("time (UTC)", lambda row: moment_text(row["time"], interval_ms)),
            Column("", lambda row: f"{bar(row['count'], top, _BAR):{_BAR}}"),
            Column("mentions", lambda row: number(row["count"]), "right"),
            Column("expected", lambda row: number(row["expected"]), "right"),
            Column("ratio", lambda row: number(_ratio(row)), "right"),
            Column("distinct", lambda row: number(row["distinct_count"]), "right", spare=True),
            Column("authors", lambda row: number(row["authors"]), "right", spare=True),
            Column("reach", lambda row: _reach(row), "right", spare=True),
            Column("engagement", lambda row: number(row["engagement"]), "right", spare=True),
        ],
        shown,
    )


def volume_overview(rows: Sequence[Row], interval_ms: int) -> None:
    """Print every brand's volume, one brand a line."""
    print_table(
        [
            Column("brand", lambda row: row["brand"]),
            Column("mentions", lambda row: number(row["count"]), "right"),
            Column("distinct", lambda row: number(row["distinct_count"]), "right", spare=True),
            Column("over time", lambda row: row["line"]),
            Column("most at (UTC)", lambda row: moment_text(row["peak"]["time"], interval_ms), spare=True),
            Column("", lambda row: number(row["peak"]["count"]), "right", spare=True),
            Column("expected", lambda row: number(row["peak"]["expected"]), "right", spare=True),
        ],
        _most_first(_volume_of(brand, points) for brand, points in _by_brand(rows).items()),
    )


def sentiment_table(rows: Sequence[Row], interval_ms: int) -> None:
    """Print one brand's sentiment, one interval a line."""
    shown = [row for row in rows if row["positive"] + row["neutral"] + row["negative"] + row["unknown"]]
    print_table(
        [
            Column("time (UTC)", lambda row: moment_text(row["time"], interval_ms)),
            Column("  - balance +", lambda row: balance_bar(row["balance"], 8)),
            Column("", lambda row: number(row["balance"], 2), "right"),
            *_feelings(),
        ],
        shown,
    )


def sentiment_overview(rows: Sequence[Row], interval_ms: int) -> None:
    """Print every brand's sentiment, one brand a line, with its worst interval."""
    print_table(
        [
            Column("brand", lambda row: row["brand"]),
            Column("  - balance +", lambda row: balance_bar(row["balance"], 8)),
            Column("", lambda row: number(row["balance"], 2), "right"),
            *_feelings(),
            Column("most negative at (UTC)", lambda row: moment_text(row["worst"]["time"], interval_ms), spare=True),
            Column("", lambda row: number(row["worst"]["negative"]), "right", spare=True),
        ],
        [_sentiment_of(brand, points) for brand, points in _by_brand(rows).items()],
    )


def share_table(rows: Sequence[Row], interval_ms: int) -> None:
    """Print one brand's share of its group, one interval a line."""
    print_table(
        [
            Column("time (UTC)", lambda row: moment_text(row["time"], interval_ms)),
            Column("", lambda row: f"{bar(row['share'], 1, _BAR):{_BAR}}"),
            Column("share", lambda row: percent(row["share"]), "right"),
            Column("without copies", lambda row: percent(row["distinct_share"]), "right", spare=True),
            Column("mentions", lambda row: number(row["count"]), "right"),
        ],
        [row for row in rows if row["share"] is not None],
    )


def share_overview(rows: Sequence[Row]) -> None:
    """Print every brand's share over time, one brand a line; all on one scale, from 0 to the whole."""
    print_table(
        [
            Column("brand", lambda row: row["brand"]),
            Column("mentions", lambda row: number(row["count"]), "right"),
            Column("share over time", lambda row: row["line"]),
            Column("least", lambda row: percent(row["least"]), "right", spare=True),
            Column("most", lambda row: percent(row["most"]), "right", spare=True),
        ],
        _most_first(_share_of(brand, points) for brand, points in _by_brand(rows).items()),
    )


def _feelings() -> list[Column]:
    return [
        Column("negative", lambda row: number(row["negative"]), "right"),
        Column("positive", lambda row: number(row["positive"]), "right"),
        Column("neutral", lambda row: number(row["neutral"]), "right", spare=True),
        Column("unknown", lambda row: number(row["unknown"]), "right", spare=True),
    ]


def _volume_of(brand: str, points: Sequence[Row]) -> Row:
    shown = _without_empty_ends(points)
    return {
        "brand": brand,
        "count": sum(point["count"] for point in points),
        "distinct_count": sum(point["distinct_count"] for point in points),
        "line": sparkline(thinned([point["count"] for point in shown], _SPARK)),
        "peak": max(points, key=lambda point: point["count"]),
    }


def _sentiment_of(brand: str, points: Sequence[Row]) -> Row:
    sums = {name: sum(point[name] for point in points) for name in ("positive", "neutral", "negative", "unknown")}
    felt = sums["positive"] + sums["negative"]
    balance = (sums["positive"] - sums["negative"]) / felt if felt else None
    return {"brand": brand, "balance": balance, "worst": max(points, key=lambda point: point["negative"]), **sums}


def _share_of(brand: str, points: Sequence[Row]) -> Row:
    shares = [point["share"] for point in points if point["share"] is not None]
    return {
        "brand": brand,
        "count": sum(point["count"] for point in points),
        "line": sparkline(thinned(shares, _SPARK), 1.0),
        "least": min(shares, default=None),
        "most": max(shares, default=None),
    }


def _by_brand(rows: Sequence[Row]) -> dict[str, list[Row]]:
    brands: dict[str, list[Row]] = {}
    for row in rows:
        brands.setdefault(row["brand"], []).append(row)
    return brands


def _most_first(rows: Iterable[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: -row["count"])


def _without_empty_ends(rows: Sequence[Row]) -> Sequence[Row]:
    filled = [index for index, row in enumerate(rows) if row["count"]]
    return rows[filled[0] : filled[-1] + 1] if filled else rows


def _ratio(row: Row) -> float | None:
    return row["count"] / row["expected"] if row["expected"] else None


def _reach(row: Row) -> str:
    if row["authors"] == row["reach_unknown"]:
        return "-"
    return number(row["reach"]) + ("+" if row["reach_unknown"] else "")
