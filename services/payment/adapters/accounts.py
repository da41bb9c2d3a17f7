"""Locations' accounts at the gateway: the Menu service keeps them, only this service can read them."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Final, TypeVar

import grpc
from google.protobuf.message import Message
from orderbuddy.menu.v1 import payment_account_service_pb2 as rpc
from orderbuddy.menu.v1 import payment_account_service_pb2_grpc as rpc_grpc

from services.kit.channels import Connections
from services.kit.errors import NotFound, Refused
from services.kit.interceptor import REQUEST_ID_KEY
from services.kit.principal import METADATA_KEY, Assertions, CallerKind, Principal
from services.kit.status import from_rpc_error
from services.kit.telemetry import log
from services.kit.vault import Unreadable, Vault
from services.payment.gateway import Account

_SECONDS: Final = 3.0
_SELF: Final = Principal(CallerKind.SERVICE, "payment")

Answer = TypeVar("Answer", bound=Message)


class Accounts:
    """Asks the Menu service. Make it in the loop that it serves.

    Every method raises what the Menu service raised, or Unavailable when it is away.
    """

    def __init__(self, connections: Connections, address: str, assertions: Assertions, vault: Vault) -> None:
        channel = connections.open(address, rpc.DESCRIPTOR)
        self._stub = rpc_grpc.PaymentAccountServiceStub(channel)
        self._assertions = assertions
        self.vault = vault

    async def of(self, restaurant_id: str, location_id: str, request_id: str) -> Account:
        """Return a location's account, or without location that of the restaurant's first one that has one.

        Raises NotFound (NO_PAYMENT_ACCOUNT), Refused for one that can't be read.
        """
        request = rpc.ListPaymentAccountsRequest(restaurant_id=restaurant_id, location_id=location_id)
        answer: rpc.ListPaymentAccountsResponse = await self._ask(
            self._stub.ListPaymentAccounts(request, metadata=self._metadata(request_id), timeout=_SECONDS)
        )
        if not answer.accounts:
            text = "no payment account is set up here"
            raise NotFound(
                "NO_PAYMENT_ACCOUNT", text, metadata={"field": "location_id" if location_id else "restaurant_id"}
            )
        stored = answer.accounts[0]
        try:
            token = self.vault.open(stored.auth, stored.location_id)
        except Unreadable as error:
            log.error("payment_account_unreadable", restaurant=restaurant_id, location=stored.location_id)
            raise Refused("PAYMENT_ACCOUNT_UNREADABLE", "the payment account can't be read; set it anew") from error
        return Account(stored.oid, token)

    async def store(self, request: rpc.StorePaymentAccountRequest, principal: Principal, request_id: str) -> None:
        """Store what is set, its token sealed."""
        if request.HasField("auth"):
            request.auth = self.vault.seal(request.auth, request.location_id)
        await self._ask(self._stub.StorePaymentAccount(request, metadata=self._metadata(request_id), timeout=_SECONDS))
        log.info("payment_account_set", location=request.location_id, actor=str(principal))

    def _metadata(self, request_id: str) -> tuple[tuple[str, str], ...]:
        return ((METADATA_KEY, f"Bearer {self._assertions.sign(_SELF)}"), (REQUEST_ID_KEY, request_id))

    @staticmethod
    async def _ask(call: Coroutine[Any, Any, Answer]) -> Answer:
        try:
            return await call
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
