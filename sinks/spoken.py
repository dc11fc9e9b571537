"""What is read of each mention of a sample: enough to say what is spoken of, and no whole document."""

from typing import NamedTuple


class Spoken(NamedTuple):
    """A mention's event time (ms), the words of its texts as the normaliser writes them, without sigils and with a line
    feed between two texts, its hashtags, and its entities as `label:value`."""

    id: str
    at_ms: int
    words: str
    hashtags: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
