"""The owner's keys that are kept in Prefect: Secret blocks, asked only where a server is configured."""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.watchlist import Listing
from spiders.engine.credentials import Keys
from spiders.engine.source import SourceInfo

if TYPE_CHECKING:
    from spiders.engine.client import ApiClient


async def stored_credentials(source: SourceInfo, listing: Listing) -> dict[str, str]:
    """Return the keys of a listing that the environment lacks and a Secret block holds, by the variable's name.

    The block of `GOOGLE_PLAY_CREDENTIALS` is called `google-play-credentials`. A block that is not there is no error
    here: whoever needs the key says that it is missing.
    """
    if not source.secret or not os.environ.get("PREFECT_API_URL"):
        return {}
    keys = Keys(source, os.environ, str(listing.options.get("account", "")))
    found = {name: await _block(block_name(name)) for name in keys.missing(with_optional=True)}
    return {name: value for name, value in found.items() if value}


def block_name(variable: str) -> str:
    """Return what the Secret block of a variable is called: Prefect allows small letters, digits and dashes."""
    return variable.lower().replace("_", "-")


async def _block(name: str) -> str | None:
    from prefect.blocks.system import Secret

    try:
        block: Secret[Any] = await Secret.aload(name)
    except ValueError:
        return None  # Prefect's way to say that there is no such block
    value = block.get()
    return value if isinstance(value, str) else None


def client_for(source: SourceInfo, home: Path, *, account: str = "", base_url: str | None = None) -> "ApiClient":
    """Return a client of a source with one account's keys, from the environment or from Prefect.

    Raises:
        CredentialsError: a key is missing or is not what it should be.
    """
    from spiders.engine.client import ApiClient  # imports Scrapy, which a flow does not need

    options: dict[str, str | int | float | bool] = {"account": account} if account else {}
    listing = Listing(id="key", source=source.name, company="key", base_url=base_url, options=options)
    stored = asyncio.run(stored_credentials(source, listing))
    return ApiClient.of(source, listing, {**stored, **os.environ}, home)
