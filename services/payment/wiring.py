"""How the service is put together."""

from __future__ import annotations

from collections.abc import Sequence

from orderbuddy.payment.v1 import payment_service_pb2, payment_service_pb2_grpc

from services.kit.crash import CrashPoints
from services.kit.server import Runtime
from services.kit.vault import Vault
from services.payment.adapters.accounts import Accounts
from services.payment.adapters.counter import Counter
from services.payment.adapters.orders import Orders
from services.payment.backlog import PaymentBacklog
from services.payment.checking import Checking
from services.payment.events import PaymentEvents
from services.payment.gateway import PaymentGateway
from services.payment.gateways import Gateways
from services.payment.holding import Holding
from services.payment.paying import Paying
from services.payment.reconciler import Reconciler
from services.payment.repository import INDEXES, BillRepository
from services.payment.reversing import Reversing
from services.payment.saga import Saga
from services.payment.servicer import COUNTER, EMERGEPAY, PaymentServicer
from services.payment.watching import Watching


def assemble(runtime: Runtime, emergepay: PaymentGateway, keys: Sequence[bytes], crash: CrashPoints) -> Reconciler:
    """Put the service together; return its reconciler, which runs as one of its tasks."""
    settings, clock = runtime.settings, runtime.clock
    bills = BillRepository(runtime.db)
    accounts = Accounts(runtime.connections, settings.menu_address, runtime.assertions, Vault(keys))
    orders = Orders(runtime.connections, settings.ordering_address, runtime.assertions)
    gateways = Gateways({EMERGEPAY: emergepay, COUNTER: Counter()}, accounts)
    holding = Holding(bills, clock, crash)
    saga = Saga(holding, gateways, orders, clock)
    reconciler, events = Reconciler(bills, holding, saga, clock), PaymentEvents(bills)
    paying = Paying(bills, holding, saga, orders, clock)
    runtime.serve(
        payment_service_pb2.DESCRIPTOR,
        payment_service_pb2_grpc.add_PaymentServiceServicer_to_server,
        PaymentServicer(
            bills,
            paying,
            Reversing(bills, holding, saga.giving_back, orders),
            Checking(bills, gateways, reconciler, clock),
            Watching(bills, events),
            gateways,
            accounts,
            orders,
            clock,
        ),
    )
    runtime.indexes += INDEXES
    runtime.backlogs.append(PaymentBacklog(bills, clock).ask)
    runtime.closing.append(paying.finish)
    runtime.tasks["payments"] = events.run
    runtime.tasks["reconciler"] = reconciler.run
    return reconciler
