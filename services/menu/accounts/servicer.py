"""PaymentAccountService: RPCs in and out."""

from __future__ import annotations

from orderbuddy.menu.v1 import payment_account_service_pb2 as rpc
from orderbuddy.menu.v1 import payment_account_service_pb2_grpc as rpc_grpc

from services.kit.interceptor import Context
from services.menu.accounts.repository import AccountChange, AccountRepository


class PaymentAccountServicer(rpc_grpc.PaymentAccountServiceServicer):
    """Serves the Payment service."""

    def __init__(self, accounts: AccountRepository) -> None:
        self._accounts = accounts

    async def ListPaymentAccounts(
        self, request: rpc.ListPaymentAccountsRequest, context: Context
    ) -> rpc.ListPaymentAccountsResponse:
        """Return accounts as they are stored."""
        found = await self._accounts.accounts(request.restaurant_id, request.location_id)
        accounts = [
            rpc.PaymentAccount(
                restaurant_id=d["restaurantId"],
                location_id=str(d["_id"]),
                oid=d["payment"]["oid"],
                auth=d["payment"]["auth"],
            )
            for d in found
        ]
        return rpc.ListPaymentAccountsResponse(accounts=accounts)

    async def StorePaymentAccount(
        self, request: rpc.StorePaymentAccountRequest, context: Context
    ) -> rpc.StorePaymentAccountResponse:
        """Change an account."""
        change = AccountChange(
            oid=request.oid if request.HasField("oid") else None,
            auth=request.auth if request.HasField("auth") else None,
            accept_payment=request.accept_payment if request.HasField("accept_payment") else None,
            wallets_public_id=(
                request.emergepay_wallets_public_id if request.HasField("emergepay_wallets_public_id") else None
            ),
        )
        await self._accounts.store(request.restaurant_id, request.location_id, change)
        return rpc.StorePaymentAccountResponse()
