from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class GetSalesSummaryRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class GetSalesSummaryResponse(_message.Message):
    __slots__ = ("success", "data")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    success: bool
    data: _containers.RepeatedCompositeFieldContainer[DaySales]
    def __init__(self, success: _Optional[bool] = ..., data: _Optional[_Iterable[_Union[DaySales, _Mapping]]] = ...) -> None: ...

class DaySales(_message.Message):
    __slots__ = ("date", "gross_sales", "tax")
    DATE_FIELD_NUMBER: _ClassVar[int]
    GROSS_SALES_FIELD_NUMBER: _ClassVar[int]
    TAX_FIELD_NUMBER: _ClassVar[int]
    date: str
    gross_sales: float
    tax: float
    def __init__(self, date: _Optional[str] = ..., gross_sales: _Optional[float] = ..., tax: _Optional[float] = ...) -> None: ...

class GetSalesByItemRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "date")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    date: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., date: _Optional[str] = ...) -> None: ...

class GetSalesByItemResponse(_message.Message):
    __slots__ = ("success", "data")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    success: bool
    data: _containers.RepeatedCompositeFieldContainer[ItemSales]
    def __init__(self, success: _Optional[bool] = ..., data: _Optional[_Iterable[_Union[ItemSales, _Mapping]]] = ...) -> None: ...

class ItemSales(_message.Message):
    __slots__ = ("menu_item_id", "item_name", "sold_count", "gross_sales")
    MENU_ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_NAME_FIELD_NUMBER: _ClassVar[int]
    SOLD_COUNT_FIELD_NUMBER: _ClassVar[int]
    GROSS_SALES_FIELD_NUMBER: _ClassVar[int]
    menu_item_id: str
    item_name: str
    sold_count: int
    gross_sales: float
    def __init__(self, menu_item_id: _Optional[str] = ..., item_name: _Optional[str] = ..., sold_count: _Optional[int] = ..., gross_sales: _Optional[float] = ...) -> None: ...

class GetSalesByOriginRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "date")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    date: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., date: _Optional[str] = ...) -> None: ...

class GetSalesByOriginResponse(_message.Message):
    __slots__ = ("success", "data")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    success: bool
    data: _containers.RepeatedCompositeFieldContainer[OriginSales]
    def __init__(self, success: _Optional[bool] = ..., data: _Optional[_Iterable[_Union[OriginSales, _Mapping]]] = ...) -> None: ...

class OriginSales(_message.Message):
    __slots__ = ("origin_id", "name", "sold_count", "gross_sales")
    ORIGIN_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    SOLD_COUNT_FIELD_NUMBER: _ClassVar[int]
    GROSS_SALES_FIELD_NUMBER: _ClassVar[int]
    origin_id: str
    name: str
    sold_count: int
    gross_sales: float
    def __init__(self, origin_id: _Optional[str] = ..., name: _Optional[str] = ..., sold_count: _Optional[int] = ..., gross_sales: _Optional[float] = ...) -> None: ...

class GetSalesOfDaysRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "first_date", "last_date")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    FIRST_DATE_FIELD_NUMBER: _ClassVar[int]
    LAST_DATE_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    first_date: str
    last_date: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., first_date: _Optional[str] = ..., last_date: _Optional[str] = ...) -> None: ...

class GetSalesOfDaysResponse(_message.Message):
    __slots__ = ("success", "data")
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    success: bool
    data: _containers.RepeatedCompositeFieldContainer[DaySales]
    def __init__(self, success: _Optional[bool] = ..., data: _Optional[_Iterable[_Union[DaySales, _Mapping]]] = ...) -> None: ...

class GetCampaignSummaryRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "campaign_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    campaign_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., campaign_id: _Optional[str] = ...) -> None: ...

class GetCampaignSummaryResponse(_message.Message):
    __slots__ = ("total_orders", "gross_sales_cents", "total_customers", "avg_order_value_cents")
    TOTAL_ORDERS_FIELD_NUMBER: _ClassVar[int]
    GROSS_SALES_CENTS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_CUSTOMERS_FIELD_NUMBER: _ClassVar[int]
    AVG_ORDER_VALUE_CENTS_FIELD_NUMBER: _ClassVar[int]
    total_orders: int
    gross_sales_cents: int
    total_customers: int
    avg_order_value_cents: float
    def __init__(self, total_orders: _Optional[int] = ..., gross_sales_cents: _Optional[int] = ..., total_customers: _Optional[int] = ..., avg_order_value_cents: _Optional[float] = ...) -> None: ...

class ExportReportRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "date", "kind")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    date: str
    kind: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., date: _Optional[str] = ..., kind: _Optional[str] = ...) -> None: ...

class ExportReportResponse(_message.Message):
    __slots__ = ("file",)
    FILE_FIELD_NUMBER: _ClassVar[int]
    file: _httpbody_pb2.HttpBody
    def __init__(self, file: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ...) -> None: ...
