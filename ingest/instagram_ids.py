"""The short codes in the addresses of Instagram and Threads, which begin with the time of the post."""

import re
from datetime import datetime

from schemas.errors import Poison
from schemas.times import recorded_time
from schemas.wire import from_ms

_EPOCH_MS = 1_314_220_021_721  # 2011-08-24, as Instagram published with the layout of its ids: the time 23 bits up
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_CODE = re.compile(r"/(?:p|reel|reels|tv|post|t)/([A-Za-z0-9_-]{10,11})(?:[/?#]|$)")
_STORY = re.compile(r"/stories/[^/]+/(\d{17,20})(?:[/?#]|$)")


def address_time(address: object) -> datetime | None:
    """Return when the post at an address was made, in whole seconds as times are there; None if it does not say."""
    if not isinstance(address, str):
        return None
    if code := _CODE.search(address):
        number = 0
        for digit in code[1]:
            number = number * 64 + _DIGITS.index(digit)
    elif story := _STORY.search(address):
        number = int(story[1])
    else:
        return None
    try:
        return recorded_time(from_ms((number >> 23) + _EPOCH_MS)).replace(microsecond=0)
    except (Poison, ValueError, OverflowError):
        return None
