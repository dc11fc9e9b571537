"""The settings of what goes out to the network."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from schemas.guard import Place, place


class OutboundSettings(BaseModel):
    """Who we say that we are, and which places that are not public may be spoken to.

    `contact`, an address or a URL, stands in the User-Agent of every request, so that a server's owner can write to us
    before blocking us. `allow` names hosts, with or without a port.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact: str = Field(default="", max_length=200, pattern=r"^[\x21-\x27\x2a-\x7e]*$")
    allow: tuple[str, ...] = ()

    @field_validator("allow")
    @classmethod
    def _are_places(cls, allow: tuple[str, ...]) -> tuple[str, ...]:
        for text in allow:
            place(text)
        return allow

    def places(self) -> list[Place]:
        """Return what `allow` names."""
        return [place(text) for text in self.allow]
