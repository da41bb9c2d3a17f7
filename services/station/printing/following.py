"""Orders become print jobs as they are taken on, through restarts of everything.

Every replica follows all orders and makes the same jobs; their ids allow each once. What has been seen to is kept in
the database, so that orders made while no replica ran are seen to by the next.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, Final

import grpc
from orderbuddy.ordering.v1 import order_pb2
from pymongo.errors import PyMongoError

from services.kit.context import CURRENT, Call
from services.kit.errors import Conflict, Exhausted, OrderBuddyError, Unavailable
from services.kit.fanout import Positioned
from services.kit.principal import CallerKind, Principal
from services.kit.telemetry import log
from services.kit.watch import Heartbeat, Reset, Snapshot, watch
from services.station.adapters.orders import Orders
from services.station.kitchen.feed import ALL, KitchenFeed, OrderMoved
from services.station.printing.due import is_of_interest
from services.station.printing.repository import PrinterRepository, ProgressRepository
from services.station.printing.shop import PrintShop

_SAVE_SECONDS: Final = 1.0
"""How far behind the stored place may be: so much is looked at twice after a crash, and costs a look."""

_QUIET_SECONDS: Final = 60.0
"""As much when nothing has happened since, so that a database at rest has no writes."""

_PAUSE_SECONDS: Final = 1.0
_BUGS: Final = (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNIMPLEMENTED)


class PrintFollower:
    """Sees to it that everything due is printed."""

    def __init__(
        self,
        feed: KitchenFeed,
        orders: Orders,
        shop: PrintShop,
        printers: PrinterRepository,
        progress: ProgressRepository,
    ) -> None:
        self._feed = feed
        self._orders = orders
        self._shop = shop
        self._printers = printers
        self._progress = progress
        self._saved_at = 0.0
        self._saved = ""

    async def run(self) -> None:
        """Follow the orders, for ever."""
        while True:
            try:
                async with aclosing(self._watch(await self._progress.token())) as items:
                    await self._follow(items)
            except (OrderBuddyError, PyMongoError) as error:
                log.warning("printing_interrupted", error=type(error).__name__, reason=str(error))
            await asyncio.sleep(_PAUSE_SECONDS)

    def _watch(self, token: str) -> AsyncGenerator[Any, None]:
        return watch(self._feed.hub, [ALL], token, self._catch_up, self._feed.missed)

    async def _follow(self, items: AsyncGenerator[Any, None]) -> None:
        done, apart = "", _SAVE_SECONDS
        async for item in items:
            if isinstance(item, Reset):
                log.warning("printing_reset", reason=item.reason)
                continue
            # A heartbeat can overtake a change by a moment: a place counts once the stream has gone on after it.
            await self._save(done, apart)
            apart = _QUIET_SECONDS if isinstance(item, Heartbeat) else _SAVE_SECONDS
            if isinstance(item, Positioned) and isinstance(item.event, OrderMoved):
                change = item.event.change
                if is_of_interest(change):
                    await self._see_to(change.record)
            if not isinstance(item, Positioned) or item.token:
                done = item.token
            if isinstance(item, Snapshot):
                await self._save(done, 0.0)

    async def _save(self, token: str, apart: float) -> None:
        if not token or token == self._saved or time.monotonic() - self._saved_at < apart:
            return
        await self._progress.reached(token)
        self._saved, self._saved_at = token, time.monotonic()

    async def _catch_up(self) -> None:
        """See to all recent orders: nobody knows which of them have been."""
        _speak_for("printing")
        async for place in self._printers.places():
            for record in await self._orders.recent(*place):
                await self._see_to(record)

    async def _see_to(self, record: order_pb2.OrderRecord) -> None:
        """Print what is due of an order. Raises what will pass; an order that can't be printed holds up no other."""
        _speak_for(record.correlation_id or "printing")
        try:
            await self._shop.make_due(record)
        except Exception as error:
            if _passes(error):
                raise
            log.error("order_not_printed", order_id=record.order.id, exc_info=error)


def _passes(error: Exception) -> bool:
    """Tell whether trying again later may help."""
    if isinstance(error, PyMongoError):
        return True
    cause = error.__cause__
    broken = isinstance(cause, grpc.aio.AioRpcError) and cause.code() in _BUGS
    return isinstance(error, Unavailable | Conflict | Exhausted) and not broken


def _speak_for(request_id: str) -> None:
    """Let what is asked of other services carry the request id of the order that it is asked for."""
    CURRENT.set(Call("printing", Principal(CallerKind.SERVICE, "station"), request_id))
