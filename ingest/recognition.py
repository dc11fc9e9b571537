"""From what a source gives to what is published: the mentions of our brands, and the engagement with them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from hashlib import blake2b

from ingest.matcher import Matcher
from ingest.publications import Origin, Publications
from ingest.publisher import Message
from ingest.records import Record
from ingest.source import AuthorPause, AuthorRemoval, Parsed
from schemas.brand import Brand
from schemas.click import Click
from schemas.codec import encode
from schemas.engagement import Engagement, engagements_of
from schemas.errors import Poison
from schemas.mention import BrandMatch, RawMention
from schemas.post import AUTHOR_BACK, AUTHOR_PAUSED, Author, PostEvent
from schemas.topics import TOPICS
from schemas.wire import ms

_MENTIONS, _ENGAGEMENT, _CLICKS = "mentions.raw.v1", "engagement.v1", "clicks.v1"


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
        with a mention that was, and when an author is removed or paused, what that means for each mention that was.
        Raises Poison too_large for a record of which one message would not fit its topic.
        """
        digest = blake2b(record.payload, digest_size=8).hexdigest()
        heard = Heard()
        here: dict[str, list[BrandMatch]] = {}
        origins: dict[str, Origin | None] = {}
        for event in self._spelt_out(parsed):
            if isinstance(event, PostEvent):
                mention = self._matcher.mention(event, f"{origin}#{record.number}", partial(self._brands, here))
                if mention is None:
                    continue
                known = self._publications.find(mention.id)
                heard.matched = heard.matched or bool(mention.brands) or known is not None
                # Neither a deletion nor a pause says what the post was about, and others' reposts of it still are.
                told = mention.op != "delete" and mention.pauses is None
                brands = mention.brands if told else self._brands(here, mention.id)
                if known is not None and known.digest == digest and known.brands == brands:
                    continue
                if brands or known is not None:  # else all the deletions of a network would be remembered
                    here[mention.id] = brands
                    origins[mention.id] = _origin(mention) if mention.pauses is None or not known else known.origin
                heard.mentions += 1
                heard.latest_ms = max(heard.latest_ms, mention.published_ms)
                heard.messages.append(_message(_MENTIONS, mention.id, encode(mention)))
                deeds: Iterable[Engagement] = engagements_of(mention) if mention.brands else ()
            elif isinstance(event, Engagement) and self._brands(here, event.mention_id):
                heard.matched, deeds = True, (event,)
            elif isinstance(event, Click):  # on a link of the brand's own, whoever carries it
                heard.matched, deeds = True, ()
                heard.messages.append(_message(_CLICKS, event.id, encode(event)))
            else:
                continue
            heard.messages += [_message(_ENGAGEMENT, deed.mention_id, encode(deed)) for deed in deeds]
        for mention_id, brands in here.items():  # not before the whole record is known to fit
            self._publications.add(mention_id, digest, brands, origins[mention_id])
        return heard

    def _spelt_out(self, parsed: Iterable[Parsed]) -> Iterator[Parsed]:
        """Yield what was parsed, with what news of an author come to for each mention in their place."""
        for event in parsed:
            if not isinstance(event, AuthorRemoval | AuthorPause):
                yield event
                continue
            for mention_id in self._publications.written_by(event.source, event.author_id):
                known = self._publications.find(mention_id)
                if known is not None and known.origin is not None and known.origin.version <= ms(event.at):
                    yield _news(event, mention_id, known.origin.native_id)

    def _brands(self, here: Mapping[str, list[BrandMatch]], mention_id: str) -> list[BrandMatch]:
        """Return the brands of a mention that this record or an earlier one showed; none for any other post."""
        if mention_id in here:
            return here[mention_id]
        known = self._publications.find(mention_id)
        return known.brands if known is not None else []


def _news(event: AuthorRemoval | AuthorPause, mention_id: str, native_id: str) -> PostEvent:
    gone = isinstance(event, AuthorRemoval)
    return PostEvent(
        id=mention_id, source=event.source, native_id=native_id, op="delete" if gone else "update",
        version=ms(event.at), observed_at=event.at, author=Author(id=event.author_id),
        flags=[] if isinstance(event, AuthorRemoval) else [AUTHOR_BACK if event.over else AUTHOR_PAUSED],
    )  # fmt: skip


def _origin(mention: RawMention) -> Origin | None:
    if mention.author is None or mention.author.id is None:
        return None
    return Origin(mention.source, mention.author.id, mention.native_id, mention.version)


def _message(topic: str, key: str, value: bytes) -> Message:
    limit = TOPICS[topic].max_bytes - len(key) - 1024  # the rest is for the envelope of a batch
    if len(value) > limit:
        raise Poison("too_large", f"a message of {len(value)} bytes for {topic}")
    return Message(topic, key, value)
