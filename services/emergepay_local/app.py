"""The local EmergePay's HTTP interface: the vendor's calls. How they are answered: `calls.py`; controls: `control.py`.

POST   /virtualterminal/v1/orgs/{oid}/transactions/start
PUT    /virtualterminal/v1/orgs/{oid}/transactions/checkout/{token}
POST   /virtualterminal/v1/orgs/{oid}/transactions/wallets
PUT    /virtualterminal/v1/orgs/{oid}/transactions/void, …/tokenizedRefund, …/acknowledgements/{external id}
GET    /virtualterminal/v1/orgs/{oid}/transactions/{external id}
DELETE /virtualterminal/v1/transactions/{token}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.emergepay_local.calls import Act, Call, Calls, Json
from services.emergepay_local.control import controls
from services.emergepay_local.faults import Fault, FaultKind, Faults
from services.emergepay_local.journal import Journal
from services.emergepay_local.ledger import Asked, Habits, Ledger, Problem, Record
from services.emergepay_local.page import page_routes
from services.emergepay_local.reading import text, text_or, transaction_data
from services.emergepay_local.wire import transaction_response
from services.kit.telemetry import log

BASE: Final = "/virtualterminal/v1"
_TRANSACTIONS: Final = BASE + "/orgs/{oid}/transactions"

Charging = Callable[[Asked], Record]


class LocalEmergePay:
    """The server: its ledger, its faults, and what it was asked.

    `merchants` are the tokens by organisation; without them any organisation is served, with the token that it comes
    with first.
    """

    def __init__(
        self,
        journal: Journal | None = None,
        habits: Habits | None = None,
        merchants: Mapping[str, str] | None = None,
    ) -> None:
        self._journal = journal or Journal()
        self.ledger = Ledger(habits, self._journal)
        self.faults = Faults()
        self.calls = Calls(self.faults, self._journal, merchants)
        for entry in self._journal.read():
            if "reset" in entry:
                self._forget()
            self.ledger.take_in(entry)
            self.calls.take_in(entry)
        self.app = Starlette(routes=self._routes())

    def reset(self) -> None:
        """Forget everything."""
        self._journal.write({"reset": True})
        self._forget()

    def _forget(self) -> None:
        self.ledger.clear()
        self.faults.clear()
        self.calls.clear()

    def _routes(self) -> list[Route]:
        return [
            Route(f"{_TRANSACTIONS}/start", self.start, methods=["POST"]),
            Route(f"{_TRANSACTIONS}/wallets", self.wallets, methods=["POST"]),
            Route(_TRANSACTIONS + "/checkout/{token}", self.checkout, methods=["PUT"]),
            Route(f"{_TRANSACTIONS}/void", self.void, methods=["PUT"]),
            Route(f"{_TRANSACTIONS}/tokenizedRefund", self.refund, methods=["PUT"]),
            Route(_TRANSACTIONS + "/acknowledgements/{id}", self.acknowledge, methods=["PUT"]),
            Route(_TRANSACTIONS + "/{id}", self.find, methods=["GET"]),
            Route(BASE + "/transactions/{token}", self.cancel, methods=["DELETE"]),
            *controls(self),
            *page_routes(self),
        ]

    async def start(self, request: Request) -> Response:
        """Give out a form's token."""
        data = await transaction_data(request)

        def act(_decline: str | None) -> Json:
            if "error" in _oid(request):
                raise Problem(400, "Invalid organization")
            if data.get("submissionType") != "manual":
                fields = {f.get("id") for f in data.get("fields") or [] if isinstance(f, dict)}
                if not {"base_amount", "external_tran_id"} <= fields:
                    raise Problem(400, "fields must contain base_amount and external_tran_id")
            return {"transactionToken": self.ledger.start(_oid(request), text(data, "transactionType")).token}

        return await self.calls.answer(request, Call("start", act))

    async def checkout(self, request: Request) -> Response:
        """Charge what was entered in a form."""
        data, token = await transaction_data(request), request.path_params["token"]
        act = _charging(lambda asked: self.ledger.check_out(token, asked), request, data)
        return await self.calls.answer(request, Call("checkout", act, data, _fault_of(token)))

    async def wallets(self, request: Request) -> Response:
        """Charge a wallet."""
        data = await transaction_data(request)
        token = data.get("token")
        words = str(token.get("data", "")) if isinstance(token, dict) else ""
        act = _charging(lambda asked: self.ledger.charge_wallet(words, asked), request, data)
        return await self.calls.answer(request, Call("wallets", act, data, _fault_of(words)))

    async def void(self, request: Request) -> Response:
        """Undo a sale."""
        data = await transaction_data(request)

        def act(decline: str | None) -> Json:
            unique_id, external_id = text(data, "uniqueTransId"), text(data, "externalTransactionId")
            return _told(self.ledger.void(_oid(request), unique_id, external_id, decline))

        return await self.calls.answer(request, Call("void", act, data))

    async def refund(self, request: Request) -> Response:
        """Give back a sale, or a part of it."""
        data = await transaction_data(request)

        def act(decline: str | None) -> Json:
            unique_id, external_id = text(data, "uniqueTransId"), text(data, "externalTransactionId")
            return _told(self.ledger.refund(_oid(request), unique_id, external_id, text(data, "amount"), decline))

        return await self.calls.answer(request, Call("refund", act, data))

    async def find(self, request: Request) -> Response:
        """Tell of a transaction."""
        name = request.path_params["id"]
        act = lambda _: transaction_response(self.ledger.find(_oid(request), name))  # noqa: E731
        return await self.calls.answer(request, Call("find", act, {"externalTransactionId": name}))

    async def acknowledge(self, request: Request) -> Response:
        """Note that the merchant knows of a transaction."""
        name = request.path_params["id"]

        def act(_decline: str | None) -> Json:
            self.ledger.find(_oid(request), name)
            return {}

        return await self.calls.answer(request, Call("acknowledge", act, {"externalTransactionId": name}))

    async def cancel(self, request: Request) -> Response:
        """End a form; whoever has its token may."""

        def act(_decline: str | None) -> Json:
            self.ledger.cancel(request.path_params["token"])
            return {}

        return await self.calls.answer(request, Call("cancel", act))


def _charging(charge: Charging, request: Request, data: Json) -> Act:
    def act(decline: str | None) -> Json:
        asked = Asked(
            organisation=_oid(request),
            external_id=text(data, "externalTransactionId"),
            amount=text(data, "amount"),
            tip=text_or(data, "tipAmount", "0.00"),
            reference=text_or(data, "transactionReference", ""),
            decline=decline,
        )
        return _told(charge(asked))

    return act


def _told(record: Record) -> Json:
    log.info("transaction", note="no real money", kind=record.kind, cents=record.cents, result=record.message)
    return transaction_response(record)


def _fault_of(words: str) -> Fault | None:
    """Return what recordings ask for by the words in their tokens, always before anything is charged."""
    if "noresp" in words:
        return Fault(FaultKind.RESET)
    return Fault(FaultKind.SERVER_ERROR) if "error" in words else None


def _oid(request: Request) -> str:
    oid: str = request.path_params["oid"]
    return oid
