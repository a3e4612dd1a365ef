"""The owner's keys: where they come from, and how they sign a request. They live in the environment and in memory.

A source declares in `SourceInfo.secret` which variables it needs, and its file says in `authorise(keys)` how they sign.
A variable `NAME` is read from the environment, or from the file that `NAME_FILE` names (outside the home folder: such
as a mounted secret), or, where Prefect is configured, from the Secret block `name-with-dashes`. A listing with the
option `account = "second"` uses `NAME_SECOND`, so that one home folder may hold the keys of several firms.
"""

import base64
import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from core.errors import OtklikError
from spiders.engine.secrecy import learn, scrub
from spiders.engine.source import SourceInfo

_ACCOUNT = re.compile(r"[a-z0-9][a-z0-9_]{0,31}")
_TOKEN_URI = "https://oauth2.googleapis.com/token"  # noqa: S105  an address
_LIFETIME = 15 * 60
"""Seconds that an Apple token lives (more than twenty minutes are refused), or one whose issuer does not say."""
_MARGIN = 60


class CredentialsError(OtklikError):
    """A key is missing, is not what it should be, or is not accepted; the message says which and never shows it."""


class Auth(Protocol):
    """How a source's requests are signed."""

    identity: str
    """What the key is called in public (an id, an e-mail of a robot): its quota is counted under it."""

    def headers(self) -> dict[str, str]:
        """Return the headers that sign a request; may ask for a token first.

        Raises:
            CredentialsError: the key is not accepted.
            OSError: nobody answers.
        """

    def renew(self) -> bool:
        """Forget what was issued, because it was refused; False where there is nothing that could be issued anew."""


class Keys:
    """The values of the variables that a source declares, for one account.

    Args:
        source: whose `secret` names the variables.
        environment: where they are looked for.
        account: suffix of the variables, from the listing's option of that name.
        home: root of the home folder, in which no key may lie.
        base_url: where the API is, for those that issue their tokens themselves.
    """

    def __init__(
        self,
        source: SourceInfo,
        environment: Mapping[str, str],
        account: str = "",
        home: Path | None = None,
        base_url: str = "",
    ) -> None:
        if account and not _ACCOUNT.fullmatch(account):
            raise CredentialsError(f"options.account: {account!r} must consist of small letters, digits and _")
        self.source = source
        self.base_url = (base_url or source.base_url).rstrip("/")
        self._environment = environment
        self._home = home
        self._suffix = f"_{account.upper()}" if account else ""

    def name(self, variable: str) -> str:
        """Return the variable's name for this account."""
        return variable + self._suffix

    def missing(self, *, with_optional: bool = False) -> list[str]:
        """Return the variables that are set neither by themselves nor by a file, and that are needed."""
        names = [self.name(one) for one in self.source.secret if with_optional or one not in self.source.optional]
        return [name for name in names if not (self._environment.get(name) or self._environment.get(f"{name}_FILE"))]

    def get(self, variable: str) -> str:
        """Return a value; from now on it is struck out of all that is written.

        Raises:
            CredentialsError: it is not set, its file cannot be read, or lies where it must not.
        """
        name = self.name(variable)
        value = self._environment.get(name, "").strip()
        if not value and (path := self._environment.get(f"{name}_FILE")):
            value = self._read(name, Path(path))
        if not value:
            what = self.source.secret.get(variable, "")
            raise CredentialsError(f"{name} is not set in the environment{f' ({what})' if what else ''}")
        learn(value)
        return value

    def json(self, variable: str) -> dict[str, Any]:
        """Return a value that is a JSON object.

        Raises:
            CredentialsError: as `get`, or it is no JSON object.
        """
        try:
            value = json.loads(self.get(variable))
        except ValueError:
            raise CredentialsError(f"{self.name(variable)} is no JSON: give the whole text of the key's file") from None
        if not isinstance(value, dict):
            raise CredentialsError(f"{self.name(variable)} must be a JSON object, as the key's file is")
        return value

    def _read(self, name: str, path: Path) -> str:
        if self._home is not None and path.resolve().is_relative_to(self._home.resolve()):
            raise CredentialsError(f"{name}_FILE: keys must not lie in the home folder, which is backed up and shared")
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise CredentialsError(f"{name}_FILE cannot be read: {getattr(error, 'strerror', None) or error}") from None


class HeaderAuth:
    """Keys that stand in headers as they are."""

    def __init__(self, identity: str, headers: Mapping[str, str]) -> None:
        """Take the key's public name and the headers."""
        self.identity = identity
        self._headers = dict(headers)
        for name, value in headers.items():
            if not (value.isascii() and value.isprintable()):
                raise CredentialsError(f"the key for the header {name} must be one line of plain letters and signs")

    def headers(self) -> dict[str, str]:
        """Return them."""
        return dict(self._headers)

    def renew(self) -> bool:
        """Nothing can be issued anew."""
        return False


class ApplicationAuth:
    """A token that is issued to an application's key and secret: OAuth 2.0's client credentials (RFC 6749, 4.4)."""

    def __init__(self, key: str, secret: str, address: str, *, identity: str, besides: Mapping[str, str]) -> None:
        """Take key and secret, where tokens are issued, the key's public name, and what else stands in headers."""
        self.identity = identity
        self._plain = HeaderAuth(identity, besides)
        self._key, self._secret, self._address = key, secret, address
        self._token, self._until = "", 0.0
        learn(f"{key}:{secret}")

    def headers(self) -> dict[str, str]:
        """Return the authorisation; asks for a token where there is none, or it is about to end."""
        if not self._token or time.time() > self._until - _MARGIN:
            self._token, lifetime = self._issued()
            self._until = time.time() + lifetime
        return {**self._plain.headers(), "Authorization": f"Bearer {self._token}"}

    def renew(self) -> bool:
        """Ask for another token next time."""
        self._token = ""
        return True

    def _issued(self) -> tuple[str, float]:
        import requests

        from spiders.engine.refusals import explained

        form = {"grant_type": "client_credentials"}
        basic = base64.b64encode(f"{self._key}:{self._secret}".encode()).decode()
        headers = {"Accept": "application/json", "Authorization": f"Basic {basic}"}
        try:
            answer = requests.post(self._address, data=form, headers=headers, timeout=30, allow_redirects=False)
        except requests.RequestException as error:
            raise OSError(f"no token could be asked for: {scrub(str(error))}"[:300]) from None
        if answer.status_code >= 500:
            raise OSError(f"no token is issued now: the platform answers {answer.status_code}")
        if answer.status_code != 200:
            said = explained("whoever issues tokens", answer.status_code, answer.content, answer.headers)
            raise CredentialsError(f"{self.identity}: {said}")
        try:
            issued = answer.json()
            token, lifetime = issued["access_token"], float(issued.get("expires_in") or _LIFETIME)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise CredentialsError(f"{self.identity}: what was answered is no token") from None
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise CredentialsError(f"{self.identity}: what was answered is no token")
        learn(token)
        return token, lifetime


class AppleAuth:
    """A JSON Web Token, signed by an ES256 key for a quarter of an hour at a time; its times are the machine's own."""

    def __init__(self, *, key: str, key_id: str, issuer: str, audience: str) -> None:
        """Take the private key (PEM, also with its line ends written as in JSON) with its id and the issuer's."""
        self.identity = f"{issuer}/{key_id}"
        self._key = key.replace("\\n", "\n") if "\n" not in key else key
        self._key_id, self._issuer, self._audience = key_id, issuer, audience
        self._token, self._until = "", 0.0

    def headers(self) -> dict[str, str]:
        """Return the authorisation, newly signed where the last one is about to end."""
        import jwt

        now = time.time()
        if now > self._until - _MARGIN:
            claims = {"iss": self._issuer, "iat": int(now), "exp": int(now) + _LIFETIME, "aud": self._audience}
            try:
                self._token = jwt.encode(claims, self._key, algorithm="ES256", headers={"kid": self._key_id})
            except (jwt.PyJWTError, ValueError, TypeError):
                raise CredentialsError(
                    "the private key is no ES256 key: give the whole text of the .p8 file, with its first and last line"
                ) from None
            learn(self._token)
            self._until = now + _LIFETIME
        return {"Authorization": f"Bearer {self._token}"}

    def renew(self) -> bool:
        """Sign anew next time."""
        self._until = 0.0
        return True


class GoogleAuth:
    """An access token of Google, issued to a service account or to whoever once gave consent (a refresh token)."""

    def __init__(self, info: Mapping[str, Any], *, scopes: tuple[str, ...], name: str) -> None:
        """Take a key's file as an object (`type` service_account or authorized_user), and the variable's name."""
        from google.oauth2 import credentials, service_account

        self._name = name
        kind = info.get("type", "authorized_user" if "refresh_token" in info else "")
        self._credentials: Any
        try:
            if kind == "service_account":
                made = service_account.Credentials.from_service_account_info(dict(info))  # type: ignore[no-untyped-call]
                self._credentials = made.with_scopes(list(scopes))
                self.identity = str(info["client_email"])
            elif kind == "authorized_user":
                self._credentials = credentials.Credentials(  # type: ignore[no-untyped-call]
                    None,
                    refresh_token=info["refresh_token"],
                    client_id=info["client_id"],
                    client_secret=info["client_secret"],
                    token_uri=info.get("token_uri") or _TOKEN_URI,
                )
                self.identity = str(info["client_id"])
            else:
                raise CredentialsError(f"{name}: type must be service_account or authorized_user, not {kind!r:.40}")
        except KeyError as error:
            raise CredentialsError(f"{name}: {error.args[0]} is missing") from None
        except ValueError as error:
            raise CredentialsError(f"{name}: no usable key: {scrub(str(error))}"[:300]) from None

    def headers(self) -> dict[str, str]:
        """Return the authorisation; asks Google for a token where there is none, or it is about to end."""
        from google.auth import exceptions
        from google.auth.transport.requests import Request

        if not self._credentials.valid:
            try:
                self._credentials.refresh(Request())
            except exceptions.RefreshError as error:
                raise CredentialsError(f"{self._name}: {_why_not_issued(error)}") from None
            except exceptions.GoogleAuthError as error:
                raise OSError(f"no token could be asked for: {scrub(str(error))}"[:300]) from None
            learn(self._credentials.token)
        return {"Authorization": f"Bearer {self._credentials.token}"}

    def renew(self) -> bool:
        """Ask for another token next time."""
        self._credentials.token = None
        return True


_NOT_ISSUED = {
    "reasonable timeframe": "Google does not accept the key's signature in time: set this machine's clock right",
    "Invalid JWT Signature": "Google does not know this key: it was deleted, or belongs to another service account",
    "account not found": "Google does not know this service account: it was deleted",
    "expired or revoked": "the consent was revoked or has ended (that of a project in testing ends after seven days): "
    "give it again",
    "unauthorized_client": "the OAuth client may not use this refresh token: both must be of one project",
    "invalid_client": "Google does not know this OAuth client, or its secret is wrong",
    "deleted_client": "the OAuth client was deleted",
    "invalid_scope": "the scope was not granted: give the consent again, with it",
    "invalid_grant": "Google does not accept this grant: it was revoked, or is another's",
}


def _why_not_issued(error: Exception) -> str:
    said = scrub(" ".join(str(part) for part in error.args))
    meaning = next((meaning for sign, meaning in _NOT_ISSUED.items() if sign in said), "Google issues no token")
    return f"{meaning}; it says: {said[:160]}"
