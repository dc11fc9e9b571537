"""Cells of CSV that a spreadsheet shows, and never runs."""

import orjson

from schemas.wire import plain

_FORMULA = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")


def csv_cell(value: object) -> object:
    """Return a value as a cell of CSV: text that a spreadsheet would run as a formula gets a leading apostrophe.

    Lists and objects are written as JSON; numbers, which may begin with a minus, stay as they are.
    """
    if isinstance(value, dict | list):
        value = orjson.dumps(value).decode()
    if isinstance(value, str):
        value = plain(value)
        return f"'{value}" if str(value).startswith(_FORMULA) else value
    return value
