"""The examples for integrators, run as their users run them, against the real services."""

from __future__ import annotations

import asyncio
import os
import pathlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from orderbuddy.station.v1 import device_service_pb2, device_service_pb2_grpc

from services.kit.mongo import Database
from services.kit.server import Build
from services.kit.settings import ServiceSettings
from services.ordering.__main__ import build as build_ordering
from tests.integration.kitchens import LUNA, MANAGER, PLACE, Kitchen, running_kitchen
from tests.integration.printers import jobs, print_order
from tests.servers.printer_agent import decode
from tests.support import Served, eventually

ROOT = pathlib.Path(__file__).parents[2]
PRINTED, FAILED = 3, 4


@pytest.fixture
async def kitchen(
    settings: ServiceSettings, db: Database, serve: Callable[[str, Build], Awaitable[Served]]
) -> AsyncIterator[Kitchen]:
    async with running_kitchen(settings, db, serve) as running:
        # Tills call a replica that knows where the Station service is, which knows whose a key is.
        settings.station_address = running.station.address
        yield replace(running, ordering=await serve("ordering", build_ordering))


async def a_key(kitchen: Kitchen, kind: str) -> device_service_pb2.IssuedDevice:
    devices = device_service_pb2_grpc.DeviceServiceStub(kitchen.station.channel)
    new = device_service_pb2.IssueDeviceKeyRequest(restaurant_id=LUNA, location_id=PLACE, kind=kind, name="Till")
    issued: device_service_pb2.IssuedDevice = (await devices.IssueDeviceKey(new, metadata=MANAGER)).data
    return issued


def environment(key: str, **more: str) -> dict[str, str]:
    place = {"ORDERBUDDY_RESTAURANT": LUNA, "ORDERBUDDY_LOCATION": PLACE, "ORDERBUDDY_DEVICE_KEY": key}
    return (
        {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}:{ROOT / 'gen'}", "PYTHONWARNINGS": "ignore"} | place | more
    )


async def run(name: str, env: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    """Run an example to its end."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"examples.{name}", *arguments, env=env, cwd=ROOT, stdout=-1, stderr=-1
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode().strip(), err.decode()


async def till(kitchen: Kitchen, key: str, *arguments: str) -> str:
    env = environment(key, ORDERBUDDY_ORDERING_ADDRESS=kitchen.ordering.address)
    code, out, err = await run("pos", env, *arguments)
    assert (code, err) == (0, ""), err
    return out


async def test_a_point_of_sale(kitchen: Kitchen, db: Database) -> None:
    key = (await a_key(kitchen, "pos")).key
    kitchen.menu.put_location(LUNA, PLACE, auto_accept=False)
    assert await till(kitchen, key, "price", "tea", "taco") == "11.03"
    order_id = await till(kitchen, key, "order", "till-1/0042", "tea", "taco")
    again = await asyncio.gather(*(till(kitchen, key, "order", "till-1/0042", "tea", "taco") for _ in range(2)))
    assert again == [order_id, order_id]
    assert await db["orders"].count_documents({}) == 1
    other = await till(kitchen, key, "order", "till-1/0043", "cake")
    code = {i: (await kitchen.document(i))["orderCode"] for i in (order_id, other)}
    await till(kitchen, key, "accept", order_id)
    assert await till(kitchen, key, "ready", order_id) == f"{order_id} {code[order_id]} READY_FOR_PICKUP"
    listed = (await till(kitchen, key, "open")).split("\n")
    assert set(listed) == {f"{order_id} {code[order_id]} READY_FOR_PICKUP", f"{other} {code[other]} CREATED"}
    await till(kitchen, key, "done", order_id)
    assert await till(kitchen, key, "open") == f"{other} {code[other]} CREATED"


async def test_a_point_of_sale_is_told_what_is_wrong(kitchen: Kitchen) -> None:
    key = (await a_key(kitchen, "pos")).key
    env = environment(key, ORDERBUDDY_ORDERING_ADDRESS=kitchen.ordering.address)
    assert (await run("pos", env, "order", "x", "lobster"))[::2] == (
        1,
        "refused: NOT_FOUND: line 1: item 'lobster' is not on the menu\n",
    )
    assert (await run("pos", env))[0] == 2
    code, _, err = await run("pos", {**env, "ORDERBUDDY_DEVICE_KEY": "obd_no"}, "open")
    assert (code, err.split(":")[1].strip()) == (1, "UNAUTHENTICATED")


class NetworkPrinter:
    """A receipt printer on the network."""

    def __init__(self) -> None:
        self.papers: list[bytes] = []
        self.address = ""

    async def _print(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.papers.append(await reader.read())
        writer.close()

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._print, "127.0.0.1", 0)
        host, port = server.sockets[0].getsockname()
        self.address = f"{host}:{port}"
        return server


@asynccontextmanager
async def agent_process(env: dict[str, str]) -> AsyncIterator[None]:
    """Run the printer's agent."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "examples.printer_agent", env=env, cwd=ROOT, stdout=-1, stderr=-1
    )
    try:
        yield
    finally:
        process.kill()
        await process.communicate()


@asynccontextmanager
async def printing(kitchen: Kitchen, key: str, memory: pathlib.Path, printer: str) -> AsyncIterator[None]:
    """Run the agent at the kitchen's location."""
    env = environment(
        key,
        ORDERBUDDY_STATION_ADDRESS=kitchen.station.address,
        ORDERBUDDY_PRINTER=printer,
        ORDERBUDDY_PRINTER_MEMORY=str(memory),
    )
    async with agent_process(env):
        yield


async def test_a_printers_agent(kitchen: Kitchen, db: Database, tmp_path: pathlib.Path) -> None:
    issued, printer, memory = await a_key(kitchen, "printer"), NetworkPrinter(), tmp_path / "printed"
    server = await printer.start()
    try:
        async with printing(kitchen, issued.key, memory, printer.address):
            await eventually(lambda: db["printers"].find_one({}))  # type: ignore[arg-type, return-value]
            order_id = await kitchen.place("tea", "taco")
            await eventually(lambda: db["print_jobs"].find_one({"state": "PRINTED"}))  # type: ignore[arg-type, return-value]
        (job,) = await jobs(kitchen)
        assert (job.order_id, job.printer_id, job.state) == (order_id, issued.device.id, PRINTED)
        (paper,) = printer.papers
        assert [line.text for line in decode(paper)][5:7] == [
            "1 x Tea                               5.00",
            "1 x Taco                              5.00",
        ]
        # As after a crash between printing and acknowledging: it comes again, and is not printed again.
        again = await print_order(kitchen, order_id, printer_id=issued.device.id)
        memory.write_text(f"{again.id}\n")
        async with printing(kitchen, issued.key, memory, printer.address):
            await eventually(lambda: db["print_jobs"].find_one({"_id": again.id, "state": "PRINTED"}))  # type: ignore[arg-type, return-value]
        assert len(printer.papers) == 1
    finally:
        server.close()


async def test_an_agent_that_is_killed_again_and_again_prints_everything(
    kitchen: Kitchen, db: Database, tmp_path: pathlib.Path
) -> None:
    """It is killed as `agent_process` ends: by SIGKILL, in the middle of whatever it is doing."""
    issued, printer, kills = await a_key(kitchen, "printer"), NetworkPrinter(), 5
    server = await printer.start()
    placed: list[str] = []
    async with server:
        for _ in range(kills):
            async with printing(kitchen, issued.key, tmp_path / "printed", printer.address):
                await eventually(lambda: db["printers"].find_one({}))  # type: ignore[arg-type, return-value]
                before = len(printer.papers)
                placed += [await kitchen.place("tea") for _ in range(4)]
                await eventually(lambda before=before: len(printer.papers) > before)  # type: ignore[misc]

        async def all_printed() -> bool:
            return await db["print_jobs"].count_documents({"state": "PRINTED"}) == len(placed)

        async with printing(kitchen, issued.key, tmp_path / "printed", printer.address):
            await eventually(all_printed, 30)
    codes = {(await kitchen.document(order_id))["orderCode"] for order_id in placed}
    texts = [" ".join(line.text for line in decode(paper)) for paper in printer.papers if paper]
    whole = [text for text in texts if "Total" in text]
    assert {code for code in codes if any(code in text for text in whole)} == codes
    assert len(placed) <= len(whole) <= len(placed) + kills, "killed between printing and noting it: once more"


async def test_an_agent_says_why_it_can_not_print(kitchen: Kitchen, db: Database, tmp_path: pathlib.Path) -> None:
    issued = await a_key(kitchen, "printer")
    async with printing(kitchen, issued.key, tmp_path / "printed", "127.0.0.1:1"):
        await eventually(lambda: db["printers"].find_one({}))  # type: ignore[arg-type, return-value]
        await kitchen.place("tea")
        await eventually(lambda: db["print_jobs"].find_one({"state": "FAILED"}))  # type: ignore[arg-type, return-value]
    (job,) = await jobs(kitchen)
    assert (job.state, job.reason) == (FAILED, "the printer can't be reached (ConnectionRefusedError)")
