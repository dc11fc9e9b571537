"""The settings of Kibana, which shows the same Elasticsearch: how it is reached, and where its links lead."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

DASHBOARD = "http://127.0.0.1:8900"
"""Where the dashboard is for whoever runs it on the machine on which he looks."""


class KibanaSettings(BaseModel):
    """What `[kibana]` says. `url` is where people and we reach it, empty where there is none; `space` empty is the
    default one. `dashboard_url` is where people reach our dashboard: what Kibana shows links to it.

    `api_key` is for what is put there; `allow_plaintext` lets it go unencrypted to another machine.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(default="", max_length=1_000)
    space: str = Field(default="", max_length=100, pattern=r"^[a-z0-9_-]*$")
    api_key: SecretStr | None = None
    ca_file: Path | None = None
    allow_plaintext: bool = False
    dashboard_url: str = Field(default=DASHBOARD, max_length=1_000)

    @field_validator("url", "dashboard_url")
    @classmethod
    def _is_a_place(cls, url: str) -> str:
        if not url:
            return url
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host = None
        if not host or parts.scheme not in ("http", "https") or parts.username is not None or parts.query:
            raise ValueError("write a URL such as https://kibana.example, without a user or a password")
        return url.rstrip("/")

    @property
    def home(self) -> str:
        """The address of the space, empty where there is no Kibana."""
        return f"{self.url}/s/{self.space}" if self.url and self.space not in ("", "default") else self.url
