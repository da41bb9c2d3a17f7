"""A printer agent: takes its jobs from the Station service, reads what it is sent, and says how each ended.

It reads commands as a printer does, from the ESC/POS reference, and shares no code with what writes them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

import grpc
from orderbuddy.station.v1 import print_service_pb2 as rpc
from orderbuddy.station.v1 import print_service_pb2_grpc as rpc_grpc

_CODE_PAGES: Final = {0: "cp437", 2: "cp850", 3: "cp860", 16: "cp1252", 18: "cp852", 19: "cp858"}
_ESC, _GS, _LF = 0x1B, 0x1D, 0x0A


@dataclass(frozen=True)
class Printed:
    """A line on the paper: text with its looks, or a picture of so many dots by so many, in rows of bytes."""

    text: str = ""
    bold: bool = False
    double: bool = False
    picture: tuple[int, int, bytes] | None = None
    cut: bool = False


class Unknown(Exception):
    """A command that this printer does not have."""


class Decoder:
    """Reads ESC/POS."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._text = ""
        self._page = "cp437"
        self._bold = False
        self._double = False
        self.lines: list[Printed] = []

    def decode(self) -> list[Printed]:
        """Return what is on the paper. Raises Unknown."""
        while self._at < len(self._data):
            byte = self._take()
            if byte == _ESC:
                self._escape()
            elif byte == _GS:
                self._group()
            elif byte == _LF:
                self.lines.append(Printed(self._text, self._bold, self._double))
                self._text = ""
            elif byte < 0x20 or byte == 0x7F:
                raise Unknown(f"control character {byte:#x}")
            else:
                self._text += bytes([byte]).decode(self._page)
        assert not self._text, "text that no line feed ends is not printed"
        return self.lines

    def _take(self, count: int = 1) -> int:
        taken = self._data[self._at : self._at + count]
        assert len(taken) == count, "the data end within a command"
        self._at += count
        return int.from_bytes(taken, "little")

    def _escape(self) -> None:
        command = chr(self._take())
        match command:
            case "@":
                self._bold = self._double = False
                self._page = "cp437"
            case "!":
                mode = self._take()
                assert not mode & ~0x38, f"mode {mode:#x}"
                self._bold, self._double = bool(mode & 0x08), mode & 0x30 == 0x30
            case "E":
                self._bold = bool(self._take() & 1)
            case "t":
                self._page = _CODE_PAGES[self._take()]
            case _:
                raise Unknown(f"ESC {command}")

    def _group(self) -> None:
        command = chr(self._take())
        match command:
            case "V":
                if self._take() in (65, 66):  # after feeding so far
                    self._take()
                self.lines.append(Printed(cut=True))
            case "v":
                assert (self._take(), self._take()) == (ord("0"), 0), "raster"
                across, down = self._take(2), self._take(2)
                dots = self._data[self._at : self._at + across * down]
                assert len(dots) == across * down
                self._at += across * down
                self.lines.append(Printed(picture=(across * 8, down, dots)))
            case _:
                raise Unknown(f"GS {command}")


def decode(data: bytes) -> list[Printed]:
    """Return what a printer prints when it is sent that. Raises Unknown."""
    return Decoder(data).decode()


class Behaviour(Enum):
    """What an agent does with its jobs."""

    PRINT = "prints and says so"
    FAIL = "says that there is no paper"
    BE_SILENT = "prints and never says so"
    CRASH_BEFORE_ACKNOWLEDGING = "prints and is gone"
    CRASH_AFTER_ACKNOWLEDGING = "prints, says so and is gone"


class Crash(Exception):
    """The agent was told to crash."""


@dataclass
class PrinterAgent:
    """An agent with a device key (or whatever metadata say who it is)."""

    channel: grpc.aio.Channel
    metadata: Sequence[tuple[str, str]]
    restaurant_id: str
    location_id: str
    behaviour: Behaviour = Behaviour.PRINT
    remembered: set[str] = field(default_factory=set)
    """Ids of what it printed; outlives a crash, as a file would."""
    papers: list[tuple[rpc.PrintJob, bytes]] = field(default_factory=list)
    """What came out of the printer, in that order."""
    received: list[rpc.PrintJob] = field(default_factory=list)
    heartbeats: int = 0

    @property
    def stub(self) -> rpc_grpc.PrintServiceStub:
        return rpc_grpc.PrintServiceStub(self.channel)

    @property
    def place(self) -> dict[str, str]:
        return {"restaurant_id": self.restaurant_id, "location_id": self.location_id}

    async def register(
        self,
        station_ids: Sequence[str] = (),
        *,
        receipts: bool = False,
        print_format: rpc.PrintFormat = rpc.PRINT_FORMAT_ESC_POS,
        columns: int = 42,
        language: str = "en",
    ) -> rpc.RegisteredPrinter:
        """Say what it is."""
        request = rpc.RegisterPrinterRequest(
            **self.place,
            name="Printer",
            format=print_format,
            columns=columns,
            language=language,
            receipts=receipts,
            station_ids=station_ids,
        )
        answer: rpc.RegisterPrinterResponse = await self.stub.RegisterPrinter(request, metadata=self.metadata)
        return answer.printer

    async def run(self) -> None:
        """Take jobs until the stream ends. Raises Crash, AioRpcError."""
        call: Any = self.stub.WatchPrintJobs(rpc.WatchPrintJobsRequest(**self.place), metadata=self.metadata)
        try:
            async for message in call:
                if message.HasField("job"):
                    await self._take(message.job, message.content)
                else:
                    self.heartbeats += 1
        finally:
            call.cancel()

    async def _take(self, job: rpc.PrintJob, content: bytes) -> None:
        self.received.append(job)
        if self.behaviour is Behaviour.FAIL:
            await self.acknowledge(job, rpc.PRINT_JOB_STATE_FAILED, "no paper")
            return
        if job.id not in self.remembered:
            self.remembered.add(job.id)
            self.papers.append((job, content))
        if self.behaviour is Behaviour.CRASH_BEFORE_ACKNOWLEDGING:
            raise Crash
        if self.behaviour is not Behaviour.BE_SILENT:
            await self.acknowledge(job)
        if self.behaviour is Behaviour.CRASH_AFTER_ACKNOWLEDGING:
            raise Crash

    async def acknowledge(
        self, job: rpc.PrintJob, state: rpc.PrintJobState = rpc.PRINT_JOB_STATE_PRINTED, reason: str = ""
    ) -> rpc.PrintJob:
        """Say how a job ended."""
        request = rpc.AcknowledgePrintJobRequest(**self.place, job_id=job.id, state=state, reason=reason)
        answer: rpc.AcknowledgePrintJobResponse = await self.stub.AcknowledgePrintJob(request, metadata=self.metadata)
        return answer.job

    def texts(self) -> list[list[str]]:
        """Return the lines of each paper that came out (of an ESC/POS printer), without the cut."""
        return [[line.text for line in decode(content) if not line.cut] for _, content in self.papers]


class Running:
    """An agent at work; `async with Running(agent)`."""

    def __init__(self, agent: PrinterAgent) -> None:
        self._agent = agent

    async def __aenter__(self) -> asyncio.Task[None]:
        self.task = asyncio.create_task(self._agent.run())
        return self.task

    async def __aexit__(self, *_: object) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
