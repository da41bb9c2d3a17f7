"""The short-link service (contract part B, 5.2): takes a URL, answers with a new id."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


class ShortLinkServer:
    """The server. `targets` holds what it took, by id; `status` is what it answers with."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}
        self.status = 201
        self.app = Starlette(routes=[Route("/add-qrdata", self._add, methods=["POST"])])

    async def _add(self, request: Request) -> Response:
        if self.status != 201:
            return PlainTextResponse("no", self.status)
        short_id = f"qr{len(self.targets) + 1:06d}"
        self.targets[short_id] = (await request.json())["redirectUrl"]
        return PlainTextResponse(short_id, 201)
