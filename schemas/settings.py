"""Settings: from `hearken.toml`, over them the environment (`HEARKEN_KAFKA__BOOTSTRAP_SERVERS`), read once, at start.

`load` reads them, `masked` shows them, `STARTER` is the commented file that `hearken init` writes.
"""

import os
import re
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from schemas.alerting import AlertSettings
from schemas.brand import Brand
from schemas.complaint import complaint, unknown
from schemas.errors import UsageError
from schemas.kibana import KibanaSettings
from schemas.outbound import OutboundSettings
from schemas.reception import ReceptionSettings
from schemas.revisits import RevisitSettings
from schemas.serving import ApiSettings

NO_BRANDS = (
    "no brands are configured: `hearken init` writes a hearken.toml to put them in, --brands names a file that has them"
)
DEFAULT_FILE = Path("hearken.toml")
STARTER = Path(__file__).with_name("starter.toml")
PREFIX = "HEARKEN_"
_NO_SETTINGS = frozenset({"HEARKEN_CACHE"})  # where `hearken stack` keeps what it downloads

_SECRET_NAME = re.compile("token|secret|passw|key|bearer|credential|cookie|auth", re.IGNORECASE)
_URL_PASSWORD = re.compile(r"(?<=://)[^/@\s]*:[^/@\s]*(?=@)")
_MASK = "********"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KafkaSettings(_Section):
    """How to reach Kafka, and what its topics are called there.

    `topic_prefix` stands before the name of every topic and group, so that several deployments can share a cluster.
    `replication` 0 leaves it to the brokers. `allow_plaintext` lets posts go unencrypted to another machine.

    `security_protocol` is Kafka's own name for how it is spoken to: SSL is TLS, where a client certificate says who we
    are; SASL_SSL is TLS where a user and a password do. Files are PEM; `ca_file` None trusts whom the system trusts.
    """

    bootstrap_servers: str = Field(default="127.0.0.1:9092", min_length=1)
    topic_prefix: str = Field(default="", max_length=100, pattern=r"^[A-Za-z0-9._-]*$")
    replication: int = Field(default=0, ge=0, le=32_767)
    allow_plaintext: bool = False
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = "SCRAM-SHA-512"
    username: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    key_password: SecretStr | None = None
    check_hostname: bool = True

    @model_validator(mode="after")
    def _all_is_used(self) -> "KafkaSettings":
        """Refuse a credential that would not be used: whoever wrote it believes that it protects something."""
        encrypted, named = self.security_protocol != "PLAINTEXT", self.security_protocol == "SASL_SSL"
        if named and (self.username is None or self.password is None):
            raise ValueError("security_protocol SASL_SSL needs username and password")
        if not named and (self.username is not None or self.password is not None):
            raise ValueError('username and password are only used with security_protocol = "SASL_SSL"')
        if not encrypted and (self.ca_file or self.certificate_file or self.key_file):
            raise ValueError('certificates are only used with security_protocol = "SSL" or "SASL_SSL"')
        if self.key_file is not None and self.certificate_file is None:
            raise ValueError("key_file needs certificate_file, whose key it is")
        return self

    def named(self, name: str) -> str:
        """Return what a topic of the topic table, or a group of workers, is called on this cluster."""
        return self.topic_prefix + name


class ElasticsearchSettings(_Section):
    """How to reach Elasticsearch, and what our indices are like there.

    `index_prefix` stands before the name of every index, alias and template, so that several deployments can share a
    cluster. `allow_plaintext` lets credentials and posts go unencrypted to another machine.
    """

    url: str = Field(default="http://127.0.0.1:9200", repr=False)  # may hold a password
    api_key: SecretStr | None = None
    username: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None
    allow_plaintext: bool = False
    request_timeout_s: float = Field(default=30, gt=0)
    index_prefix: str = Field(default="", pattern=r"^([a-z0-9][a-z0-9_]*-)?$", max_length=100)
    replicas: int = Field(default=0, ge=0)


class TextSettings(_Section):
    """Which languages are told apart, and how long a text may be before its tail is left unread by the models.

    `profile` chooses between what is right more often and what is faster, for languages that have both.
    `entities` says by language what finds names, where it is not to be what the profile has: a kind of model of our
    own, a spaCy package, or "none". `emotions` are the languages in which the emotion of a text is told.
    """

    languages: tuple[str, ...] = ("en", "zh", "ja", "de", "fr", "es", "it", "pt", "ar", "hi")
    entities: dict[str, str] = {}
    emotions: tuple[str, ...] = ("zh",)
    max_characters: int = Field(default=10_000, ge=100)
    profile: Literal["accurate", "fast"] = "accurate"
    cache_size: int = Field(default=5_000, ge=0)


class ObserveSettings(_Section):
    """Where a worker tells of itself over HTTP, when it counts as dead, and how it writes its log.

    `port` 0 opens nothing. `log_format` auto is for people on a terminal and JSON elsewhere.
    """

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=0, ge=0, le=65_535)
    stall_after_s: float = Field(default=300, gt=0)
    log_format: Literal["auto", "console", "json"] = "auto"
    log_level: Literal["debug", "info", "warning", "error"] = "info"


class EnrichSettings(_Section):
    """How the enrich workers run. `recycle_at_mib` is how much memory one may use before it begins again; 0 is any
    amount, None twice of what it has when it has begun, and 512 more at least."""

    recycle_at_mib: int | None = Field(default=None, ge=0)


class RetentionSettings(_Section):
    """How many days things are kept; None is for ever. `mentions_days` goes by when a post was published, and covers
    its engagement and the trends of that time too; `dead_letters_days` by when a dead letter was stored."""

    mentions_days: int | None = Field(default=None, ge=1, le=36_500)
    dead_letters_days: int | None = Field(default=28, ge=1, le=36_500)


class Settings(BaseSettings):
    """Everything that can be set; unknown names are refused. Only `load` reads the file and the environment."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=PREFIX, env_nested_delimiter="__", env_ignore_empty=True
    )

    brands: tuple[Brand, ...] = ()
    store: str = Field(default="hearken.db", min_length=1, repr=False)  # may be a URL that holds a password
    text: TextSettings = TextSettings()
    kafka: KafkaSettings = KafkaSettings()
    elasticsearch: ElasticsearchSettings = ElasticsearchSettings()
    enrich: EnrichSettings = EnrichSettings()
    observe: ObserveSettings = ObserveSettings()
    retention: RetentionSettings = RetentionSettings()
    outbound: OutboundSettings = OutboundSettings()
    reception: ReceptionSettings = ReceptionSettings()
    revisits: RevisitSettings = RevisitSettings()
    api: ApiSettings = ApiSettings()
    kibana: KibanaSettings = KibanaSettings()
    alerts: AlertSettings = AlertSettings()
    sources: dict[str, dict[str, Any]] = Field(default={}, repr=False)  # may hold credentials

    @model_validator(mode="after")
    def _distinct_brands(self) -> "Settings":
        seen: set[str] = set()
        for brand in self.brands:
            if brand.id in seen:
                raise ValueError(f"two brands have the id {brand.id!r}: give one of them another id")
            seen.add(brand.id)
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what the constructor is given and nothing else."""
        return (init_settings,)


def load(path: Path | None = None, brands: Path | None = None, **overrides: Any) -> Settings:
    """Return the settings of this run.

    `path` is the settings file, by default `hearken.toml` where there is one; `brands` a file of `[[brands]]` that
    replaces the settings' own. The environment wins over the file, `overrides` (whole top-level settings) over both.
    Raises UsageError, one line that names the file or variable, the setting, and what to write instead.
    """
    if path is None and DEFAULT_FILE.is_file():
        path = DEFAULT_FILE
    values = _read(path) if path else {}
    if brands is not None:
        listed = _read(brands)
        if other := sorted(listed.keys() - {"brands"}):
            raise UsageError(f"{brands}: {other[0]!r} does not belong here: a brands file holds [[brands]] and no more")
        _validated({"brands": listed.get("brands", [])}, {}, str(brands))
        values["brands"] = listed.get("brands", [])
    environment = _environment()
    return _validated(_over(_over(values, environment), overrides), environment, str(path or "settings"))


def require_brands(settings: Settings) -> None:
    """Raise UsageError, which says how to name some, when no brand is configured."""
    if not settings.brands:
        raise UsageError(NO_BRANDS)


def masked(settings: Settings) -> dict[str, Any]:
    """Return the settings as plain values for people to read, with everything that looks like a secret hidden."""
    shown = _masked("", settings.model_dump(mode="json"))
    assert isinstance(shown, dict)  # noqa: S101 - a model is dumped as a dict, and stays one
    return shown


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: not UTF-8 (byte {error.start}): save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: not valid TOML: {error}") from None


def _over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Return both, section by section; where both set something, `above` wins."""
    merged = below | above
    for name in below.keys() & above.keys():
        if isinstance(below[name], dict) and isinstance(above[name], dict):
            merged[name] = _over(below[name], above[name])
    return merged


def _environment() -> dict[str, Any]:
    """Return what the environment sets, nested as in the file."""
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in _NO_SETTINGS:
            top = name.removeprefix(PREFIX).lower().split("__")[0]
            if top not in Settings.model_fields:
                raise UsageError(f"{name} in the environment: {unknown(Settings, (top,))}")
    try:
        values = EnvSettingsSource(Settings)()
    except SettingsError as error:
        field = re.search(r'field "(\w+)"', str(error))
        name = PREFIX + (field[1].upper() if field else "")
        raise UsageError(f"{name} in the environment: not valid JSON, which a list or table has to be") from None
    if isinstance(sources := values.get("sources"), dict):  # no shell has variables with a hyphen in their names
        values["sources"] = {name.replace("_", "-"): options for name, options in sources.items()}
    return values


def _validated(values: dict[str, Any], environment: dict[str, Any], file: str) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place: Any = environment
        for step in first["loc"][:2]:
            place = place.get(step) if isinstance(place, dict) else None
        names = "__".join(str(step) for step in first["loc"][:2])
        where = f"{PREFIX}{names.upper()} in the environment" if first["loc"] and place is not None else file
        raise UsageError(f"{where}: {complaint(Settings, values, first['loc'], first['type'], first['msg'])}") from None


def _masked(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        # A table of secrets has names of its own: which server each is for, say.
        return {key: _masked(name if _SECRET_NAME.search(name) else key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(name, item) for item in value]
    if isinstance(value, str):
        return _MASK if _SECRET_NAME.search(name) else _URL_PASSWORD.sub(_MASK, value)
    return value
