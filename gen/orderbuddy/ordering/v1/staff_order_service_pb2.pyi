from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from orderbuddy.ordering.v1 import staff_order_pb2 as _staff_order_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListTodaysOrdersRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class ListTodaysOrdersResponse(_message.Message):
    __slots__ = ("orders",)
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[_staff_order_pb2.StaffOrder]
    def __init__(self, orders: _Optional[_Iterable[_Union[_staff_order_pb2.StaffOrder, _Mapping]]] = ...) -> None: ...

class ListOrderHistoryRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "date")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    date: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., date: _Optional[str] = ...) -> None: ...

class ListOrderHistoryResponse(_message.Message):
    __slots__ = ("orders",)
    ORDERS_FIELD_NUMBER: _ClassVar[int]
    orders: _containers.RepeatedCompositeFieldContainer[_staff_order_pb2.StaffOrder]
    def __init__(self, orders: _Optional[_Iterable[_Union[_staff_order_pb2.StaffOrder, _Mapping]]] = ...) -> None: ...

class GetStaffOrderRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "order_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    order_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., order_id: _Optional[str] = ...) -> None: ...

class GetStaffOrderResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _staff_order_pb2.StaffOrder
    def __init__(self, data: _Optional[_Union[_staff_order_pb2.StaffOrder, _Mapping]] = ...) -> None: ...

class SetOrderStatusRequest(_message.Message):
    __slots__ = ("order_id", "order_status", "request_id")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_STATUS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    order_status: str
    request_id: str
    def __init__(self, order_id: _Optional[str] = ..., order_status: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SetOrderStatusResponse(_message.Message):
    __slots__ = ("done",)
    DONE_FIELD_NUMBER: _ClassVar[int]
    done: bool
    def __init__(self, done: _Optional[bool] = ...) -> None: ...
