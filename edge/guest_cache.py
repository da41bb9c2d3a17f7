"""Guests' reads from memory: follows MenuService.WatchCatalog and keeps what each path answers.

A path that is not held (unknown, spelled differently, too old) is no error here: it goes the ordinary way to the
service, which gives the 404s. So memory only ever answers what the service said.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import quote

import orjson
from google.protobuf import message_factory
from google.protobuf.message import Message
from orderbuddy.menu.v1 import menu_service_pb2

from edge.answers import Answer
from edge.caller import Caller, Metadata
from edge.following import Follower, Progress
from edge.guest_pages import GuestPage
from edge.http_rules import Route
from edge.metrics import CATALOG_PAGES, CATALOG_STALE_SECONDS
from edge.rendering import Render, renderer
from services.kit.telemetry import log

STALE_HEADER: Final = b"x-catalog-stale-seconds"

_LARGE_MESSAGE_BYTES: Final = 16 * 1024
_SERVICE: Final = menu_service_pb2.DESCRIPTOR.services_by_name["MenuService"]
_WATCH: Final = _SERVICE.methods_by_name["WatchCatalog"]
# What browsers leave unescaped in a path segment; other spellings go to the service.
_UNESCAPED: Final = "-_.!~*'()"

Entry = Any
"""The entry's message, by its kind in CatalogEntry."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """How an entry answers the method that reads it."""

    method: str
    fields: Callable[[Entry], Mapping[str, str]]
    """The entry as the method's request."""
    data: Callable[[Entry], Any]
    """The entry as the response's `data`."""


_KINDS: Final[Mapping[str, _Kind]] = {
    "restaurant": _Kind("GetRestaurant", lambda e: {"restaurant_id": e.id}, lambda e: e),
    "location": _Kind(
        "GetLocation",
        lambda e: {"restaurant_id": e.restaurant_id, "location_id": e.location.id},
        lambda e: e.location,
    ),
    "menu_list": _Kind(
        "ListMenus",
        lambda e: {"restaurant_id": e.restaurant_id, "location_id": e.location_id},
        lambda e: e.menus,
    ),
    "menu": _Kind(
        "GetMenu",
        lambda e: {"restaurant_id": e.restaurant_id, "location_id": e.location_id, "menu_id": e.id},
        lambda e: e,
    ),
    "origin": _Kind("GetOrigin", lambda e: {"origin_id": e.id}, lambda e: e),
    "campaign": _Kind(
        "GetOriginCampaign",
        lambda e: {"restaurant_id": e.restaurant_id, "location_id": e.location_id, "origin_id": e.origin_id},
        lambda e: e.campaign,
    ),
}


class _Pages:
    """Pages by path, and the paths of each catalog key."""

    def __init__(self) -> None:
        self.by_path: dict[bytes, GuestPage] = {}
        self._paths: dict[str, list[bytes]] = {}

    def put(self, key: str, pages: Mapping[bytes, GuestPage]) -> None:
        self.remove(key)
        self.by_path.update(pages)
        self._paths[key] = list(pages)

    def remove(self, key: str) -> None:
        for path in self._paths.pop(key, ()):
            self.by_path.pop(path, None)


class GuestCache:
    """Answers guests' reads while it knows the catalog."""

    def __init__(
        self, routes: list[Route], caller: Caller, identity: Callable[[], Metadata], stale_limit_seconds: float
    ) -> None:
        """`identity` makes the metadata that names the edge to the service."""
        self.follower: Follower[menu_service_pb2.WatchCatalogResponse] = Follower("catalog", self)
        self._caller = caller
        self._identity = identity
        self._stale_limit_seconds = stale_limit_seconds
        self._routes: dict[str, list[Route]] = {}
        for route in routes:
            if route.method.containing_service is _SERVICE and route.verb == "GET" and route.open_to_guests:
                self._routes.setdefault(route.method.name, []).append(route)
        self._renderers: dict[str, Render] = {
            name: renderer(rs[0].method.output_type) for name, rs in self._routes.items()
        }
        self._pages = _Pages()
        self._staging: _Pages | None = None
        CATALOG_PAGES.set_function(lambda: len(self._pages.by_path))
        CATALOG_STALE_SECONDS.set_function(lambda: self.follower.stale_seconds() or 0.0)

    def find(self, raw_path: bytes) -> GuestPage | None:
        """Return the page of a path exactly as browsers send it; None when memory does not, or may not, answer."""
        page = self._pages.by_path.get(raw_path)
        if page is None or self.follower.live:
            return page
        stale = self.follower.stale_seconds()
        return page if stale is not None and stale <= self._stale_limit_seconds else None

    def with_age(self, answer: Answer) -> Answer:
        """Say in the answer how old it may be, while the stream is down."""
        if self.follower.live:
            return answer
        age = (STALE_HEADER, b"%d" % (self.follower.stale_seconds() or 0))
        return answer._replace(headers=(*answer.headers, age))

    def open(self, token: str) -> AsyncGenerator[menu_service_pb2.WatchCatalogResponse, None]:
        """Begin to watch; without a token a snapshot comes, which is kept apart until it is complete."""
        self._staging = None if token else _Pages()
        request = menu_service_pb2.WatchCatalogRequest(view=menu_service_pb2.CATALOG_VIEW_GUEST, resume_token=token)
        stream = self._caller.stream(_WATCH, request, metadata=self._identity())
        return cast("AsyncGenerator[menu_service_pb2.WatchCatalogResponse, None]", stream)

    def handle(self, message: menu_service_pb2.WatchCatalogResponse) -> Progress:
        """Take in a change. Readers see a snapshot all at once, when it is complete."""
        pages = self._pages if self._staging is None else self._staging
        match message.WhichOneof("event"):
            case "upsert":
                pages.put(message.upsert.key, dict(self._pages_of(message.upsert)))
            case "removed_key":
                pages.remove(message.removed_key)
            case "reset":
                log.warning("catalog_reset", reason=message.reset.reason)
                self._staging = _Pages()
                return Progress("", caught_up=False)
            case "synced":
                if self._staging is not None:
                    self._pages, self._staging = self._staging, None
        if self._staging is not None:
            return Progress("", caught_up=False)
        caught_up = self.follower.live or message.WhichOneof("event") == "synced"
        return Progress(message.resume_token, caught_up)

    def _pages_of(self, entry: menu_service_pb2.CatalogEntry) -> Iterator[tuple[bytes, GuestPage]]:
        name = entry.WhichOneof("entry")
        kind = _KINDS.get(name) if name else None
        if name is None or kind is None:
            return  # a newer service knows kinds that we do not answer
        content = getattr(entry, name)
        fields = kind.fields(content)
        for route in self._routes.get(kind.method, ()):
            yield _path(route, fields), self._page(route, kind, content)

    def _page(self, route: Route, kind: _Kind, content: Entry) -> GuestPage:
        render = self._renderers[kind.method]
        response_class = message_factory.GetMessageClass(route.method.output_type)

        def body() -> bytes:
            response: Message = response_class(data=kind.data(content))
            return orjson.dumps(render(response))

        return GuestPage(route.label, body, large=content.ByteSize() > _LARGE_MESSAGE_BYTES)


def _path(route: Route, fields: Mapping[str, str]) -> bytes:
    """Return the route's path with an entry's ids, as browsers write it."""
    parts = [
        quote(fields[segment[1:-1]], safe=_UNESCAPED) if segment.startswith("{") else segment
        for segment in route.segments
    ]
    return "/".join(("", *parts)).encode("ascii")
