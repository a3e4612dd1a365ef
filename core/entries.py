"""The base of the watchlist's entries, and the names that they go by."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]


class Entry(BaseModel):
    """Base of a watchlist entry: frozen, unknown keys refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")
