"""A deployment of its own for one test on the secured Kafka and Elasticsearch, and who works on it."""

from functools import cache
from typing import Literal
from uuid import uuid4

from pydantic import SecretStr

from deploy.kafka.rights import Work, grant, principal
from deploy.kafka.topics import set_up
from deploy.stack.admission import api_key
from deploy.stack.security import OWNER
from deploy.stack.stack import Stack
from schemas.settings import ElasticsearchSettings, KafkaSettings, Settings
from sinks.elastic.indices import Names
from sinks.elastic.roles import roles
from sinks.elastic.store import ElasticStore

Protocol = Literal["SSL", "SASL_SSL"]


class Tenant:
    """Names of its own, rights granted, nothing set up. The methods give the settings of one principal each."""

    def __init__(self, stack: Stack) -> None:
        name = f"t{uuid4().hex[:10]}"
        self.prefix, self.index_prefix = f"{name}.", f"{name}-"
        self.security = stack.security
        self.broker, self.server = stack.services()
        self._api_key = cache(self._new_api_key)
        grant(self.kafka(OWNER))

    def kafka(self, user: str, protocol: Protocol = "SASL_SSL") -> KafkaSettings:
        """How a user speaks to Kafka."""
        at = self.broker.address if protocol == "SASL_SSL" else self.broker.certificates_address
        return self.security.kafka(at, user, protocol).model_copy(update={"topic_prefix": self.prefix})

    def elasticsearch(self, role: Literal["keeper", "sink", "reader"]) -> ElasticsearchSettings:
        """How the holder of a role speaks to Elasticsearch: with an API key."""
        return ElasticsearchSettings(
            url=self.server.address,
            ca_file=self.security.authority,
            api_key=SecretStr(self._api_key(role)),
            index_prefix=self.index_prefix,
        )

    def settings(self, work: Work, protocol: Protocol = "SASL_SSL") -> Settings:
        """What a worker is started with."""
        return Settings(
            kafka=self.kafka(principal(work), protocol),
            elasticsearch=self.elasticsearch("keeper" if work == "keeper" else "sink"),
        )

    def set_up(self) -> None:
        """Make topics and index templates, as the keeper."""
        settings = self.settings("keeper")
        set_up(settings.kafka)
        with ElasticStore(settings.elasticsearch) as store:
            store.prepare()

    def _new_api_key(self, role: str) -> str:
        name = f"{self.index_prefix}hearken-{role}"
        return api_key(self.security.owner(self.server.address), name, roles(Names(self.index_prefix))[name])


def environment(settings: Settings) -> dict[str, str]:
    """Return the environment that makes these settings of Kafka and Elasticsearch."""
    values = {}
    for section, model in (("KAFKA", settings.kafka), ("ELASTICSEARCH", settings.elasticsearch)):
        for name in model.model_fields_set:
            value = getattr(model, name)
            said = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
            values[f"HEARKEN_{section}__{name.upper()}"] = said
    return values
