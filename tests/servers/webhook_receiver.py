"""An integrator's server: verifies what it is sent with the library that integrators use, and answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

HANG = 0
"""As a status: no answer, until the other side goes away."""


@dataclass(frozen=True)
class Call:
    """Something that arrived."""

    id: str
    body: dict[str, Any]
    signed_with: list[str]
    """Which of the receiver's secrets the signature is good for."""
    answered: int
    host: str

    @property
    def type(self) -> str:
        return str(self.body["type"])


@dataclass
class Answer:
    """What to answer."""

    status: int = 204
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


class WebhookReceiver:
    """The server. `answers` are given one after the other, then `otherwise`."""

    def __init__(self) -> None:
        self.secrets: list[str] = []
        self.calls: list[Call] = []
        self.answers: deque[Answer] = deque()
        self.otherwise = Answer()
        self.at_once = 0
        self.most_at_once = 0
        self.app = Starlette(routes=[Route("/{path:path}", self._receive, methods=["GET", "POST"])])

    @property
    def acknowledged(self) -> list[Call]:
        """What was answered with 2xx."""
        return [call for call in self.calls if 200 <= call.answered < 300]

    def types(self) -> list[str]:
        return [call.type for call in self.acknowledged]

    async def _receive(self, request: Request) -> Response:
        raw = await request.body()
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        await asyncio.sleep(0)  # whoever else is sending comes in here
        answer = self.answers.popleft() if self.answers else self.otherwise
        good = [secret for secret in self.secrets if _verifies(secret, raw, dict(request.headers))]
        headers = request.headers
        self.calls.append(Call(headers["webhook-id"], json.loads(raw), good, answer.status, headers["host"]))
        if answer.status == HANG:
            while (await request.receive())["type"] != "http.disconnect":
                pass
        self.at_once -= 1
        return Response(answer.body, answer.status or 500, answer.headers)


def _verifies(secret: str, raw: bytes, headers: dict[str, str]) -> bool:
    try:
        Webhook(secret).verify(raw, headers)
    except WebhookVerificationError:
        return False
    return True
