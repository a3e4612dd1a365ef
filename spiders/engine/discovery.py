"""What a key opens: the places or apps behind it, as their platform lists them."""

import importlib
from typing import NamedTuple

from core.errors import InputError
from spiders.engine.client import ApiClient


class Found(NamedTuple):
    """A place or an app."""

    target: str
    """What a listing of the watchlist calls it."""
    title: str
    """What people call it."""


def discover(client: ApiClient) -> list[Found]:
    """Return all that the client's key opens, each once.

    Raises:
        InputError: the source's file cannot list anything.
        ApiError: the platform refuses or fails.
    """
    listed = getattr(importlib.import_module(f"spiders.{client.source.name}"), "discover", None)
    if listed is None:
        raise InputError(f"{client.source.name}: its platform lists no places or apps behind a key")
    return list(dict.fromkeys(listed(client)))
