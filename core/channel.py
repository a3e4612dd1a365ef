"""Where a person reads: an address, how much of a review may go there, and what a webhook of one's own wants."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

Content = Literal["full", "redacted", "link_only"]

TERMINAL = "terminal://"


class Channel(BaseModel):
    """One address of a person. In the watchlist a plain string is the same as a table with `url` alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str = Field(
        description="`terminal://`, `file:///path`, or an apprise URL; `${NAME}` is taken from the environment."
    )
    content: Content | None = Field(
        None, description="How much of a review goes there; the person's own setting where absent."
    )
    secret: str | None = Field(None, description="Key by which a webhook's body is signed (HMAC-SHA256).")
    body: dict[str, JsonValue] | None = Field(
        None, description="What a webhook sends instead of ours; {text}, {html}, {title}, {key}, {url} are filled in."
    )
    limit: int | None = Field(None, ge=500, description="Most characters of the {text} of such a body.")


def _as_table(value: Any) -> Any:
    return {"url": value} if isinstance(value, str) else value


ChannelEntry = Annotated[Channel, BeforeValidator(_as_table)]
