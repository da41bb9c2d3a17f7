import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orderbuddy.ordering.v1 import order_pb2 as _order_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StaffOrder(_message.Message):
    __slots__ = ("id", "order_code", "payment_id", "restaurant_id", "location_id", "location_slug", "meta", "customer", "origin", "items", "discount", "status", "started_at", "ended_at", "total_price_cents", "tax_cents", "get_sms", "version")
    ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_CODE_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_SLUG_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    TOTAL_PRICE_CENTS_FIELD_NUMBER: _ClassVar[int]
    TAX_CENTS_FIELD_NUMBER: _ClassVar[int]
    GET_SMS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    id: str
    order_code: str
    payment_id: str
    restaurant_id: str
    location_id: str
    location_slug: str
    meta: StaffOrderMeta
    customer: StaffOrderCustomer
    origin: _order_pb2.OrderOrigin
    items: _containers.RepeatedCompositeFieldContainer[_order_pb2.OrderLine]
    discount: _order_pb2.OrderDiscount
    status: str
    started_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    total_price_cents: int
    tax_cents: int
    get_sms: bool
    version: int
    def __init__(self, id: _Optional[str] = ..., order_code: _Optional[str] = ..., payment_id: _Optional[str] = ..., restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., location_slug: _Optional[str] = ..., meta: _Optional[_Union[StaffOrderMeta, _Mapping]] = ..., customer: _Optional[_Union[StaffOrderCustomer, _Mapping]] = ..., origin: _Optional[_Union[_order_pb2.OrderOrigin, _Mapping]] = ..., items: _Optional[_Iterable[_Union[_order_pb2.OrderLine, _Mapping]]] = ..., discount: _Optional[_Union[_order_pb2.OrderDiscount, _Mapping]] = ..., status: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., total_price_cents: _Optional[int] = ..., tax_cents: _Optional[int] = ..., get_sms: _Optional[bool] = ..., version: _Optional[int] = ...) -> None: ...

class StaffOrderMeta(_message.Message):
    __slots__ = ("correlation_id", "accepted_by", "accepted_at", "auto_accept")
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_BY_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_AT_FIELD_NUMBER: _ClassVar[int]
    AUTO_ACCEPT_FIELD_NUMBER: _ClassVar[int]
    correlation_id: str
    accepted_by: str
    accepted_at: str
    auto_accept: bool
    def __init__(self, correlation_id: _Optional[str] = ..., accepted_by: _Optional[str] = ..., accepted_at: _Optional[str] = ..., auto_accept: _Optional[bool] = ...) -> None: ...

class StaffOrderCustomer(_message.Message):
    __slots__ = ("name", "phone")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    name: str
    phone: str
    def __init__(self, name: _Optional[str] = ..., phone: _Optional[str] = ...) -> None: ...
