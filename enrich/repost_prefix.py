"""The beginning that X puts before the words of a repost, `RT @name: `, which nobody wrote."""

import re

from schemas.mention import Analysis

_PREFIX = re.compile(r"RT @(\w{1,15}): ")


def without_prefix(analysis: Analysis) -> Analysis:
    """Return the text without its beginning `RT @name: `, or as it is where it has none."""
    found = _PREFIX.match(analysis.text)
    return analysis.replace(text=analysis.text[found.end() :]) if found else analysis


def with_prefix(found: Analysis, text: str) -> Analysis:
    """Return what the stages said of a text `without_prefix` as said of the whole `text`, its handle among the others.

    A text of which the stages saw only the head is the whole one again as well.
    """
    beginning = _PREFIX.match(text)
    if beginning is None:
        return found if len(found.text) == len(text) else found.replace(text=text)
    shift, handle = beginning.end(), beginning[1]
    return found.replace(
        text=text,
        handles=[handle, *(other for other in found.handles if other != handle)],
        entities=[entity.replace(start=entity.start + shift, end=entity.end + shift) for entity in found.entities],
    )
