import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from orderbuddy.ordering.v1 import order_pb2 as _order_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Station(_message.Message):
    __slots__ = ("id", "restaurant_id", "location_id", "name", "tags", "version")
    ID_FIELD_NUMBER: _ClassVar[int]
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    id: str
    restaurant_id: str
    location_id: str
    name: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    version: int
    def __init__(self, id: _Optional[str] = ..., restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., name: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., version: _Optional[int] = ...) -> None: ...

class CreateStationRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "name", "tags", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    name: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., name: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateStationResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: Station
    def __init__(self, data: _Optional[_Union[Station, _Mapping]] = ...) -> None: ...

class ListStationsRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class ListStationsResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Station]
    def __init__(self, data: _Optional[_Iterable[_Union[Station, _Mapping]]] = ...) -> None: ...

class UpdateStationRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "station_id", "name", "tags", "version", "request_id", "update_mask")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    STATION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    station_id: str
    name: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    version: int
    request_id: str
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., station_id: _Optional[str] = ..., name: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateStationResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: Station
    def __init__(self, data: _Optional[_Union[Station, _Mapping]] = ...) -> None: ...

class DeleteStationRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "station_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    STATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    station_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., station_id: _Optional[str] = ...) -> None: ...

class DeleteStationResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: bool
    def __init__(self, data: _Optional[bool] = ...) -> None: ...

class ListStationOrdersRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "station_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    STATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    station_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., station_id: _Optional[str] = ...) -> None: ...

class ListStationOrdersResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: StationOrders
    def __init__(self, data: _Optional[_Union[StationOrders, _Mapping]] = ...) -> None: ...

class StationOrders(_message.Message):
    __slots__ = ("location_name", "station_name", "station_tags", "matched_orders")
    LOCATION_NAME_FIELD_NUMBER: _ClassVar[int]
    STATION_NAME_FIELD_NUMBER: _ClassVar[int]
    STATION_TAGS_FIELD_NUMBER: _ClassVar[int]
    MATCHED_ORDERS_FIELD_NUMBER: _ClassVar[int]
    location_name: str
    station_name: str
    station_tags: _containers.RepeatedScalarFieldContainer[str]
    matched_orders: _containers.RepeatedCompositeFieldContainer[StationOrder]
    def __init__(self, location_name: _Optional[str] = ..., station_name: _Optional[str] = ..., station_tags: _Optional[_Iterable[str]] = ..., matched_orders: _Optional[_Iterable[_Union[StationOrder, _Mapping]]] = ...) -> None: ...

class StationOrder(_message.Message):
    __slots__ = ("id", "order_code", "status", "location_id", "meta", "items")
    ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_CODE_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    id: str
    order_code: str
    status: str
    location_id: str
    meta: StationOrderMeta
    items: _containers.RepeatedCompositeFieldContainer[_order_pb2.OrderLine]
    def __init__(self, id: _Optional[str] = ..., order_code: _Optional[str] = ..., status: _Optional[str] = ..., location_id: _Optional[str] = ..., meta: _Optional[_Union[StationOrderMeta, _Mapping]] = ..., items: _Optional[_Iterable[_Union[_order_pb2.OrderLine, _Mapping]]] = ...) -> None: ...

class StationOrderMeta(_message.Message):
    __slots__ = ("correlation_id",)
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    correlation_id: str
    def __init__(self, correlation_id: _Optional[str] = ...) -> None: ...

class GetStationOrderRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "order_id", "station_tags")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    STATION_TAGS_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    order_id: str
    station_tags: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., order_id: _Optional[str] = ..., station_tags: _Optional[_Iterable[str]] = ...) -> None: ...

class GetStationOrderResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: SingleStationOrder
    def __init__(self, data: _Optional[_Union[SingleStationOrder, _Mapping]] = ...) -> None: ...

class SingleStationOrder(_message.Message):
    __slots__ = ("id", "order_code", "meta", "status", "started_at", "customer", "items", "total_price_cents")
    ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_CODE_FIELD_NUMBER: _ClassVar[int]
    META_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_PRICE_CENTS_FIELD_NUMBER: _ClassVar[int]
    id: str
    order_code: str
    meta: StationOrderMeta
    status: str
    started_at: _timestamp_pb2.Timestamp
    customer: StationOrderCustomer
    items: _containers.RepeatedCompositeFieldContainer[_order_pb2.OrderLine]
    total_price_cents: int
    def __init__(self, id: _Optional[str] = ..., order_code: _Optional[str] = ..., meta: _Optional[_Union[StationOrderMeta, _Mapping]] = ..., status: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., customer: _Optional[_Union[StationOrderCustomer, _Mapping]] = ..., items: _Optional[_Iterable[_Union[_order_pb2.OrderLine, _Mapping]]] = ..., total_price_cents: _Optional[int] = ...) -> None: ...

class StationOrderCustomer(_message.Message):
    __slots__ = ("name", "phone")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    name: str
    phone: str
    def __init__(self, name: _Optional[str] = ..., phone: _Optional[str] = ...) -> None: ...
