"""PrintService: RPCs in and out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final

from orderbuddy.station.v1 import print_service_pb2 as rpc
from orderbuddy.station.v1 import print_service_pb2_grpc as rpc_grpc

from services.kit.context import current_call
from services.kit.errors import FieldViolation, InvalidInput
from services.kit.interceptor import Context
from services.kit.mongo import Document
from services.kit.principal import DeviceKind
from services.kit.telemetry import log
from services.kit.watch import HEARTBEAT_SECONDS
from services.station.kitchen.book import StationBook
from services.station.printing import mapping
from services.station.printing.bell import Bell
from services.station.printing.due import knows
from services.station.printing.paper import Line, Style
from services.station.printing.render import RENDERERS
from services.station.printing.repository import JobRepository, PrinterRepository
from services.station.printing.shop import PrintShop
from services.station.repository import no_station

_FORMAT: Final = "PRINT_FORMAT_"
_STATE: Final = "PRINT_JOB_STATE_"


class PrintServicer(rpc_grpc.PrintServiceServicer):
    """Serves printers and their jobs."""

    def __init__(
        self, printers: PrinterRepository, jobs: JobRepository, book: StationBook, shop: PrintShop, bell: Bell
    ) -> None:
        self._printers = printers
        self._jobs = jobs
        self._book = book
        self._shop = shop
        self._bell = bell

    async def RegisterPrinter(
        self, request: rpc.RegisterPrinterRequest, context: Context
    ) -> rpc.RegisterPrinterResponse:
        """Note what the calling printer is and prints."""
        location_id = request.location_id.lower()
        stations = await self._book.of((request.restaurant_id, location_id))
        if not all(knows(stations, station_id) for station_id in request.station_ids):
            raise no_station("station_ids")
        wishes: Document = {
            "name": request.name,
            "format": rpc.PrintFormat.Name(request.format).removeprefix(_FORMAT),
            "columns": request.columns,
            "language": request.language,
            "receipts": request.receipts,
            "stationIds": list(request.station_ids),
        }
        stored = await self._printers.register(_device(), request.restaurant_id, location_id, wishes)
        await self._jobs.send_again(request.restaurant_id, _device())
        self._bell.ring(_device())
        return rpc.RegisterPrinterResponse(printer=mapping.printer(stored))

    async def ListRegisteredPrinters(
        self, request: rpc.ListRegisteredPrintersRequest, context: Context
    ) -> rpc.ListRegisteredPrintersResponse:
        """Return a location's printers."""
        found = await self._printers.of_location(request.restaurant_id, request.location_id)
        return rpc.ListRegisteredPrintersResponse(data=[mapping.printer(document) for document in found])

    async def WatchPrintJobs(
        self, request: rpc.WatchPrintJobsRequest, context: Context
    ) -> AsyncIterator[rpc.WatchPrintJobsResponse]:
        """Stream the calling printer's jobs."""
        device_id, woken = _device(), False
        with self._bell.listening(request.restaurant_id, device_id) as ring:
            while True:
                ring.clear()
                sent = 0
                while (job := await self._jobs.take(request.restaurant_id, device_id)) is not None:
                    content = await self._rendered(job)
                    if content is not None:
                        yield rpc.WatchPrintJobsResponse(job=mapping.job(job), content=content)
                        sent += 1
                if not (woken and sent):
                    yield rpc.WatchPrintJobsResponse()
                woken = await _rings(ring)

    async def _rendered(self, job: Document) -> bytes | None:
        """Return a job as its printer takes it; None when that fails, which is a bug and ends the job."""
        lines = [Line(text, Style(style)) for style, text in job["paper"]]
        try:
            return await asyncio.to_thread(RENDERERS[job["format"]], lines, job["columns"])
        except Exception as error:  # noqa: BLE001  one paper that can't be drawn must not hold up all others
            log.error("print_job_not_rendered", job_id=job["_id"], exc_info=error)
            reason = "it could not be rendered"
            await self._jobs.end(job["restaurantId"], job["printerId"], job["_id"], "FAILED", reason)
            return None

    async def AcknowledgePrintJob(
        self, request: rpc.AcknowledgePrintJobRequest, context: Context
    ) -> rpc.AcknowledgePrintJobResponse:
        """Note how a job ended."""
        reason = request.reason.strip()
        if (request.state == rpc.PRINT_JOB_STATE_FAILED) != bool(reason):
            what = "must be empty for a job that was printed" if reason else "must say why the job failed"
            raise InvalidInput([FieldViolation("reason", what)])
        state = rpc.PrintJobState.Name(request.state).removeprefix(_STATE)
        ended = await self._jobs.end(request.restaurant_id, _device(), request.job_id, state, reason)
        self._bell.ring(_device())  # the next one may come; a stream at another replica looks every second
        if reason:
            log.warning("print_job_failed", printer_id=_device(), job_id=request.job_id)
        return rpc.AcknowledgePrintJobResponse(job=mapping.job(ended))

    async def PrintOrder(self, request: rpc.PrintOrderRequest, context: Context) -> rpc.PrintOrderResponse:
        """Queue a receipt or a ticket."""
        place = (request.restaurant_id, request.location_id.lower())
        # The id of the job follows from it: even a call that was killed half-way is not carried out twice.
        key = f"{current_call().principal}\n{request.request_id}" if request.request_id else ""
        job = await self._shop.make(place, request.order_id, request.printer_id, request.station_id, key)
        return rpc.PrintOrderResponse(data=mapping.job(job))

    async def ListPrintJobs(self, request: rpc.ListPrintJobsRequest, context: Context) -> rpc.ListPrintJobsResponse:
        """Return a location's newest jobs; to a printer its own."""
        caller = current_call().principal
        mine = caller.subject if caller.device is DeviceKind.PRINTER else ""
        found = await self._jobs.newest(request.restaurant_id, request.location_id, mine)
        return rpc.ListPrintJobsResponse(data=[mapping.job(document) for document in found])


async def _rings(ring: asyncio.Event) -> bool:
    """Wait for the bell, or until it is time for a heartbeat."""
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS):
            return await ring.wait()
    except TimeoutError:
        return False


def _device() -> str:
    return current_call().principal.subject
