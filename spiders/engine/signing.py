"""Requests of an API's spider: signed at the last moment, held to the key's quota, and their refusals explained."""

import asyncio
import importlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Request, Response

from core.home import Home
from core.watchlist import Listing
from spiders.engine.access import AccessRefusedError, HostUnreachableError, QuotaError
from spiders.engine.credentials import Auth, CredentialsError, Keys
from spiders.engine.patience import retry_after
from spiders.engine.quota import Quota, TokenBucket, bucket_path
from spiders.engine.refusals import REFUSED, USED_UP, explained
from spiders.engine.secrecy import scrub
from spiders.engine.source import SourceInfo

_LONGEST = 300.0
"""Seconds that a crawl waits for its turn; where the quota asks for more, it ends, and says so."""
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class SigningMiddleware:
    """Signs what goes to the source's own address and nowhere else; of no use for a source that needs no key.

    The keys never stand in a spider, a job's landing file or a setting: `authorise(keys)` of the source's module is
    asked here, and its headers are put on the request on its way out.
    """

    def __init__(self, crawler: Crawler) -> None:
        """Take the crawler whose requests are signed."""
        self._crawler = crawler
        self._auth: Auth | None = None
        self._bucket: TokenBucket | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware, or none for a source without keys."""
        source: SourceInfo | None = getattr(crawler.spidercls, "source", None)
        if source is None or not source.secret:
            raise NotConfigured
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        """Sign the request, after its turn has come.

        Raises:
            AccessRefusedError: there is no usable key, the address is not the source's own, or the quota is used up.
            HostUnreachableError: nobody answers where tokens are issued.
        """
        spider: Any = self._crawler.spider
        try:
            check_address(request.url, spider.base_url)
            if self._auth is None:
                root = spider.job.home_root if spider.is_run_by_engine else None
                self._auth = auth_of(spider.source, spider.listing, keys_of_job(spider), root)
                self._bucket = bucket_of(spider.source, self._auth, root)
            if self._bucket is not None:
                await self._turn(self._bucket, spider.source)
            for name, value in (await asyncio.to_thread(self._auth.headers)).items():
                request.headers[name] = value
        except CredentialsError as error:
            raise AccessRefusedError(f"{spider.source.title}: {error}") from error
        except OSError as error:
            raise HostUnreachableError(f"{spider.source.title}: {scrub(str(error))}") from error

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Pass an answer on; a refusal is tried again with a new token where there can be one, then explained."""
        if response.status not in REFUSED or self._auth is None:
            return response
        if response.status == 401 and not request.meta.get("otklik_renewed") and self._auth.renew():
            return request.replace(meta={**request.meta, "otklik_renewed": True}, dont_filter=True)
        if response.status == 403 and "otklik_review_id" in request.meta:
            return response  # it may be that one review's own trouble
        asked = retry_after(response)
        if response.status in USED_UP and asked and self._bucket is not None:
            self._bucket.pause(asked)
        spider: Any = self._crawler.spider
        headers = {
            name.decode("latin-1"): values[0].decode("latin-1") for name, values in response.headers.items() if values
        }
        own = meanings_of(spider.source)
        raise AccessRefusedError(explained(spider.source.title, response.status, response.body, headers, own))

    async def _turn(self, bucket: TokenBucket, source: SourceInfo) -> None:
        wait = bucket.take(_LONGEST)
        if wait > _LONGEST:
            calls, seconds, _ = bucket.quota
            raise QuotaError(
                f"{source.title}: the key's {calls} calls in {seconds:g} s are used up, the next is due in {wait:.0f} s"
            )
        await asyncio.sleep(wait)


def auth_of(source: SourceInfo, listing: Listing, environment: Mapping[str, str], home: Path | None = None) -> Auth:
    """Return how the requests for a listing are signed.

    Raises:
        CredentialsError: a key is missing or is not what it should be.
    """
    return authorised(keys_of(source, listing, environment, home))


def keys_of(source: SourceInfo, listing: Listing, environment: Mapping[str, str], home: Path | None = None) -> Keys:
    """Return the keys for a listing.

    Raises:
        CredentialsError: one that is needed is missing.
    """
    keys = Keys(source, environment, str(listing.options.get("account", "")), home, listing.base_url or "")
    missing = keys.missing()
    if missing:
        whole = {keys.name(name): what for name, what in source.secret.items()}
        told = "; ".join(f"{name} ({whole[name]})" for name in missing)
        raise CredentialsError(f"not set in the environment: {told}")
    return keys


def authorised(keys: Keys) -> Auth:
    """Return how requests are signed with these keys; see `auth_of`."""
    auth: Auth = importlib.import_module(f"spiders.{keys.source.name}").authorise(keys)
    return auth


def bucket_of(source: SourceInfo, auth: Auth, home: Path | None) -> TokenBucket | None:
    """Return the bucket of a key, shared by all processes of a home folder; None for a source without a quota."""
    if not source.quota:
        return None
    path = bucket_path(Home(home).data, source.name, auth.identity) if home is not None else None
    return TokenBucket(Quota.of(source.quota), path)


def keys_of_job(spider: Any) -> dict[str, str]:
    """Return the environment of a crawl: this process's own, and what the job brings."""
    return {**spider.job.credentials, **os.environ}


def meanings_of(source: SourceInfo) -> Mapping[str, str]:
    """Return what a source's file knows of the codes of its platform."""
    own: Mapping[str, str] = getattr(importlib.import_module(f"spiders.{source.name}"), "MEANINGS", {})
    return own


def check_address(url: str, base_url: str) -> None:
    """Return where a key may go to an address.

    Raises:
        CredentialsError: it is not the source's own (scheme, host and port), or is not encrypted.
    """
    address, own = urlsplit(url), urlsplit(base_url)
    if (address.scheme, address.hostname, address.port) != (own.scheme, own.hostname, own.port):
        raise CredentialsError(f"the key is not sent to {address.netloc}, only to {own.netloc}")
    if address.scheme != "https" and address.hostname not in _LOOPBACK:
        raise CredentialsError(f"the key is not sent over {address.scheme}://: base_url must begin with https://")
