"""Twilio's messages API: takes messages, and refuses the number that Twilio's own test credentials refuse."""

from __future__ import annotations

import base64
import uuid

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ACCOUNT = "AC00000000000000000000000000000000"
TOKEN = "the account's token"
NUMBER = "+15005550006"
INVALID_NUMBER = "+15005550001"


class Twilio:
    """The server. `sent` holds what it took; `down` makes it answer 503."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.down = False
        path = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        self.app = Starlette(routes=[Route(path, self._create, methods=["POST"])])

    async def _create(self, request: Request) -> Response:
        expected = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {expected}":
            return _refused(401, 20003, "Authenticate")
        if self.down:
            return _refused(503, 20503, "Service unavailable")
        form = {name: str(value) for name, value in (await request.form()).items()}
        if form.get("To") == INVALID_NUMBER:
            return _refused(400, 21211, f"The 'To' number {INVALID_NUMBER} is not a valid phone number.")
        self.sent.append(form)
        sid = f"SM{uuid.uuid4().hex}"
        answer = {"sid": sid, "status": "queued", "to": form["To"], "from": form["From"], "body": form["Body"]}
        return JSONResponse(answer, 201)


def _refused(status: int, code: int, message: str) -> Response:
    return JSONResponse({"code": code, "message": message, "more_info": "", "status": status}, status)
