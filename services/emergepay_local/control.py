"""Controls of the local EmergePay, for tests and for whoever tries things out.

POST   /control/forms/{token}   {"number": …}: what the guest does in the vendor's form
POST   /control/faults          [{"kind", "after", "call", "external_id", "times", "seconds"}, …], or for chance
                                {"share", "seed", "likely": [fault, …]}
DELETE /control/faults          behave again
GET    /control/ledger          transactions, and totals in cents
POST   /control/reset           forget everything
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.emergepay_local.faults import Fault, Faults
from services.emergepay_local.ledger import Ledger, Problem
from services.emergepay_local.reading import json_object, refused, text
from services.emergepay_local.wire import HEADERS

if TYPE_CHECKING:
    from services.emergepay_local.app import LocalEmergePay


def controls(server: LocalEmergePay) -> list[Route]:
    """Return the routes of a server's controls."""

    async def form(request: Request) -> Response:
        try:
            found = server.ledger.enter_card(request.path_params["token"], text(await json_object(request), "number"))
        except Problem as problem:
            return refused(problem)
        return JSONResponse({"state": found.state}, headers=HEADERS)

    async def faults(request: Request) -> Response:
        if request.method == "DELETE":
            server.faults.clear()
            return JSONResponse({}, headers=HEADERS)
        try:
            _set(server.faults, await request.body())
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            return refused(Problem(400, f"not a fault: {error!r}"))
        return JSONResponse({}, headers=HEADERS)

    async def ledger(_request: Request) -> Response:
        return JSONResponse(ledger_as_json(server.ledger), headers=HEADERS)

    async def reset(_request: Request) -> Response:
        server.reset()
        return JSONResponse({}, headers=HEADERS)

    return [
        Route("/control/forms/{token}", form, methods=["POST"]),
        Route("/control/faults", faults, methods=["POST", "DELETE"]),
        Route("/control/ledger", ledger, methods=["GET"]),
        Route("/control/reset", reset, methods=["POST"]),
    ]


def ledger_as_json(ledger: Ledger) -> dict[str, object]:
    """Return transactions in the order in which they came, and totals in cents."""
    totals = ledger.totals()
    records = [asdict(r) | {"approved": r.approved} for r in ledger.records]
    return {"totals": asdict(totals) | {"kept": totals.kept}, "transactions": records}


def _set(faults: Faults, content: bytes) -> None:
    body = orjson.loads(content)
    if isinstance(body, dict):
        likely = [Fault.parse(found) for found in body.get("likely", [])]
        faults.at_random(float(body["share"]), int(body["seed"]), likely)
    else:
        faults.script += [Fault.parse(found) for found in body]
