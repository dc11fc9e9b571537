"""What a stack was started with, kept in its folder, so that it comes back on the same ports."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from deploy.stack.elasticsearch import VERSION
from schemas.errors import UsageError


class Choices(BaseModel):
    """Ports and version. The ports are those that other tools expect by default.

    `secure`: everybody has to say who they are, over TLS; at `kafka_certificates_port` by client certificate.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kafka_port: int = 9092
    elasticsearch_port: int = 9200
    elasticsearch_version: str = VERSION
    secure: bool = False
    kafka_certificates_port: int = 9093

    @classmethod
    def load(cls, path: Path) -> "Choices":
        """Return what the file says, the defaults where there is none. Raises UsageError when it is damaged."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from None
        except ValidationError:
            raise UsageError(f"{path} is damaged: remove it, and name the ports again") from None

    def save(self, path: Path) -> None:
        """Write the file, whole or not at all."""
        partial = path.with_suffix(".partial")
        partial.write_text(self.model_dump_json(), "utf-8")
        partial.replace(path)
