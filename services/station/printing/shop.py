"""Making print jobs: what is due of an order, and what somebody asks for."""

from __future__ import annotations

import hashlib

from bson import ObjectId
from orderbuddy.ordering.v1 import order_pb2, staff_order_pb2

from services.kit.errors import NotFound
from services.kit.mongo import Document
from services.station.adapters.orders import Orders
from services.station.kitchen.book import StationBook
from services.station.printing import mapping
from services.station.printing.due import CANCEL, RECEIPT, TICKET, Due, Stored, due, knows, lines_at, version_on_paper
from services.station.printing.layout import receipt, slip, ticket
from services.station.printing.paper import Paper
from services.station.printing.places import KnownPlaces
from services.station.printing.repository import JobRepository, PrinterRepository
from services.station.repository import no_station


class PrintShop:
    """Lays out orders for printers and queues them."""

    def __init__(
        self,
        orders: Orders,
        places: KnownPlaces,
        book: StationBook,
        printers: PrinterRepository,
        jobs: JobRepository,
    ) -> None:
        self._orders = orders
        self._places = places
        self._book = book
        self._printers = printers
        self._jobs = jobs

    async def make_due(self, record: order_pb2.OrderRecord) -> None:
        """Queue what is due of an order and not there yet, however many do so at once.

        Raises Unavailable, or what else the Ordering service raises.
        """
        order = record.order
        printers = await self._printers.for_order(order.restaurant_id, order.location_id)
        if not printers:
            return
        stations = await self._book.of((order.restaurant_id, order.location_id))
        jobs = await self._jobs.of_order(order.restaurant_id, order.id)
        made = {job["_id"] for job in jobs}
        for wanted in due(record, stations, printers, jobs):
            key = _digest(order.id, wanted.what, wanted.station_id, str(wanted.version), wanted.printer["_id"])
            if key in made:
                continue
            paper = await self._paper(record, wanted)
            if paper:
                about = {"orderVersion": version_on_paper(record), "stationId": wanted.station_id, "what": wanted.what}
                await self._jobs.add(_job(key, order, wanted.printer, paper, about), wanted.since)

    async def _paper(self, record: order_pb2.OrderRecord, wanted: Due) -> Paper:
        """Lay out what is due; nothing when the order is there no more."""
        order = record.order
        form = mapping.form(wanted.printer)
        if wanted.what == RECEIPT:
            try:
                whole = await self._orders.staff_order(order.restaurant_id, order.location_id, order.id)
            except NotFound:
                return []
            return await self._receipt(wanted.printer, whole)
        place = await self._places.find(order.restaurant_id, order.location_id)
        heading = mapping.heading(order, record.started_at, place)
        items = mapping.items(wanted.lines)
        if wanted.what == TICKET:
            return ticket(form, heading, wanted.station_name, items)
        canceled = wanted.what == CANCEL
        return slip(form, heading, wanted.station_name, items, wanted.reason, order=canceled)

    async def _receipt(self, printer: Stored, order: staff_order_pb2.StaffOrder) -> Paper:
        place = await self._places.find(order.restaurant_id, order.location_id)
        heading = mapping.heading(order, order.started_at, place)
        canceled = order.status == "CANCELED"
        form, items = mapping.form(printer), mapping.items(order.items)
        return receipt(form, heading, items, mapping.sums(order), canceled=canceled)

    async def make(
        self, place: tuple[str, str], order_id: str, printer_id: str, station_id: str, key: str = ""
    ) -> Document:
        """Queue a receipt, or a station's ticket, of an order; with the same `key` the same job.

        Raises NotFound for what the location doesn't have, and Unavailable.
        """
        printers = await self._printers.of_location(*place)
        printer = next((printer for printer in printers if printer["_id"] == printer_id), None)
        if printer is None:
            raise NotFound("PRINTER_NOT_FOUND", "the location has no such printer", metadata={"field": "printer_id"})
        stations = await self._book.of(place)
        if station_id and not knows(stations, station_id):
            raise no_station()
        order = await self._orders.staff_order(*place, order_id)
        if station_id:
            lines = lines_at(stations, order.items, station_id)
            if not lines:
                what = "the order has nothing for that station"
                raise NotFound("NOTHING_TO_PRINT", what, metadata={"field": "station_id"})
            name = next((station.name for station in stations if station.id == station_id), "")
            heading = mapping.heading(order, order.started_at, await self._places.find(*place))
            paper = ticket(mapping.form(printer), heading, name, mapping.items(lines))
        else:
            paper = await self._receipt(printer, order)
        about = {
            "orderVersion": order.version,
            "stationId": station_id,
            "what": TICKET if station_id else RECEIPT,
        }
        job_id = _digest(key, order.id, station_id, printer_id) if key else str(ObjectId())
        return await self._jobs.add(_job(job_id, order, printer, paper, about))


def _job(job_id: str, order: mapping.AnyOrder, printer: Stored, paper: Paper, about: Document) -> Document:
    return {
        "_id": job_id,
        "restaurantId": printer["restaurantId"],
        "locationId": printer["locationId"],
        "printerId": printer["_id"],
        "format": printer["format"],
        "columns": printer["columns"],
        "paper": [[line.style.value, line.text] for line in paper],
        "orderId": order.id,
        "orderCode": order.order_code,
        **about,
    }


def _digest(*parts: str) -> str:
    """Return an id that is the same for the same parts, so that the primary key allows one such job."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]
