"""What the loopbacks of Google's APIs have in common: tokens, refusals, and keys that are made for a test."""

import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.spiders.apis.scenario import Month
from tests.spiders.apis.server import ApiServer, Call, Reply

ROBOT = "otklik@project-1.iam.gserviceaccount.com"
CLIENT = "1234-planted.apps.googleusercontent.com"
CLIENT_SECRET, REFRESH = "GOCSPX-planted-client-secret", "1//0planted-refresh-token"
_WORDS = {
    "unsigned": (401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", None),
    "expired": (401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", "ACCESS_TOKEN_EXPIRED"),
    "clock": (401, "UNAUTHENTICATED", "Request had invalid authentication credentials.", None),
    "scope": (403, "PERMISSION_DENIED", "Request had insufficient scopes.", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
    "plan": (403, "PERMISSION_DENIED", "The caller does not have permission", None),
    "disabled": (403, "PERMISSION_DENIED", "The API has not been used in project 1 before.", "SERVICE_DISABLED"),
    "quota": (429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Requests'.", "RATE_LIMIT_EXCEEDED"),
    "429": (429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Requests'.", "RATE_LIMIT_EXCEEDED"),
    "500": (500, "INTERNAL", "Internal error encountered.", None),
    "404": (404, "NOT_FOUND", "Requested entity was not found.", None),
}


class GoogleServer(ApiServer):
    """Issues a token for an hour to a service account or for a refresh token, and asks for it in every call."""

    def __init__(self, month: Month) -> None:
        super().__init__(month)
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.private_key = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        self.service_account = json.dumps(
            {
                "type": "service_account",
                "project_id": "project-1",
                "private_key_id": "planted0key0id0000000000000000000000000a",
                "private_key": self.private_key,
                "client_email": ROBOT,
                "client_id": "1",
                "token_uri": f"{self.url}/token",
            }
        )
        self.consent = json.dumps(
            {
                "type": "authorized_user",
                "client_id": CLIENT,
                "client_secret": CLIENT_SECRET,
                "refresh_token": REFRESH,
                "token_uri": f"{self.url}/token",
            }
        )
        self.grant_refusal: tuple[str, str] | None = None
        """`error` and `error_description` by which no token is issued."""
        self.planted = (self.private_key, CLIENT_SECRET, REFRESH)

    def is_signed(self, call: Call) -> bool:
        return call.headers.get("authorization", "").removeprefix("Bearer ") in self.tokens

    def refusal(self, kind: str) -> Reply:
        status, word, message, reason = _WORDS[kind]
        error: dict[str, Any] = {"code": status, "message": message, "status": word}
        if reason:
            error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}]
        return Reply({"error": error}, status, {"Retry-After": "1"} if status == 429 else {})

    def token(self, call: Call) -> Reply:
        if self.grant_refusal is not None:
            error, described = self.grant_refusal
            return Reply({"error": error, "error_description": described}, 400)
        form = {name: values[0] for name, values in parse_qs(call.body).items()}
        if "assertion" in form:
            jwt.decode(
                form["assertion"], self._key.public_key(), algorithms=["RS256"], audience="https://oauth2.googleapis.com/token",
                issuer=ROBOT, leeway=timedelta(seconds=10),
            )  # fmt: skip
        elif (form["client_id"], form["client_secret"], form["refresh_token"]) != (CLIENT, CLIENT_SECRET, REFRESH):
            return Reply({"error": "invalid_client", "error_description": "Unauthorized"}, 401)
        issued = f"ya29.planted-access-token-{len(self.tokens)}-{len(self.calls)}"
        self.tokens.add(issued)
        return Reply({"access_token": issued, "expires_in": 3599, "token_type": "Bearer"})
