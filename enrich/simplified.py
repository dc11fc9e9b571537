"""Traditional Chinese as Simplified, code point for code point, so that offsets hold for both."""

from functools import cache

from opencc import OpenCC


@cache
def _opencc() -> OpenCC:
    return OpenCC("t2s")


def simplified(text: str) -> str:
    """Return the text in Simplified characters, as many code points as before."""
    if text.isascii():
        return text
    converted: str = _opencc().convert(text)
    return converted if len(converted) == len(text) else "".join(map(_one, text))


def _one(character: str) -> str:
    converted: str = _opencc().convert(character)
    return converted if len(converted) == 1 else character
