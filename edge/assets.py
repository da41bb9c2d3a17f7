"""Pictures that are kept in a folder of this machine (embedded profile), under /assets."""

from __future__ import annotations

import pathlib
from typing import Final

from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from edge.answers import Answer, Problem
from edge.bodies import Receive, Scope
from edge.routing import no_route
from edge.sign_in import answer_of

PREFIX: Final = "/assets"
_FOR_EVER: Final = (b"cache-control", b"public, max-age=31536000, immutable")
_NOT_A_PAGE: Final = (b"content-security-policy", b"default-src 'none'; sandbox; frame-ancestors 'none'")
"""What people upload is shown, never run."""


class Assets:
    """Serves the folder; paths that leave it are not found."""

    def __init__(self, folder: pathlib.Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._files = StaticFiles(directory=folder)

    async def answer(self, scope: Scope, receive: Receive, _request_id: str) -> Answer:
        """Answer with a picture. Raises Problem."""
        inside = {**scope, "path": scope["path"][len(PREFIX) :], "root_path": ""}
        try:
            found = await answer_of(self._files, inside, receive)
        except HTTPException as error:
            raise self._missing(scope) from error
        return found._replace(headers=(*found.headers, _FOR_EVER, _NOT_A_PAGE))

    @staticmethod
    def _missing(scope: Scope) -> Problem:
        return no_route(scope["method"], scope["raw_path"].decode("latin-1"))
