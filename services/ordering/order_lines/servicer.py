"""OrderLineService: RPCs in and out."""

from __future__ import annotations

from orderbuddy.ordering.v1 import line_service_pb2 as rpc
from orderbuddy.ordering.v1 import line_service_pb2_grpc as rpc_grpc
from orderbuddy.ordering.v1 import order_pb2

from services.kit.context import current_call
from services.kit.interceptor import Context
from services.ordering import mapping
from services.ordering.order_lines.changing import LineChanges
from services.ordering.order_lines.plan import LineChange
from services.ordering.order_lines.steps import LineStep

LineRequest = (
    rpc.StartOrderLinesRequest | rpc.CompleteOrderLinesRequest | rpc.RecallOrderLinesRequest | rpc.VoidOrderLinesRequest
)


class OrderLineServicer(rpc_grpc.OrderLineServiceServicer):
    """Serves what the kitchen does."""

    def __init__(self, changes: LineChanges) -> None:
        self._changes = changes

    async def StartOrderLines(
        self, request: rpc.StartOrderLinesRequest, context: Context
    ) -> rpc.StartOrderLinesResponse:
        """Say that lines are being made."""
        return rpc.StartOrderLinesResponse(order=await self._take(LineStep.STARTED, request))

    async def CompleteOrderLines(
        self, request: rpc.CompleteOrderLinesRequest, context: Context
    ) -> rpc.CompleteOrderLinesResponse:
        """Say that lines are made, and that a station has seen what was taken back."""
        seen = request.seen_version if request.HasField("seen_version") else None
        order = await self._take(LineStep.COMPLETED, request, station_id=request.station_id, seen_version=seen)
        return rpc.CompleteOrderLinesResponse(order=order)

    async def RecallOrderLines(
        self, request: rpc.RecallOrderLinesRequest, context: Context
    ) -> rpc.RecallOrderLinesResponse:
        """Take steps back."""
        seen = request.seen_version if request.HasField("seen_version") else None
        return rpc.RecallOrderLinesResponse(order=await self._take(LineStep.RECALLED, request, seen_version=seen))

    async def VoidOrderLines(self, request: rpc.VoidOrderLinesRequest, context: Context) -> rpc.VoidOrderLinesResponse:
        """Take lines back that will not be made."""
        order = await self._take(LineStep.VOIDED, request, reason=request.reason)
        return rpc.VoidOrderLinesResponse(order=order)

    async def SetOrderItemStatus(
        self, request: rpc.SetOrderItemStatusRequest, context: Context
    ) -> rpc.SetOrderItemStatusResponse:
        """Start or complete, as the old route does."""
        change = LineChange(
            restaurant_id="",
            order_id=request.order_id,
            line_ids=[request.item_id],
            step=LineStep(request.order_item_status),
            request_id=request.request_id,
            as_old_route=True,
        )
        await self._changes.carry_out(change, current_call())
        text = f"Order item {request.order_item_status.lower()} successfully"
        return rpc.SetOrderItemStatusResponse(data=True, message=text)

    async def _take(
        self,
        step: LineStep,
        request: LineRequest,
        *,
        reason: str = "",
        station_id: str = "",
        seen_version: int | None = None,
    ) -> order_pb2.OrderRecord:
        change = LineChange(
            restaurant_id=request.restaurant_id,
            order_id=request.order_id,
            line_ids=list(request.line_ids),
            step=step,
            version=request.version if request.HasField("version") else None,
            request_id=request.request_id,
            reason=reason,
            station_id=station_id,
            seen_version=seen_version,
        )
        return mapping.record(await self._changes.carry_out(change, current_call()))
