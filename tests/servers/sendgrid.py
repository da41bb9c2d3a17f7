"""SendGrid's mail API (v3): takes mails, and refuses addresses that begin with `fail@`."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.servers.failing import Failures

KEY = "SG.the-key"


class SendGrid:
    """The server. `sent` holds what it took, `asked` what it was asked to take and did not fail to answer."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.asked: list[dict[str, Any]] = []
        self.failures = Failures()
        self.app = Starlette(routes=[Route("/v3/mail/send", self._send, methods=["POST"])])

    async def _send(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return _refused(401, "The provided authorization grant is invalid, expired, or revoked")
        if (failure := await self.failures.before()) is not None:
            return failure
        mail = await request.json()
        self.asked.append(mail)
        to = mail["personalizations"][0]["to"][0]["email"]
        if to.startswith("fail@"):
            return _refused(401, "refused")
        self.sent.append(mail)
        return Response(status_code=202, headers={"x-message-id": f"m{len(self.sent)}"})


def _refused(status: int, message: str) -> Response:
    return JSONResponse({"errors": [{"message": message, "field": None, "help": None}]}, status)
