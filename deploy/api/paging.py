"""Cursors: where a page ended, as a word that means nothing to who carries it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from deploy.api.problems import Problem
from sinks.selection import Place


def cursor_of(place: Place | None) -> str | None:
    """Return the cursor for a place, None for none."""
    if place is None:
        return None
    return urlsafe_b64encode(f"{place.at_ms}.{place.mention_id}".encode()).decode().rstrip("=")


def place_of(cursor: str | None) -> Place | None:
    """Return the place of a cursor. Raises Problem 400 for what is none of ours."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        at, _, mention_id = urlsafe_b64decode(padded.encode("ascii")).decode("ascii").partition(".")
        if not mention_id.isalnum() or len(mention_id) > 100 or len(at) > 15:
            raise ValueError
        return Place(int(at), mention_id)
    except ValueError:
        raise Problem(400, "this cursor is none of ours: begin again without one") from None
