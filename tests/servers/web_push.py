"""A browser's push service and the browsers behind it: checks the sender's signature and decrypts what arrives."""

from __future__ import annotations

import base64
import json
import os
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.servers.failing import Failures


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = (serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return key.public_key().public_bytes(*form)


class WebPush:
    """The server. `shown` holds what browsers decrypted, by name."""

    def __init__(self) -> None:
        self._sender = ec.generate_private_key(ec.SECP256R1())
        self._browsers: dict[str, tuple[ec.EllipticCurvePrivateKey, bytes]] = {}
        self.shown: dict[str, list[Any]] = {}
        self.expired: set[str] = set()
        self.failures = Failures()
        self.app = Starlette(routes=[Route("/push/{name}", self._take, methods=["POST"])])

    @property
    def vapid_key(self) -> str:
        """The sender's private key, raw."""
        return _text(self._sender.private_numbers().private_value.to_bytes(32, "big"))

    def subscribe(self, name: str, url: str) -> dict[str, str]:
        """Return what PushManager.subscribe gives a page."""
        key, secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        self._browsers[name], self.shown[name] = (key, secret), []
        return {"endpoint": f"{url}/push/{name}", "p256dh": _text(_point(key)), "auth": _text(secret)}

    async def _take(self, request: Request) -> Response:
        name = request.path_params["name"]
        if (failure := await self.failures.before()) is not None:
            return failure
        if name in self.expired:
            return Response(status_code=410)
        kind, _, rest = request.headers["authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        origin = f"{request.url.scheme}://{request.url.netloc}"
        claims = jwt.decode(parts["t"], self._sender.public_key(), ["ES256"], audience=origin)
        assert (kind, parts["k"], claims["sub"]) == ("vapid", _text(_point(self._sender)), "mailto:ops@orderbuddy.test")
        key, secret = self._browsers[name]
        body = http_ece.decrypt(await request.body(), private_key=key, auth_secret=secret, version="aes128gcm")
        self.shown[name].append(json.loads(body))
        return Response(status_code=201, headers={"location": f"{origin}/message/{len(self.shown[name])}"})
