"""An order on its way to paper, through the whole system: keys, a till, a printer's agent, and what people ask for."""

from __future__ import annotations

import pathlib
from typing import Any

import httpx

from tests.integration.test_examples import NetworkPrinter, agent_process, environment, run
from tests.servers.printer_agent import decode
from tests.support import eventually
from tests.system.staff import make_owner, sign_in
from tools.demo_data import DEMO
from tools.processes import Stack

PLACE = f"{DEMO.restaurant_id}/{DEMO.location_id}"


async def test_an_order_is_printed_and_printed_again_when_asked(stack: Stack, tmp_path: pathlib.Path) -> None:
    printer = NetworkPrinter()
    server = await printer.start()
    async with httpx.AsyncClient(base_url=stack.edge_url, timeout=30) as http, server:
        await make_owner(stack, await sign_in(http, "printing@example.test"), DEMO.restaurant_id)

        async def a_key(kind: str) -> dict[str, str]:
            answer = await http.post(f"/devices/{PLACE}", json={"kind": kind, "name": kind})
            assert answer.is_success, answer.text
            key = answer.json()["data"]["key"]
            return environment(
                key,
                ORDERBUDDY_RESTAURANT=DEMO.restaurant_id,
                ORDERBUDDY_LOCATION=DEMO.location_id,
                ORDERBUDDY_ORDERING_ADDRESS=stack.address("ordering"),
                ORDERBUDDY_STATION_ADDRESS=stack.address("station"),
                ORDERBUDDY_PRINTER=printer.address,
                ORDERBUDDY_PRINTER_MEMORY=str(tmp_path / "printed"),
            )

        async def listed(what: str) -> list[dict[str, Any]]:
            found: list[dict[str, Any]] = (await http.get(f"/printing/{PLACE}/{what}")).json()["data"]
            return found

        async def is_registered() -> bool:
            return bool(await listed("printers"))

        async with agent_process(await a_key("printer")):
            await eventually(is_registered, 30)
            till = await a_key("pos")
            code, order_id, problem = await run("pos", till, "order", "till-1/1", "flan")
            assert (code, problem) == (0, "")
            await run("pos", till, "accept", order_id)
            await eventually(lambda: len(printer.papers) == 1)
            (registered,) = await listed("printers")
            asked = await http.post(
                f"/printing/{PLACE}/jobs", json={"orderId": order_id, "printerId": registered["_id"]}
            )
            assert (asked.status_code, asked.json()["data"]["state"]) == (201, "QUEUED"), asked.text
            await eventually(lambda: len(printer.papers) == 2)
    assert printer.papers[0] == printer.papers[1]
    first = [line.text for line in decode(printer.papers[0])]
    assert any(line.startswith("1 x ") for line in first)
    assert any(line.startswith("Total") for line in first)
