"""A printer's agent: takes print jobs from OrderBuddy and sends them to a receipt printer on the network.

    python -m examples.printer_agent

Reads ORDERBUDDY_STATION_ADDRESS (host:port), ORDERBUDDY_DEVICE_KEY, ORDERBUDDY_RESTAURANT, ORDERBUDDY_LOCATION,
ORDERBUDDY_PRINTER (host:port; 9100 is usual), ORDERBUDDY_PRINTER_STATIONS (ids or `unrouted`, with commas between;
none: it prints receipts) and ORDERBUDDY_PRINTER_MEMORY, a file where it notes what it has printed.
"""

from __future__ import annotations

import asyncio
import os
import pathlib
import sys

from grpclib.client import Channel
from grpclib.const import Status
from grpclib.exceptions import GRPCError, StreamTerminatedError
from orderbuddy_client.orderbuddy.station.v1 import (
    AcknowledgePrintJobRequest,
    PrintFormat,
    PrintJob,
    PrintJobState,
    PrintServiceStub,
    RegisterPrinterRequest,
    WatchPrintJobsRequest,
)

DEADLINE_SECONDS = 5.0
SILENCE_SECONDS = 20.0
"""A stream without even a heartbeat for so long is dead."""

REMEMBERED = 10_000
FINAL = (Status.UNAUTHENTICATED, Status.PERMISSION_DENIED, Status.INVALID_ARGUMENT, Status.NOT_FOUND)
"""Trying again would not help: the key was revoked, or the settings are wrong."""


class Memory:
    """Ids of printed jobs, in a file: a job that comes again because its acknowledgement was lost is known."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        self._ids = dict.fromkeys(path.read_text("ascii").split()[-REMEMBERED:] if path.exists() else [])
        path.write_text("".join(f"{job_id}\n" for job_id in self._ids), "ascii")

    def __contains__(self, job_id: str) -> bool:
        return job_id in self._ids

    def add(self, job_id: str) -> None:
        """Note a job."""
        self._ids[job_id] = None
        with self._path.open("a", encoding="ascii") as file:
            file.write(f"{job_id}\n")
            file.flush()
            os.fsync(file.fileno())


async def send_to_printer(address: str, content: bytes) -> None:
    """Print. Raises OSError, TimeoutError."""
    host, _, port = address.rpartition(":")
    async with asyncio.timeout(DEADLINE_SECONDS):
        _, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(content)
            await writer.drain()
        finally:
            writer.close()
            await writer.wait_closed()


class Agent:
    """One printer's agent."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._printer = os.environ["ORDERBUDDY_PRINTER"]
        self._stations = [s for s in os.environ.get("ORDERBUDDY_PRINTER_STATIONS", "").split(",") if s]
        self._place = {
            "restaurant_id": os.environ["ORDERBUDDY_RESTAURANT"],
            "location_id": os.environ["ORDERBUDDY_LOCATION"],
        }

    async def run(self) -> None:
        """Print for ever: the stream may end at any time, and goes on where it was. Raises GRPCError."""
        host, _, port = os.environ["ORDERBUDDY_STATION_ADDRESS"].rpartition(":")
        metadata = {"authorization": f"Device {os.environ['ORDERBUDDY_DEVICE_KEY']}"}
        while True:
            async with Channel(host, int(port)) as channel:
                try:
                    await self._work(PrintServiceStub(channel, metadata=metadata))
                except (OSError, TimeoutError, StreamTerminatedError, GRPCError) as error:
                    if isinstance(error, GRPCError) and error.status in FINAL:
                        raise
                    print(f"disconnected: {error!r}", file=sys.stderr)
            await asyncio.sleep(1)

    async def _work(self, service: PrintServiceStub) -> None:
        await service.register_printer(
            RegisterPrinterRequest(
                **self._place,
                name="Printer",
                format=PrintFormat.ESC_POS,
                columns=42,
                language="en",
                receipts=not self._stations,
                station_ids=self._stations,
            ),
            timeout=DEADLINE_SECONDS,
        )
        stream = aiter(service.watch_print_jobs(WatchPrintJobsRequest(**self._place)))
        while True:
            async with asyncio.timeout(SILENCE_SECONDS):
                message = await anext(stream, None)
            if message is None:
                return
            if message.job is not None:
                await self._take(service, message.job, message.content)

    async def _take(self, service: PrintServiceStub, job: PrintJob, content: bytes) -> None:
        """Print a job, note it, acknowledge it: in this order, so that a crash prints twice rather than never."""
        state, reason = PrintJobState.PRINTED, ""
        if job.id not in self._memory:
            try:
                await send_to_printer(self._printer, content)
                self._memory.add(job.id)
            except (OSError, TimeoutError) as error:
                # People see it in the list of jobs and print again. Saying nothing would have it sent again instead.
                state, reason = PrintJobState.FAILED, f"the printer can't be reached ({type(error).__name__})"
        acknowledgement = AcknowledgePrintJobRequest(**self._place, job_id=job.id, state=state, reason=reason)
        try:
            await service.acknowledge_print_job(acknowledgement, timeout=DEADLINE_SECONDS)
        except GRPCError as error:
            if error.status not in (Status.FAILED_PRECONDITION, Status.NOT_FOUND):  # ended otherwise, or too old
                raise
        print(job.id, job.order_code, state.name, flush=True)


if __name__ == "__main__":
    try:
        asyncio.run(Agent(Memory(pathlib.Path(os.environ["ORDERBUDDY_PRINTER_MEMORY"]))).run())
    except GRPCError as error:
        sys.exit(f"refused: {error.status.name}: {error.message}")
    except KeyboardInterrupt:
        pass
