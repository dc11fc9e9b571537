"""The columns of a Lens layer: what is grouped by, and what is counted in each group."""

from deploy.kibana.saved import Json, kuery

Columns = dict[str, Json]
"""Columns by name in their order: groups first, the outer before the inner, then what is counted."""

MOODS = {"positive": "#54B399", "neutral": "#98A2B3", "negative": "#CC5642", "unknown": "#D3DAE6"}
"""The colour of each sentiment, the same in every panel."""

_WHOLE: Json = {"id": "number", "params": {"decimals": 0}}
_RECORDS = "___records___"


def over_time(field: str) -> Json:
    """Group by time, in steps that Kibana chooses for the time range."""
    params = {"interval": "auto", "includeEmptyRows": True, "dropPartials": False}
    return _column("date_histogram", field, "time", kind="date", scale="interval", isBucketed=True, params=params)


def top(field: str, label: str, by: str = "", size: int = 20, descending: bool = True) -> Json:
    """Group by the values of a field: those `size` of which the column `by` is greatest, or least.

    Without `by` they are those with the most documents.
    """
    params: Json = {
        "size": size,
        "orderBy": {"type": "column", "columnId": by} if by else {"type": "custom"},
        "orderDirection": "desc" if descending else "asc",
        "otherBucket": False,
        "missingBucket": False,
        "parentFormat": {"id": "terms"},
    }
    if not by:
        params["orderAgg"] = count("mentions")
    return _column("terms", field, label, kind="string", scale="ordinal", isBucketed=True, params=params)


def count(label: str, where: str = "", shift: str = "", per: str = "") -> Json:
    """Count documents, those that meet `where`; `shift` so long before; `per` unit of time ("m")."""
    more: Json = {"filter": kuery(where)} if where else {}
    more |= {"timeShift": shift} if shift else {}
    more |= {"timeScale": per} if per else {}
    return _column("count", _RECORDS, label, params={"emptyAsNull": False, "format": _WHOLE}, **more)


def total(field: str, label: str) -> Json:
    """Add up a field."""
    return _column("sum", field, label, params={"emptyAsNull": False, "format": _WHOLE})


def distinct(field: str, label: str) -> Json:
    """Count the different values of a field; an estimate above some thousand."""
    return _column("unique_count", field, label, params={"emptyAsNull": False, "format": _WHOLE})


def greatest(field: str, label: str) -> Json:
    """Return the greatest number of a field, in the field's own format."""
    return _column("max", field, label, params={"emptyAsNull": True})


def latest(field: str, label: str) -> Json:
    """Return the latest of a field's times."""
    return _column("max", field, label, kind="date", params={"emptyAsNull": True})


def percentile(field: str, percent: int, label: str) -> Json:
    """Return the value that so many percent of a field's values do not exceed, in the field's own format."""
    return _column("percentile", field, label, params={"percentile": percent})


def moods() -> Columns:
    """Count the mentions of each sentiment, one column each, named by it."""
    return {mood: count(mood, f"sentiment.label: {mood}") for mood in MOODS}


def balance(name: str) -> Columns:
    """Return the sentiment balance, (positive - negative) / (positive + negative), and what it is made of.

    Kibana works a formula out from columns that it hides, which have to be stored beside it.
    """
    good, bad = (f"sentiment.label: {mood}" for mood in ("positive", "negative"))
    formula = f"(count(kql='{good}') - count(kql='{bad}')) / (count(kql='{good}') + count(kql='{bad}'))"
    positive, negative, result = (f"{name}X{number}" for number in range(3))
    difference = {"type": "function", "name": "subtract", "args": [positive, negative]}
    both = {"type": "function", "name": "add", "args": [positive, negative]}
    place = {"location": {"min": 0, "max": len(formula)}, "text": formula}
    ratio = {"type": "function", "name": "divide", "args": [difference, both], **place}
    shown = {"id": "number", "params": {"decimals": 2}}
    return {
        name: _column(
            "formula", "", "balance, -1 to 1", references=[result],
            params={"formula": formula, "isFormulaBroken": False, "format": shown},
        ),
        positive: count(f"Part of {formula}", good),
        negative: count(f"Part of {formula}", bad),
        result: _column(
            "math", "", f"Part of {formula}", references=[positive, negative], params={"tinymathAst": ratio}
        ),
    }  # fmt: skip


def _column(operation: str, field: str, label: str, kind: str = "number", scale: str = "ratio", **more: object) -> Json:
    source = {"sourceField": field} if field else {}
    told = {"label": label, "customLabel": True, "dataType": kind, "isBucketed": False, "scale": scale}
    return {**told, "operationType": operation, **source, **more}
