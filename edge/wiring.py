"""How the edge is put together: the only place that knows all parts."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Sequence
from typing import Final, Protocol

import uvicorn
from google.protobuf.descriptor import ServiceDescriptor
from orderbuddy.menu.v1 import (
    assistant_service_pb2,
    campaign_service_pb2,
    image_service_pb2,
    menu_editor_service_pb2,
    menu_service_pb2,
    origin_service_pb2,
    restaurant_service_pb2,
)
from orderbuddy.notification.v1 import delivery_service_pb2, webhook_service_pb2
from orderbuddy.ordering.v1 import (
    line_service_pb2,
    ordering_service_pb2,
    report_service_pb2,
    staff_order_service_pb2,
)
from orderbuddy.payment.v1 import payment_service_pb2
from orderbuddy.station.v1 import (
    print_service_pb2,
    socket_service_pb2,
    station_service_pb2,
    ticket_service_pb2,
)

from edge.accounts import CREATE_USER, Accounts, own_contact
from edge.addresses import ClientAddresses, networks
from edge.answers import Answer, Problem, problem
from edge.app import Edge, Other
from edge.assets import PREFIX as ASSETS
from edge.assets import Assets
from edge.bodies import Receive, Scope
from edge.caller import Caller
from edge.cors import Cors
from edge.cutover.front import Front
from edge.cutover.legacy import Legacy
from edge.cutover.places import CHECKOUT, Places
from edge.cutover.rule_file import RuleFile
from edge.cutover.shadow import Shadow
from edge.devices import DEVICES
from edge.doors import Doors
from edge.guest_cache import GuestCache
from edge.http_rules import routes_of
from edge.identity import USERS, Identity, Sessions
from edge.kitchen_commands import Commands
from edge.kitchen_feed import KitchenFeed
from edge.kitchen_pictures import Pictures
from edge.kitchen_session import PATH as KITCHEN_SESSION
from edge.kitchen_session import KitchenSession
from edge.kitchen_socket import KitchenSockets
from edge.limits import PICTURES, STAFF, Limits, parse_limits
from edge.limits import SIGN_IN as SIGN_IN_LIMIT
from edge.live.engine import MOST_PAYLOAD_BYTES
from edge.live.gateway import PATHS, Feed, Live
from edge.live.memory import Memory
from edge.live.missed import from_service, locator
from edge.live.sessions import SessionMembers
from edge.openapi import document
from edge.order_feed import OrderFeed
from edge.orders_socket import OrderSockets
from edge.pages import make_pages, paths_of
from edge.protocols import AbortingWebSocket, Connections, Patience, bounded
from edge.readiness import Readiness
from edge.sessions import SuperTokensSessions
from edge.settings import EdgeSettings
from edge.shedding import Gates
from edge.sign_in import NOTIFICATION, PREFIX, SignIn
from edge.static_pages import static_parts
from edge.transcoding import Transcoder
from services.kit import tracing
from services.kit.clock import make_clock
from services.kit.loop_lag import watch_loop
from services.kit.principal import Assertions

MENU: Final = menu_service_pb2.DESCRIPTOR.services_by_name["MenuService"]
ORDERING: Final = ordering_service_pb2.DESCRIPTOR.services_by_name["OrderingService"]

_IN_MENU: Final = (
    MENU,
    USERS,
    restaurant_service_pb2.DESCRIPTOR.services_by_name["RestaurantService"],
    menu_editor_service_pb2.DESCRIPTOR.services_by_name["MenuEditorService"],
    assistant_service_pb2.DESCRIPTOR.services_by_name["AssistantService"],
    origin_service_pb2.DESCRIPTOR.services_by_name["OriginService"],
    campaign_service_pb2.DESCRIPTOR.services_by_name["CampaignService"],
    image_service_pb2.DESCRIPTOR.services_by_name["ImageService"],
)
_IN_ORDERING: Final = (
    ORDERING,
    staff_order_service_pb2.DESCRIPTOR.services_by_name["StaffOrderService"],
    report_service_pb2.DESCRIPTOR.services_by_name["ReportService"],
    line_service_pb2.DESCRIPTOR.services_by_name["OrderLineService"],
    CHECKOUT,
)
PAYMENT: Final = payment_service_pb2.DESCRIPTOR.services_by_name["PaymentService"]
_IN_NOTIFICATION: Final = (
    NOTIFICATION,
    delivery_service_pb2.DESCRIPTOR.services_by_name["DeliveryService"],
    webhook_service_pb2.DESCRIPTOR.services_by_name["WebhookService"],
)
_IN_STATION: Final = (
    DEVICES,
    station_service_pb2.DESCRIPTOR.services_by_name["StationService"],
    ticket_service_pb2.DESCRIPTOR.services_by_name["TicketService"],
    print_service_pb2.DESCRIPTOR.services_by_name["PrintService"],
    socket_service_pb2.DESCRIPTOR.services_by_name["SocketService"],
)

_NO_ASSISTANT: Final = problem(404, "the assistant is not configured here: OPENAI_API_KEY is not set")
"""Where it is not configured its routes are not there, as in the old system; gRPC callers get AI_NOT_CONFIGURED."""
_GRACE_SECONDS: Final = 5
_HTTPS_ONLY_SECONDS: Final = 365 * 24 * 3600
_OTHER_FILES: Final = 100
"""Logs, pictures, connections to services."""


class Runs(Protocol):
    """What runs beside the requests."""

    async def run(self) -> None:
        """Run until cancelled."""
        ...


class Background:
    """Connections and streams, for the life of the process."""

    def __init__(self, caller: Caller, streams: Sequence[Runs]) -> None:
        self._caller = caller
        self._streams = streams
        self._running: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Connect, and begin to follow. Does not wait for any service: the edge says in /readyz what it lacks."""
        self._caller.start()
        self._running = [asyncio.create_task(stream.run()) for stream in self._streams]
        self._running.append(asyncio.create_task(watch_loop()))

    async def stop(self) -> None:
        """End the streams, then the connections."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._caller.close()
        await asyncio.to_thread(tracing.finish)


def addresses_of(settings: EdgeSettings) -> dict[ServiceDescriptor, str]:
    """Return where each gRPC service is."""
    return {
        **dict.fromkeys(_IN_MENU, settings.menu_address),
        **dict.fromkeys(_IN_ORDERING, settings.ordering_address),
        **dict.fromkeys(_IN_STATION, settings.station_address),
        PAYMENT: settings.payment_address,
        **dict.fromkeys(_IN_NOTIFICATION, settings.notification_address),
    }


def _sign_in(settings: EdgeSettings, caller: Caller, identity: Identity, doors: Doors) -> list[Other]:
    """Return what concerns people's accounts."""
    sign_in = SignIn(settings, caller, identity, doors)
    accounts = Accounts(caller, identity, settings.body_limit_bytes)
    return [
        Other("sign-in", PREFIX.encode("ascii"), sign_in.answer, SIGN_IN_LIMIT),
        Other("POST /users/delete-user", b"/users/delete-user", accounts.delete, STAFF),
    ]


def _live(
    settings: EdgeSettings, caller: Caller, identity: Identity, feed: Feed, pictures: Pictures, doors: Doors
) -> Live:
    """Return the Socket.IO gateway."""
    return Live(
        feed=feed,
        missed=from_service(caller, identity.own, pictures, lambda: feed.hub.position or ""),
        locate=locator(caller, identity.own),
        memory=Memory(caller, identity.own),
        cors=Cors(settings.allowed_origins),
        doors=doors,
        members=SessionMembers(identity) if settings.sockets_need_session else None,
    )


async def _no_assistant(_scope: Scope, _receive: Receive, _request_id: str) -> Answer:
    raise Problem(_NO_ASSISTANT)


def build(settings: EdgeSettings, sessions: Sessions | None = None, live_feed: Feed | None = None) -> Edge:
    """Make the application. With `sessions` given nobody can sign in: they say who calls.

    `live_feed` is where Socket.IO's events come from; unless given it is the stream that kitchen displays follow.

    Raises UnsupportedRule or UndeclaredAccess when the protos ask for what it can't do.
    """
    assertions = Assertions(settings.assertion_secret.get_secret_value())
    addresses = addresses_of(settings)
    caller = Caller(addresses, settings.deadline_seconds, settings.between_services())
    clock = make_clock(settings.clock)
    identity = Identity(caller, assertions, sessions or SuperTokensSessions(clock))
    doors = Doors(
        Limits(parse_limits(settings.limits), settings.sockets_per_address),
        ClientAddresses(networks(settings.trusted_proxies)),
    )
    others = [] if sessions else _sign_in(settings, caller, identity, doors)
    kitchen = KitchenSession(identity, settings.base_url, settings.body_limit_bytes)
    others.append(Other("kitchen session", KITCHEN_SESSION.encode("ascii"), kitchen.answer, STAFF))
    if settings.assets_folder is not None:
        others.append(Other("assets", ASSETS.encode("ascii"), Assets(settings.assets_folder).answer, PICTURES))
    if settings.openai_api_key is None:
        others.append(Other("assistant", b"/ai", _no_assistant, STAFF))
    others.extend(static_parts())
    routes = routes_of(addresses)
    transcoder = Transcoder(routes, caller)
    cache = GuestCache(routes, caller, identity.own, settings.stale_limit_seconds)
    feed = OrderFeed(caller, identity.own)
    kitchen_feed = KitchenFeed(caller, identity.own)
    pictures = Pictures(caller, identity.own)
    readiness = Readiness(
        caller,
        # What guests need. An edge that can't send login codes must not be taken away from them.
        {"menu service": MENU, "ordering service": ORDERING},
        {"catalog stream": cache.follower, "order stream": feed.follower},
    )
    pages = make_pages(document(transcoder.endpoints, settings.base_url), readiness)
    live = _live(settings, caller, identity, live_feed or kitchen_feed, pictures, doors)
    return Edge(
        lifecycle=Background(caller, [cache.follower, feed.follower, kitchen_feed.follower, live]),
        transcoder=transcoder,
        cache=cache,
        sockets=OrderSockets(feed, caller),
        kitchen=KitchenSockets(kitchen_feed, pictures, identity, Commands(caller)),
        cors=Cors(settings.allowed_origins),
        readiness=readiness,
        pages=pages,
        page_paths=paths_of(pages),
        identity=identity,
        others=others,
        checks={} if sessions else {CREATE_USER: own_contact},
        body_limit_bytes=settings.body_limit_bytes,
        mounted=dict.fromkeys(PATHS, live),
        doors=doors,
        gates=Gates(addresses, settings.target_latency_seconds),
    )


def _always(settings: EdgeSettings) -> list[tuple[str, str]]:
    """Return the headers of everything that is answered. Pages have policies of their own beside them."""
    headers = [("x-content-type-options", "nosniff")]
    if settings.base_url.startswith("https:"):
        headers.append(("strict-transport-security", f"max-age={_HTTPS_ONLY_SECONDS}"))
    return headers


def with_cutover(edge: Edge, settings: EdgeSettings) -> Edge | Front:
    """Return the edge, with the cut-over in front of it when there is an old back end. Raises BadRules."""
    if settings.legacy_url is None:
        return edge
    legacy = Legacy(settings.legacy_url, settings.legacy_deadline_seconds)
    places = Places(edge.transcoder.endpoints, edge.transcoder.caller, edge.identity.own, settings.body_limit_bytes)
    assertions = Assertions(settings.assertion_secret.get_secret_value())
    return Front(edge, legacy, RuleFile(settings.cutover_file), places, Shadow(edge, legacy), assertions)


def _affordable(connections: int) -> int:
    """Let this process open as many files as it may, and return how many connections that allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return connections if most == resource.RLIM_INFINITY else min(connections, max(1, most - _OTHER_FILES))


def server_config(
    edge: Edge, settings: EdgeSettings, *, loop: str = "uvloop", patience: Patience | None = None
) -> uvicorn.Config:
    """Return how uvicorn serves the application."""
    connections = Connections(
        _affordable(settings.most_connections),
        settings.connections_per_address,
        edge.doors.addresses.is_proxy,
        patience or Patience(),
    )
    return uvicorn.Config(
        with_cutover(edge, settings),
        host=settings.host,
        port=settings.port,
        loop=loop,
        http=bounded(connections),
        ws=AbortingWebSocket,
        ws_max_size=MOST_PAYLOAD_BYTES,  # of Socket.IO; the other sockets have limits of their own
        ws_per_message_deflate=False,
        interface="asgi3",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        headers=_always(settings),
        date_header=True,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
