"""Twilio's messages API: takes messages, tells what became of them, refuses what Twilio's test credentials refuse."""

from __future__ import annotations

import base64
import uuid

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.servers.failing import Failures

ACCOUNT = "AC00000000000000000000000000000000"
TOKEN = "the account's token"
NUMBER = "+15005550006"
INVALID_NUMBER = "+15005550001"


class Twilio:
    """The server. `sent` holds what it took, `asked` what it was asked to take and did not fail to answer."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.asked: list[dict[str, str]] = []
        self.failures = Failures()
        self.statuses: dict[str, tuple[str, int | None]] = {}
        """What became of messages, by sid: the status and error code that a test has set."""
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
        self.app = Starlette(
            routes=[
                Route(f"{path}.json", self._create, methods=["POST"]),
                Route(f"{path}/{{sid}}.json", self._fetch, methods=["GET"]),
            ]
        )

    async def _create(self, request: Request) -> Response:
        expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return _refused(401, 20003, "Authenticate")
        form = {name: str(value) for name, value in (await request.form()).items()}
        if (failure := await self.failures.before()) is not None:
            return failure
        self.asked.append(form)
        if form.get("To") == INVALID_NUMBER:
            return _refused(400, 21211, f"The 'To' number {INVALID_NUMBER} is not a valid phone number.")
        self.sent.append(form)
        sid = f"SM{uuid.uuid4().hex}"
        self.statuses[sid] = ("queued", None)
        answer = {"sid": sid, "status": "queued", "to": form["To"], "from": form["From"], "body": form["Body"]}
        return JSONResponse(answer, 201)

    async def _fetch(self, request: Request) -> Response:
        sid = request.path_params["sid"]
        if self.failures.down:
            return _refused(503, 20503, "Service unavailable")
        if sid not in self.statuses:
            return _refused(404, 20404, "The requested resource was not found")
        status, code = self.statuses[sid]
        return JSONResponse({"sid": sid, "status": status, "error_code": code})


def _refused(status: int, code: int, message: str) -> Response:
    return JSONResponse({"code": code, "message": message, "more_info": "", "status": status}, status)
