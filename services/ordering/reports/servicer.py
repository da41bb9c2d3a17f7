"""ReportService: RPCs in and out."""

from __future__ import annotations

from google.api import httpbody_pb2
from orderbuddy.ordering.v1 import report_service_pb2 as rpc
from orderbuddy.ordering.v1 import report_service_pb2_grpc as rpc_grpc

from services.kit.interceptor import Context
from services.kit.values import obj, text, whole
from services.ordering.documents import instant_text
from services.ordering.reports import mapping
from services.ordering.reports.csv_export import dollars, table
from services.ordering.reports.sales import Sales

_CSV = "text/csv; charset=utf-8"
_ORDER_COLUMNS = (
    *("orderId", "orderCode", "status", "startedAt", "endedAt"),
    *("origin", "customer", "lines", "tax", "total"),
)


class ReportServicer(rpc_grpc.ReportServiceServicer):
    """Serves reports."""

    def __init__(self, sales: Sales, tax_rate: float) -> None:
        self._sales = sales
        self._tax_rate = tax_rate

    async def GetSalesSummary(
        self, request: rpc.GetSalesSummaryRequest, context: Context
    ) -> rpc.GetSalesSummaryResponse:
        """Return the sales of the last seven days."""
        week = await self._sales.week(request.restaurant_id, request.location_id)
        days = [mapping.day_sales(date, row, self._tax_rate) for date, row in week.items()]
        return rpc.GetSalesSummaryResponse(success=True, data=days)

    async def GetSalesByItem(self, request: rpc.GetSalesByItemRequest, context: Context) -> rpc.GetSalesByItemResponse:
        """Return a day's sales by item."""
        rows = await self._sales.by_item(request.restaurant_id, request.location_id, request.date)
        return rpc.GetSalesByItemResponse(success=True, data=[mapping.item_sales(row) for row in rows])

    async def GetSalesByOrigin(
        self, request: rpc.GetSalesByOriginRequest, context: Context
    ) -> rpc.GetSalesByOriginResponse:
        """Return a day's sales by origin."""
        rows = await self._sales.by_origin(request.restaurant_id, request.location_id, request.date)
        return rpc.GetSalesByOriginResponse(success=True, data=[mapping.origin_sales(row) for row in rows])

    async def GetCampaignSummary(
        self, request: rpc.GetCampaignSummaryRequest, context: Context
    ) -> rpc.GetCampaignSummaryResponse:
        """Return what came in through a campaign."""
        row = await self._sales.through_campaign(request.restaurant_id, request.location_id, request.campaign_id)
        return mapping.campaign_summary(row)

    async def ExportReport(self, request: rpc.ExportReportRequest, context: Context) -> rpc.ExportReportResponse:
        """Return a day as CSV."""
        content = await self._export(request)
        return rpc.ExportReportResponse(file=httpbody_pb2.HttpBody(content_type=_CSV, data=content))

    async def _export(self, request: rpc.ExportReportRequest) -> bytes:
        day = request.restaurant_id, request.location_id, request.date
        if request.kind == "items":
            rows = await self._sales.by_item(*day)
            sold = [(text(r["_id"]), text(r.get("name")), r["count"], dollars(int(r["cents"]))) for r in rows]
            return table(("menuItemId", "itemName", "soldCount", "grossSales"), sold)
        if request.kind == "origins":
            rows = await self._sales.by_origin(*day)
            sold = [(text(r["_id"]), text(r.get("name")), r["count"], dollars(int(r["cents"]))) for r in rows]
            return table(("originId", "name", "soldCount", "grossSales"), sold)
        orders = await self._sales.history(*day)
        header = (
            "orderId",
            "orderCode",
            "status",
            "startedAt",
            "endedAt",
            "origin",
            "customer",
            "lines",
            "tax",
            "total",
        )
        return table(header, [_row(order) for order in orders])


def _row(order: mapping.Stored) -> tuple[object, ...]:
    tax, total = whole(order.get("taxCents")), whole(order.get("totalPriceCents"))
    lines = order.get("items")
    return (
        str(order["_id"]),
        text(order.get("orderCode")),
        text(order.get("status")),
        *(instant_text(at) if (at := order.get(name)) else "" for name in ("startedAt", "endedAt")),
        text(obj(order.get("origin")).get("name")),
        text(obj(order.get("customer")).get("name")),
        len(lines) if isinstance(lines, list) else 0,
        "" if tax is None else dollars(tax),
        "" if total is None else dollars(total),
    )
