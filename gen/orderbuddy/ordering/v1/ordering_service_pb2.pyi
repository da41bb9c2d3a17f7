import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from orderbuddy.ordering.v1 import order_pb2 as _order_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PreviewOrderRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "location_slug", "origin", "customer", "items", "get_sms", "menu_id", "payment_id", "transaction_details", "discount", "request_id", "language")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_SLUG_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    GET_SMS_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_DETAILS_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    location_slug: str
    origin: _order_pb2.CartOrigin
    customer: _order_pb2.CartCustomer
    items: _containers.RepeatedCompositeFieldContainer[_order_pb2.CartLine]
    get_sms: bool
    menu_id: str
    payment_id: _struct_pb2.Value
    transaction_details: _struct_pb2.Value
    discount: _struct_pb2.Value
    request_id: str
    language: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., location_slug: _Optional[str] = ..., origin: _Optional[_Union[_order_pb2.CartOrigin, _Mapping]] = ..., customer: _Optional[_Union[_order_pb2.CartCustomer, _Mapping]] = ..., items: _Optional[_Iterable[_Union[_order_pb2.CartLine, _Mapping]]] = ..., get_sms: _Optional[bool] = ..., menu_id: _Optional[str] = ..., payment_id: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., transaction_details: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., discount: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., request_id: _Optional[str] = ..., language: _Optional[str] = ...) -> None: ...

class PreviewOrderResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: OrderPreview
    def __init__(self, data: _Optional[_Union[OrderPreview, _Mapping]] = ...) -> None: ...

class OrderPreview(_message.Message):
    __slots__ = ("preview_order_id", "total_price_cents")
    PREVIEW_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    TOTAL_PRICE_CENTS_FIELD_NUMBER: _ClassVar[int]
    preview_order_id: str
    total_price_cents: int
    def __init__(self, preview_order_id: _Optional[str] = ..., total_price_cents: _Optional[int] = ...) -> None: ...

class PlaceOrderRequest(_message.Message):
    __slots__ = ("preview_order_id",)
    PREVIEW_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    preview_order_id: str
    def __init__(self, preview_order_id: _Optional[str] = ...) -> None: ...

class PlaceOrderResponse(_message.Message):
    __slots__ = ("order_id", "success", "message")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    SUCCESS_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    success: bool
    message: str
    def __init__(self, order_id: _Optional[str] = ..., success: _Optional[bool] = ..., message: _Optional[str] = ...) -> None: ...

class CreateCounterOrderRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "location_slug", "origin", "customer", "items", "get_sms", "menu_id", "payment_id", "transaction_details", "discount", "request_id", "language")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_SLUG_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    GET_SMS_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_DETAILS_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    location_slug: str
    origin: _order_pb2.CartOrigin
    customer: _order_pb2.CartCustomer
    items: _containers.RepeatedCompositeFieldContainer[_order_pb2.CartLine]
    get_sms: bool
    menu_id: str
    payment_id: _struct_pb2.Value
    transaction_details: _struct_pb2.Value
    discount: _struct_pb2.Value
    request_id: str
    language: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., location_slug: _Optional[str] = ..., origin: _Optional[_Union[_order_pb2.CartOrigin, _Mapping]] = ..., customer: _Optional[_Union[_order_pb2.CartCustomer, _Mapping]] = ..., items: _Optional[_Iterable[_Union[_order_pb2.CartLine, _Mapping]]] = ..., get_sms: _Optional[bool] = ..., menu_id: _Optional[str] = ..., payment_id: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., transaction_details: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., discount: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., request_id: _Optional[str] = ..., language: _Optional[str] = ...) -> None: ...

class CreateCounterOrderResponse(_message.Message):
    __slots__ = ("order_id",)
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    def __init__(self, order_id: _Optional[str] = ...) -> None: ...

class GetOrderRequest(_message.Message):
    __slots__ = ("order_id",)
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    def __init__(self, order_id: _Optional[str] = ...) -> None: ...

class GetOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: _order_pb2.Order
    def __init__(self, order: _Optional[_Union[_order_pb2.Order, _Mapping]] = ...) -> None: ...

class GetOrderStatusRequest(_message.Message):
    __slots__ = ("order_id",)
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    def __init__(self, order_id: _Optional[str] = ...) -> None: ...

class GetOrderStatusResponse(_message.Message):
    __slots__ = ("order_id", "status", "updated_at")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    status: str
    updated_at: str
    def __init__(self, order_id: _Optional[str] = ..., status: _Optional[str] = ..., updated_at: _Optional[str] = ...) -> None: ...

class ListOrdersRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "statuses", "until", "page_size", "page_token")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    STATUSES_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    statuses: _containers.RepeatedScalarFieldContainer[_order_pb2.OrderStatus]
    until: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., statuses: _Optional[_Iterable[_Union[_order_pb2.OrderStatus, str]]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., **kwargs) -> None: ...

class ListOrdersResponse(_message.Message):
    __slots__ = ("orders", "next_page_token")
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[_order_pb2.OrderRecord]
    next_page_token: str
    def __init__(self, orders: _Optional[_Iterable[_Union[_order_pb2.OrderRecord, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class WatchOrderRequest(_message.Message):
    __slots__ = ("order_id", "resume_token", "seen_token")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SEEN_TOKEN_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    resume_token: str
    seen_token: str
    def __init__(self, order_id: _Optional[str] = ..., resume_token: _Optional[str] = ..., seen_token: _Optional[str] = ...) -> None: ...

class WatchOrderResponse(_message.Message):
    __slots__ = ("resume_token", "snapshot", "change", "reset", "heartbeat", "snapshot_version")
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_VERSION_FIELD_NUMBER: _ClassVar[int]
    resume_token: str
    snapshot: _order_pb2.Order
    change: _order_pb2.OrderChange
    reset: WatchReset
    heartbeat: WatchHeartbeat
    snapshot_version: int
    def __init__(self, resume_token: _Optional[str] = ..., snapshot: _Optional[_Union[_order_pb2.Order, _Mapping]] = ..., change: _Optional[_Union[_order_pb2.OrderChange, _Mapping]] = ..., reset: _Optional[_Union[WatchReset, _Mapping]] = ..., heartbeat: _Optional[_Union[WatchHeartbeat, _Mapping]] = ..., snapshot_version: _Optional[int] = ...) -> None: ...

class WatchOrdersRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "resume_token", "with_records", "seen_token")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    WITH_RECORDS_FIELD_NUMBER: _ClassVar[int]
    SEEN_TOKEN_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    resume_token: str
    with_records: bool
    seen_token: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., resume_token: _Optional[str] = ..., with_records: _Optional[bool] = ..., seen_token: _Optional[str] = ...) -> None: ...

class WatchOrdersResponse(_message.Message):
    __slots__ = ("resume_token", "snapshot", "change", "reset", "heartbeat")
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    resume_token: str
    snapshot: OrdersSnapshot
    change: _order_pb2.OrderChange
    reset: WatchReset
    heartbeat: WatchHeartbeat
    def __init__(self, resume_token: _Optional[str] = ..., snapshot: _Optional[_Union[OrdersSnapshot, _Mapping]] = ..., change: _Optional[_Union[_order_pb2.OrderChange, _Mapping]] = ..., reset: _Optional[_Union[WatchReset, _Mapping]] = ..., heartbeat: _Optional[_Union[WatchHeartbeat, _Mapping]] = ...) -> None: ...

class OrdersSnapshot(_message.Message):
    __slots__ = ("orders",)
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[_order_pb2.OrderRecord]
    def __init__(self, orders: _Optional[_Iterable[_Union[_order_pb2.OrderRecord, _Mapping]]] = ...) -> None: ...

class WatchReset(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class WatchHeartbeat(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class AcceptOrderRequest(_message.Message):
    __slots__ = ("restaurant_id", "order_id", "version", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    order_id: str
    version: int
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., order_id: _Optional[str] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class AcceptOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: _order_pb2.OrderRecord
    def __init__(self, order: _Optional[_Union[_order_pb2.OrderRecord, _Mapping]] = ...) -> None: ...

class MarkOrderReadyRequest(_message.Message):
    __slots__ = ("restaurant_id", "order_id", "version", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    order_id: str
    version: int
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., order_id: _Optional[str] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class MarkOrderReadyResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: _order_pb2.OrderRecord
    def __init__(self, order: _Optional[_Union[_order_pb2.OrderRecord, _Mapping]] = ...) -> None: ...

class CompleteOrderRequest(_message.Message):
    __slots__ = ("restaurant_id", "order_id", "version", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    order_id: str
    version: int
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., order_id: _Optional[str] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class CompleteOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: _order_pb2.OrderRecord
    def __init__(self, order: _Optional[_Union[_order_pb2.OrderRecord, _Mapping]] = ...) -> None: ...

class CancelOrderRequest(_message.Message):
    __slots__ = ("restaurant_id", "order_id", "reason", "version", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    order_id: str
    reason: str
    version: int
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., order_id: _Optional[str] = ..., reason: _Optional[str] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class CancelOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: _order_pb2.OrderRecord
    def __init__(self, order: _Optional[_Union[_order_pb2.OrderRecord, _Mapping]] = ...) -> None: ...

class DelayOrderRequest(_message.Message):
    __slots__ = ("restaurant_id", "order_id", "minutes", "version", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MINUTES_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    order_id: str
    minutes: int
    version: int
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., order_id: _Optional[str] = ..., minutes: _Optional[int] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class DelayOrderResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: _order_pb2.OrderRecord
    def __init__(self, order: _Optional[_Union[_order_pb2.OrderRecord, _Mapping]] = ...) -> None: ...
