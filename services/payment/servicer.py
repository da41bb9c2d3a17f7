"""PaymentService: RPCs in and out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp
from orderbuddy.menu.v1 import payment_account_service_pb2 as accounts_rpc
from orderbuddy.payment.v1 import payment_service_pb2 as rpc
from orderbuddy.payment.v1 import payment_service_pb2_grpc as rpc_grpc

from services.kit.clock import Clock
from services.kit.context import Call, current_call
from services.kit.errors import NotFound, Unavailable
from services.kit.interceptor import Context
from services.kit.mongo import object_id
from services.kit.principal import CallerKind
from services.payment import mapping
from services.payment.adapters.accounts import Accounts
from services.payment.adapters.orders import Orders
from services.payment.checking import Checking
from services.payment.gateway import Account, Charge, GatewayRefused, GatewayUnavailable, PaymentGateway, Result
from services.payment.gateways import Gateways
from services.payment.model import Method, Payment, ReversalKind
from services.payment.paying import Means, Paid, Paying
from services.payment.repository import BillRepository
from services.payment.reversing import Reversing, Wanted
from services.payment.wallets import read_wallet
from services.payment.watching import Watching

EMERGEPAY: Final = "emergepay"
COUNTER: Final = "counter"
_PAGE_SIZE, _LARGEST_PAGE = 50, 200
_METHODS: Final = {3: Method.CASH, 4: Method.CARD_AT_TILL}


class PaymentServicer(rpc_grpc.PaymentServiceServicer):
    """Serves guests, tills and the restaurant's people."""

    def __init__(
        self,
        bills: BillRepository,
        paying: Paying,
        reversing: Reversing,
        checking: Checking,
        watching: Watching,
        gateways: Gateways,
        accounts: Accounts,
        orders: Orders,
        clock: Clock,
    ) -> None:
        self._bills = bills
        self._paying = paying
        self._reversing = reversing
        self._checking = checking
        self._watching = watching
        self._gateways = gateways
        self._accounts = accounts
        self._orders = orders
        self._clock = clock

    async def StartPayment(self, request: rpc.StartPaymentRequest, context: Context) -> rpc.StartPaymentResponse:
        """Get a token for the hosted fields."""
        call, restaurant_id, location_id = current_call(), request.restaurant_id, ""
        if request.preview_order_id:
            prepared = await self._orders.prepare(request.preview_order_id, call.request_id)
            restaurant_id, location_id = prepared.restaurant_id, prepared.location_id
        account = await self._accounts.of(restaurant_id, location_id, call.request_id)
        try:
            return rpc.StartPaymentResponse(transaction_token=await self._gateways[EMERGEPAY].start(account))
        except (GatewayUnavailable, GatewayRefused) as error:
            text = "the payment gateway gives no token now; try again"
            raise Unavailable("GATEWAY_AWAY", text, retry_after_seconds=2) from error

    async def CompletePayment(
        self, request: rpc.CompletePaymentRequest, context: Context
    ) -> rpc.CompletePaymentResponse:
        """Charge a card."""
        token = request.transaction_token

        async def charge(gateway: PaymentGateway, account: Account, payment: Payment) -> Result:
            return await gateway.charge(account, token, _charge(payment))

        means = _means(request, current_call(), Method.CARD, token, token, charge)
        paid = await self._paying.pay(means)
        return rpc.CompletePaymentResponse(
            transaction=mapping.transaction(paid.payment),
            order_id=mapping.order_id(paid.bill, paid.payment),
            payment_id=paid.payment.id if paid.payment else "",
            remaining_cents=_remaining(paid),
        )

    async def CompleteWalletPayment(
        self, request: rpc.CompleteWalletPaymentRequest, context: Context
    ) -> rpc.CompleteWalletPaymentResponse:
        """Charge a wallet."""
        wallet, identity = read_wallet(request.transaction_details)

        async def charge(gateway: PaymentGateway, account: Account, payment: Payment) -> Result:
            return await gateway.charge_wallet(account, wallet, _charge(payment))

        means = _means(request, current_call(), Method.WALLET, identity, identity, charge)
        paid = await self._paying.pay(means)
        response = rpc.CompleteWalletPaymentResponse(
            order_id=mapping.order_id(paid.bill, paid.payment),
            payment_id=paid.payment.id if paid.payment else "",
            remaining_cents=_remaining(paid),
        )
        response.transaction.update({"transactionResponse": mapping.transaction(paid.payment)})
        return response

    async def TakeCounterPayment(
        self, request: rpc.TakeCounterPaymentRequest, context: Context
    ) -> rpc.TakeCounterPaymentResponse:
        """Note what was taken at the till."""
        call = current_call()

        async def charge(gateway: PaymentGateway, account: Account, payment: Payment) -> Result:
            return await gateway.charge(account, request.reference, _charge(payment))

        means = Means(
            order_id=request.order_id.lower(),
            gateway=COUNTER,
            method=_METHODS[request.method],
            identity=request.reference,
            reference=f"{COUNTER}:{request.reference}",
            charge=charge,
            amount_cents=request.amount_cents if request.HasField("amount_cents") else None,
            tip_cents=request.tip_cents,
            actor=str(call.principal),
            correlation_id=call.request_id,
            restaurant_id=request.restaurant_id,
            location_id=request.location_id,
        )
        paid = await self._paying.pay(means)
        return rpc.TakeCounterPaymentResponse(
            payment=mapping.payment(paid.bill, paid.payment) if paid.payment else None,
            order_id=mapping.order_id(paid.bill, paid.payment),
            remaining_cents=_remaining(paid),
        )

    async def GetPayment(self, request: rpc.GetPaymentRequest, context: Context) -> rpc.GetPaymentResponse:
        """Return a payment."""
        bill = await self._bills.bill_with(request.restaurant_id, request.payment_id)
        if bill is None:
            raise NotFound("PAYMENT_NOT_FOUND", "the restaurant has no such payment", metadata={"field": "payment_id"})
        return rpc.GetPaymentResponse(payment=mapping.payment(bill, bill.payment(request.payment_id)))

    async def ListPayments(self, request: rpc.ListPaymentsRequest, context: Context) -> rpc.ListPaymentsResponse:
        """Return a page of a location's payments."""
        states = [mapping.state_name(state) for state in request.states]
        bills, next_token = await self._bills.page(
            request.restaurant_id,
            object_id(request.location_id, "locationId", "INVALID_LOCATION"),
            order_id=request.order_id,
            states=states,
            since=_instant(request, "from"),
            until=_instant(request, "until"),
            size=min(request.page_size or _PAGE_SIZE, _LARGEST_PAGE),
            token=request.page_token,
        )
        found = [(bill, p) for bill in bills for p in reversed(bill.payments) if not states or p.state in states]
        payments = [mapping.payment(bill, payment) for bill, payment in found]
        return rpc.ListPaymentsResponse(payments=payments, next_page_token=next_token)

    async def RefundPayment(self, request: rpc.RefundPaymentRequest, context: Context) -> rpc.RefundPaymentResponse:
        """Give money back."""
        call = current_call()
        wanted = Wanted(
            restaurant_id=request.restaurant_id,
            payment_id=request.payment_id,
            reason=request.reason,
            actor=str(call.principal),
            request_id=request.request_id,
            line_ids=tuple(request.line_ids),
            amount_cents=request.amount_cents if request.HasField("amount_cents") else None,
        )
        bill, payment = await self._reversing.give_back(wanted, call.request_id)
        return rpc.RefundPaymentResponse(payment=mapping.payment(bill, payment))

    async def VoidPayment(self, request: rpc.VoidPaymentRequest, context: Context) -> rpc.VoidPaymentResponse:
        """Take a charge back."""
        call = current_call()
        wanted = Wanted(
            restaurant_id=request.restaurant_id,
            payment_id=request.payment_id,
            reason=request.reason,
            actor=str(call.principal),
            request_id=request.request_id,
            kind=ReversalKind.VOID,
        )
        bill, payment = await self._reversing.give_back(wanted, call.request_id)
        return rpc.VoidPaymentResponse(payment=mapping.payment(bill, payment))

    async def ReconcilePayments(
        self, request: rpc.ReconcilePaymentsRequest, context: Context
    ) -> rpc.ReconcilePaymentsResponse:
        """Hold payments against the gateway."""
        now = self._clock.now()
        since, until = _instant(request, "from") or now - timedelta(days=1), _instant(request, "until") or now
        found = await self._checking.check(request.restaurant_id, request.location_id, since, until)
        return rpc.ReconcilePaymentsResponse(
            checked=found.checked,
            agreed=found.agreed,
            discrepancies=[
                rpc.Discrepancy(payment_id=p.id, state=mapping.payment_state(p.state), gateway_says=said)
                for p, said in found.differing
            ],
            taken_cents=found.taken_cents,
            given_back_cents=found.given_back_cents,
        )

    async def SetPaymentAccount(
        self, request: rpc.SetPaymentAccountRequest, context: Context
    ) -> rpc.SetPaymentAccountResponse:
        """Set how a location takes payment."""
        stored = accounts_rpc.StorePaymentAccountRequest(
            restaurant_id=request.restaurant_id, location_id=request.location_id
        )
        if request.HasField("auth_token"):
            stored.oid, stored.auth = request.oid, request.auth_token
        if request.HasField("accept_payment"):
            stored.accept_payment = request.accept_payment
        if request.HasField("emergepay_wallets_public_id"):
            stored.emergepay_wallets_public_id = request.emergepay_wallets_public_id
        call = current_call()
        await self._accounts.store(stored, call.principal, call.request_id)
        return rpc.SetPaymentAccountResponse()

    async def WatchPayments(
        self, request: rpc.WatchPaymentsRequest, context: Context
    ) -> AsyncIterator[rpc.WatchPaymentsResponse]:
        """Stream a location's payments, or to services the changes of all."""
        async with aclosing(self._watching.watch(request)) as stream:
            async for response in stream:
                yield response


def _means(
    request: rpc.CompletePaymentRequest | rpc.CompleteWalletPaymentRequest,
    call: Call,
    method: Method,
    identity: str,
    reference: str,
    charge: Any,
) -> Means:
    return Means(
        order_id=request.preview_order_id.lower(),
        gateway=EMERGEPAY,
        method=method,
        identity=identity,
        reference=reference,
        charge=charge,
        amount_cents=request.amount_cents if request.HasField("amount_cents") else None,
        tip_cents=request.tip_cents,
        actor="guest" if call.principal.kind is CallerKind.ANYONE else str(call.principal),
        correlation_id=call.request_id,
    )


def _charge(payment: Payment) -> Charge:
    return Charge(
        external_id=payment.external_id,
        amount_cents=payment.amount_cents,
        tip_cents=payment.tip_cents,
        reference=payment.id,
    )


def _remaining(paid: Paid) -> int:
    return 0 if paid.payment is None else paid.bill.remaining_cents


def _instant(request: rpc.ListPaymentsRequest | rpc.ReconcilePaymentsRequest, name: str) -> datetime | None:
    # `from` is a word of Python's own, so the field can't be read as an attribute.
    stamp: Timestamp = getattr(request, name)
    return stamp.ToDatetime(UTC) if request.HasField(name) else None
