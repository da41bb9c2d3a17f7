"""StaffOrderService: RPCs in and out."""

from __future__ import annotations

from orderbuddy.ordering.v1 import staff_order_service_pb2 as rpc
from orderbuddy.ordering.v1 import staff_order_service_pb2_grpc as rpc_grpc

from services.kit.context import current_call
from services.kit.errors import NotFound
from services.kit.interceptor import Context
from services.kit.mongo import object_id
from services.kit.values import text
from services.ordering.reports import mapping
from services.ordering.reports.repository import ReportRepository
from services.ordering.reports.sales import Sales
from services.ordering.repository import OrderRepository
from services.ordering.transitions import Step, Transitions


def _no_order() -> NotFound:
    return NotFound("ORDER_NOT_FOUND", "there is no such order", metadata={"field": "order_id"})


class StaffOrderServicer(rpc_grpc.StaffOrderServiceServicer):
    """Serves orders to the people who make them."""

    def __init__(
        self, orders: OrderRepository, reports: ReportRepository, sales: Sales, transitions: Transitions
    ) -> None:
        self._orders = orders
        self._reports = reports
        self._sales = sales
        self._transitions = transitions

    async def ListTodaysOrders(
        self, request: rpc.ListTodaysOrdersRequest, context: Context
    ) -> rpc.ListTodaysOrdersResponse:
        """Return today's orders."""
        found = await self._sales.today(request.restaurant_id, request.location_id)
        return rpc.ListTodaysOrdersResponse(orders=[mapping.staff_order(order) for order in found])

    async def ListOrderHistory(
        self, request: rpc.ListOrderHistoryRequest, context: Context
    ) -> rpc.ListOrderHistoryResponse:
        """Return a day's orders."""
        found = await self._sales.history(request.restaurant_id, request.location_id, request.date)
        return rpc.ListOrderHistoryResponse(orders=[mapping.staff_order(order) for order in found])

    async def GetStaffOrder(self, request: rpc.GetStaffOrderRequest, context: Context) -> rpc.GetStaffOrderResponse:
        """Return an order."""
        location_id = object_id(request.location_id, "locationId", "INVALID_LOCATION")
        order_id = object_id(request.order_id, "orderId", "ORDER_NOT_FOUND")
        order = await self._reports.order((request.restaurant_id, location_id), order_id)
        if order is None:
            raise _no_order()
        return rpc.GetStaffOrderResponse(data=mapping.staff_order(order))

    async def SetOrderStatus(self, request: rpc.SetOrderStatusRequest, context: Context) -> rpc.SetOrderStatusResponse:
        """Move an order on."""
        call = current_call()
        order = await self._orders.order(object_id(request.order_id, "orderId", "ORDER_NOT_FOUND"))
        if order is None:
            raise _no_order()
        restaurant_id = text(order.get("restaurantId"))
        call.require(restaurant_id)
        call.require_location(text(order.get("locationId")))
        step = Step(
            restaurant_id=restaurant_id,
            order_id=request.order_id,
            target=request.order_status,
            version=None,
            request_id=request.request_id,
            may_skip=True,
        )
        await self._transitions.move(step, call)
        return rpc.SetOrderStatusResponse(done=True)
