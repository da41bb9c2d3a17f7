"""Pages that the edge itself serves, from memory: the kitchen's display and the guest's progress.

They are plain files beside this module, read once at the start. Whose order or kitchen it is, a page asks over its
socket, so the bytes are the same for everybody.
"""

from __future__ import annotations

import pathlib
from collections.abc import Mapping
from typing import Final

from edge.answers import Answer, Header
from edge.app import Other
from edge.bodies import Receive, Scope
from edge.conditional import already_has, entity_tag
from edge.routing import no_route

FOLDER: Final = pathlib.Path(__file__).parent / "static"

_READS: Final = frozenset({"GET", "HEAD"})
_MEDIA_TYPES: Final[Mapping[str, bytes]] = {
    ".html": b"text/html; charset=utf-8",
    ".css": b"text/css; charset=utf-8",
    ".js": b"text/javascript; charset=utf-8",
    ".svg": b"image/svg+xml",
}
# Texts of orders come from strangers. The pages never make markup of them; should one ever do, the browser refuses.
_POLICY: Final = b"; ".join(
    (
        b"default-src 'self'",
        b"object-src 'none'",
        b"base-uri 'none'",
        b"form-action 'self'",
        b"frame-ancestors 'none'",
        b"require-trusted-types-for 'script'",
        b"trusted-types 'none'",
    )
)
_ALWAYS: Final[tuple[Header, ...]] = (
    (b"cache-control", b"no-cache"),  # kept, but asked for each time: a display must not run last month's script
    (b"content-security-policy", _POLICY),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)


class _File:
    """A file as it is sent."""

    def __init__(self, path: pathlib.Path) -> None:
        body = path.read_bytes()
        self.tag = entity_tag(body)
        common = ((b"etag", self.tag), *_ALWAYS)
        length = (b"content-length", b"%d" % len(body))
        self.whole = Answer(200, ((b"content-type", _MEDIA_TYPES[path.suffix]), length, *common), body)
        self.unchanged = Answer(304, common, b"")

    def answer(self, scope: Scope) -> Answer:
        """Answer GET and HEAD."""
        known = dict(scope["headers"]).get(b"if-none-match")
        return self.unchanged if already_has(known, {self.tag}) else self.whole


class StaticPages:
    """Knows the files of a folder and where they are found."""

    def __init__(self, folder: pathlib.Path = FOLDER) -> None:
        self._files = {path.name: _File(path) for path in folder.iterdir() if path.suffix in _MEDIA_TYPES}
        self._kitchen = self._files["kitchen.html"]
        self._track = self._files["track.html"]

    async def answer(self, scope: Scope, _receive: Receive, _request_id: str) -> Answer:
        """Answer with a page or with what belongs to one. Raises Problem."""
        path = scope["raw_path"].decode("latin-1")
        found = self._find(path) if scope["method"] in _READS else None
        if found is None:
            raise no_route(scope["method"], path)
        return found.answer(scope)

    def _find(self, path: str) -> _File | None:
        match path.removesuffix("/").split("/")[1:]:
            case [page] if page.lower() == "kitchen":
                return self._kitchen
            case [page, order_id] if page.lower() == "track" and order_id:
                return self._track
            case [folder, name] if folder.lower() == "static":
                return self._files.get(name)
            case _:
                return None


def static_parts() -> list[Other]:
    """Return the parts of the edge. What lies below `/kitchen` and is no page must be asked before them."""
    pages = StaticPages()
    return [
        Other("page /kitchen", b"/kitchen", pages.answer),
        Other("page /track", b"/track", pages.answer),
        Other("page /static", b"/static", pages.answer),
    ]
