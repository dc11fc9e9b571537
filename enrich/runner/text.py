"""The worker on mentions: text stages and virality, which share the key."""

from collections.abc import Iterable, Mapping, Sequence

from enrich.chain import Chain
from enrich.keyword_rules import KeywordRules
from enrich.runner.mentions import ENGAGEMENT, POSTS, OpenMentions
from enrich.runner.worker import Input, Send, Share, Worker, read
from schemas.brand import NO_GROUP
from schemas.engagement import Engagement
from schemas.mention import Analysis, RawMention
from schemas.merge import Registers
from schemas.settings import Settings


class TextWorker(Worker):
    """Posts and their engagement in; documents and contributions to brands out."""

    name = "text"
    reads = (POSTS, ENGAGEMENT)

    def __init__(self, settings: Settings) -> None:
        """Load the models; UsageError when a stage lacks something, or for a rule's query that cannot be read."""
        self._chain = Chain(settings)
        self._rules = KeywordRules(settings.brands)
        self._groups = {brand.id: brand.group for brand in settings.brands if brand.group != NO_GROUP}
        self._open: dict[int, OpenMentions] = {}

    def apply(self, batch: Mapping[int, Share]) -> dict[int, list[Send]]:
        """Take in a batch; the texts of all its partitions are analysed at once."""
        dead: dict[int, list[Send]] = {}
        for partition, share in batch.items():
            if partition not in self._open:
                self._open[partition] = OpenMentions(share.state, partition, self._rules, self._groups)
            dead[partition] = list(self._absorb(self._open[partition], share.inputs))
        self._analyse([registers for partition in batch for registers in self._open[partition].waiting()])
        return {
            partition: [*dead[partition], *self._open[partition].settle(level=share.level)]
            for partition, share in batch.items()
        }

    def forget(self) -> None:
        """Drop the open mentions; what is known of texts stays true."""
        self._open.clear()

    def _absorb(self, mentions: OpenMentions, messages: Iterable[Input]) -> Iterable[Send]:
        for message in messages:
            if message.topic == POSTS:
                post = read(RawMention, message, self.name)
                if isinstance(post, Send):
                    yield post
                else:
                    mentions.take_post(post, history=message.history)
            else:
                engagement = read(Engagement, message, self.name)
                if isinstance(engagement, Send):
                    yield engagement
                else:
                    mentions.take_engagement(engagement, history=message.history)

    def _analyse(self, waiting: Sequence[Registers]) -> None:
        contents = [registers.content for registers in waiting]
        texts = [Analysis.model_construct(text=c.text or c.title or "", lang=c.lang) for c in contents if c is not None]
        for registers, analysis in zip(waiting, self._chain.analyse(texts), strict=True):
            registers.analysis = analysis
