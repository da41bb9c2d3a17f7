"""ReportService: RPCs in and out."""

from __future__ import annotations

from google.api import httpbody_pb2
from orderbuddy.ordering.v1 import report_service_pb2 as rpc
from orderbuddy.ordering.v1 import report_service_pb2_grpc as rpc_grpc

from services.kit.interceptor import Context
from services.ordering.reports import mapping, tables
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

    async def GetSalesOfDays(self, request: rpc.GetSalesOfDaysRequest, context: Context) -> rpc.GetSalesOfDaysResponse:
        """Return the sales of a span of days."""
        place = request.restaurant_id, request.location_id
        span = await self._sales.span(*place, request.first_date, request.last_date)
        days = [mapping.day_sales(date, row, self._tax_rate) for date, row in span.items()]
        return rpc.GetSalesOfDaysResponse(success=True, data=days)

    async def ExportReport(self, request: rpc.ExportReportRequest, context: Context) -> rpc.ExportReportResponse:
        """Return a day as CSV."""
        content = await self._table(request.kind, request.restaurant_id, request.location_id, request.date)
        return rpc.ExportReportResponse(file=httpbody_pb2.HttpBody(content_type=_CSV, data=content))

    async def _table(self, kind: str, restaurant_id: str, location_id: str, date: str) -> bytes:
        match kind:
            case "items":
                return tables.items_table(await self._sales.by_item(restaurant_id, location_id, date))
            case "origins":
                return tables.origins_table(await self._sales.by_origin(restaurant_id, location_id, date))
            case "history":
                return tables.orders_table(await self._sales.history(restaurant_id, location_id, date))
            case _:
                return tables.orders_table(await self._sales.orders(restaurant_id, location_id, date))
