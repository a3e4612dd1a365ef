"""A small client for single calls to an owner's API outside a crawl: a check of the key, a list of what it opens."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from core.watchlist import Listing
from spiders.engine.credentials import Auth, CredentialsError, Keys
from spiders.engine.quota import TokenBucket
from spiders.engine.refusals import ApiError, explained
from spiders.engine.secrecy import scrub
from spiders.engine.signing import authorised, bucket_of, check_address, keys_of, meanings_of
from spiders.engine.source import SourceInfo

_TRIES = 3
_LONGEST = 30.0
_TIMEOUT = 30.0
_AGAIN = (420, 429, 500, 502, 503, 504)


class ApiClient:
    """Calls one API with one key: signed, within its quota, with a few tries, and with errors that a person can act on.

    Args:
        source: the API.
        auth: how it is signed.
        base_url: where it is; the key goes nowhere else.
        bucket: of the key, shared with crawls.
        sleep: how it waits.
        keys: of the source, for `value`.
    """

    def __init__(
        self,
        source: SourceInfo,
        auth: Auth,
        base_url: str,
        bucket: TokenBucket | None = None,
        sleep: Callable[[float], None] = time.sleep,
        keys: Keys | None = None,
    ) -> None:
        self.source = source
        self._keys = keys
        self.base_url = base_url.rstrip("/")
        self.auth = auth
        self._bucket = bucket
        self._sleep = sleep

    @classmethod
    def of(
        cls,
        source: SourceInfo,
        listing: Listing,
        environment: Mapping[str, str] | None = None,
        home: Path | None = None,
    ) -> "ApiClient":
        """Return the client for a listing, with the keys of the environment.

        Raises:
            CredentialsError: a key is missing or is not what it should be.
        """
        keys = keys_of(source, listing, os.environ if environment is None else environment, home)
        auth = authorised(keys)
        return cls(source, auth, keys.base_url, bucket_of(source, auth, home), keys=keys)

    @property
    def absent(self) -> dict[str, str]:
        """Variables that are not set and can be done without, and what each is."""
        if self._keys is None:
            return {}
        missing = self._keys.missing(with_optional=True)
        return {
            self._keys.name(one): self.source.secret[one]
            for one in self.source.optional
            if self._keys.name(one) in missing
        }

    def value(self, variable: str) -> str:
        """Return one of the source's variables that stands in an address or a body and signs nothing.

        Raises:
            ApiError: it is not set.
        """
        try:
            return (self._keys or Keys(self.source, {})).get(variable)
        except CredentialsError as error:
            raise ApiError(f"{self.source.title}: {error}", 401) from None

    def at(self, base_url: str) -> "ApiClient":
        """Return a client of the same key for another address of the platform; a stand-in has one for all."""
        is_usual = self.base_url == self.source.base_url.rstrip("/")
        where = base_url if is_usual else self.base_url
        return ApiClient(self.source, self.auth, where, self._bucket, self._sleep, self._keys)

    def get(self, path: str, **query: str | int) -> Any:
        """Return the JSON that an address answers; see `send`."""
        return self.send("GET", path, query=query)

    def pages(self, path: str, key: str, **query: str | int) -> Iterator[Any]:
        """Yield what stands under `key` on all pages of a list whose next page `nextPageToken` (of `paging`) names."""
        token, asked = "", set[str]()
        while token not in asked:
            asked.add(token)
            answer = self.get(path, **query, **({"pageToken": token} if token else {}))
            if not isinstance(answer, dict):
                raise ApiError(f"{self.source.title} answered something else than a list of {key}")
            yield from answer.get(key, ())
            token = answer.get("nextPageToken") or (answer.get("paging") or {}).get("nextPageToken") or ""
            if not token:
                return

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        json: Any = None,
        tries: int = _TRIES,
    ) -> Any:
        """Return the JSON of an answer below 400, None of one without a body.

        Args:
            method: GET, POST, PUT, PATCH or DELETE.
            path: from the root, or a whole address under `base_url`.
            query: parameters.
            json: the body.
            tries: times that it is sent at most; 1 for what must not happen twice.

        Raises:
            ApiError: the API refuses, fails, or answers something else; also where nobody answers.
        """
        import requests

        url = path if path.startswith("http") else self.base_url + path
        try:
            check_address(url, self.base_url)
        except CredentialsError as error:
            raise ApiError(f"{self.source.title}: {error}") from None
        renewed = False
        while True:
            tries -= 1
            try:
                self._turn()
                headers = {"Accept": "application/json", "User-Agent": "Otklik/0.1", **self.auth.headers()}
                answer = requests.request(
                    method, url, params=query, json=json, headers=headers, timeout=_TIMEOUT, allow_redirects=False
                )
            except CredentialsError as error:
                raise ApiError(f"{self.source.title}: {error}", 401) from None
            except OSError as error:
                if tries > 0:
                    self._sleep(1.0)
                    continue
                where = urlsplit(url).netloc
                raise ApiError(f"{self.source.title}: {where} cannot be reached: {scrub(str(error))}"[:300]) from None
            if answer.status_code == 401 and not renewed and self.auth.renew():
                renewed, tries = True, tries + 1
                continue
            if answer.status_code in _AGAIN and tries > 0 and self._waited(answer.headers.get("Retry-After", "")):
                continue
            return self._read(answer)

    def _turn(self) -> None:
        wait = self._bucket.take(_LONGEST) if self._bucket is not None else 0.0
        if wait > _LONGEST:
            raise ApiError(
                f"{self.source.title}: the key's quota is used up, the next call is due in {wait:.0f} s", 429
            )
        if wait:
            self._sleep(wait)

    def _waited(self, asked: str) -> bool:
        seconds = float(asked) if asked.isdigit() else 1.0
        if seconds > _LONGEST:
            return False
        self._sleep(seconds)
        return True

    def _read(self, answer: Any) -> Any:
        if answer.status_code >= 300:
            own = meanings_of(self.source)
            said = explained(self.source.title, answer.status_code, answer.content, answer.headers, own)
            raise ApiError(said, answer.status_code)
        if not answer.content:
            return None
        try:
            return answer.json()
        except ValueError:
            kind = answer.headers.get("Content-Type", "no content type")
            raise ApiError(f"{self.source.title} answered {kind} that is no JSON", answer.status_code) from None
