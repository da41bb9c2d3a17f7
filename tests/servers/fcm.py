"""Firebase Cloud Messaging (HTTP v1) and the endpoint of its access tokens, which checks the signed assertion."""

from __future__ import annotations

from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.servers.failing import Failures

PROJECT = "stub-project"
ADDRESS = "push@stub-project.test"
UNREGISTERED = "web:unregistered"
MALFORMED = "web:malformed"
_ACCESS = "ya29.an-access-token"


class Fcm:
    """The server. `sent` holds the messages that it took, `asked` those that it did not fail to answer."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        self.sent: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.tokens = 0
        """Access tokens that were given out."""
        self.failures = Failures()
        self.token_failures = Failures()
        send = f"/v1/projects/{PROJECT}/messages:send"
        routes = [Route("/token", self._token, methods=["POST"]), Route(send, self._send, methods=["POST"])]
        self.app = Starlette(routes=routes)

    @property
    def private_key(self) -> str:
        """The service account's key, as one line of a settings file."""
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return self._key.private_bytes(*form).decode().replace("\n", "\\n")

    async def _token(self, request: Request) -> Response:
        if (failure := await self.token_failures.before()) is not None:
            return failure
        form = await request.form()
        audience = "https://oauth2.googleapis.com/token"
        claims = jwt.decode(str(form["assertion"]), self._key.public_key(), ["RS256"], audience=audience)
        assert claims["iss"] == ADDRESS
        self.tokens += 1
        return JSONResponse({"access_token": _ACCESS, "expires_in": 3_600, "token_type": "Bearer"})

    async def _send(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {_ACCESS}":
            return _refused(401, "UNAUTHENTICATED", "")
        message = (await request.json())["message"]
        if (failure := await self.failures.before()) is not None:
            return failure
        self.asked.append(message)
        if message["token"] == UNREGISTERED:
            return _refused(404, "NOT_FOUND", "UNREGISTERED")
        if message["token"] == MALFORMED:
            return _refused(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT")
        self.sent.append(message)
        return JSONResponse({"name": f"projects/{PROJECT}/messages/{len(self.sent)}"})


def _refused(status: int, name: str, code: str) -> Response:
    kind = "type.googleapis.com/google.firebase.fcm.v1.FcmError"
    details = [{"@type": kind, "errorCode": code}] if code else []
    return JSONResponse({"error": {"code": status, "message": "refused", "status": name, "details": details}}, status)
