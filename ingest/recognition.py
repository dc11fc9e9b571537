"""From what a source gives to what is published: the mentions of our brands, and the engagement with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b

from ingest.matcher import Matcher
from ingest.publications import Publications
from ingest.publisher import Message
from ingest.records import Record
from ingest.source import Parsed
from schemas.brand import Brand
from schemas.codec import encode
from schemas.engagement import Engagement, engagements_of
from schemas.errors import Poison
from schemas.mention import BrandMatch
from schemas.post import PostEvent
from schemas.topics import TOPICS

_MENTIONS, _ENGAGEMENT = "mentions.raw.v1", "engagement.v1"


@dataclass(slots=True)
class Heard:
    """What one record comes to. `matched`: it is about a brand of ours, or a mention that was published. `latest_ms`:
    the highest event time in it."""

    messages: list[Message] = field(default_factory=list)
    mentions: int = 0
    matched: bool = False
    latest_ms: int = 0


class Recognition:
    """Finds our brands in parsed records. Stateless but for the publications, which it adds to."""

    def __init__(self, brands: Sequence[Brand], publications: Publications) -> None:
        """Match against these brands. Raises QueryError for a query that cannot be read."""
        self._matcher = Matcher(brands)
        self._publications = publications

    def hear(self, record: Record, parsed: Iterable[Parsed], origin: str) -> Heard:
        """Return what a record of the input `origin` makes to be published.

        A mention that the same record has shown before is not published again. Engagement is published when it is
        with a mention that was. Raises Poison too_large for a record of which one message would not fit its topic.
        """
        digest = blake2b(record.payload, digest_size=8).hexdigest()
        heard = Heard()
        here: dict[str, list[BrandMatch]] = {}
        for event in parsed:
            if isinstance(event, PostEvent):
                mention = self._matcher.mention(event, f"{origin}#{record.number}", partial(self._brands, here))
                if mention is None:
                    continue
                known = self._publications.find(mention.id)
                heard.matched = heard.matched or bool(mention.brands) or known is not None
                # A deletion does not say what the post was about, and others' reposts of it still are.
                brands = self._brands(here, mention.id) if mention.op == "delete" else mention.brands
                if known is not None and known.digest == digest and known.brands == brands:
                    continue
                here[mention.id] = brands
                heard.mentions += 1
                heard.latest_ms = max(heard.latest_ms, mention.published_ms)
                heard.messages.append(_message(_MENTIONS, mention.id, encode(mention)))
                deeds: Iterable[Engagement] = engagements_of(mention) if mention.brands else ()
            elif isinstance(event, Engagement) and self._brands(here, event.mention_id):
                heard.matched, deeds = True, (event,)
            else:
                continue
            heard.messages += [_message(_ENGAGEMENT, deed.mention_id, encode(deed)) for deed in deeds]
        for mention_id, brands in here.items():  # not before the whole record is known to fit
            self._publications.add(mention_id, digest, brands)
        return heard

    def _brands(self, here: Mapping[str, list[BrandMatch]], mention_id: str) -> list[BrandMatch]:
        """Return the brands of a mention that this record or an earlier one showed; none for any other post."""
        if mention_id in here:
            return here[mention_id]
        known = self._publications.find(mention_id)
        return known.brands if known is not None else []


def _message(topic: str, key: str, value: bytes) -> Message:
    limit = TOPICS[topic].max_bytes - len(key) - 1024  # the rest is for the envelope of a batch
    if len(value) > limit:
        raise Poison("too_large", f"a message of {len(value)} bytes for {topic}")
    return Message(topic, key, value)
