from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from orderbuddy.ordering.v1 import order_pb2 as _order_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StartOrderLinesRequest(_message.Message):
    __slots__ = ("restaurant_id", "order_id", "line_ids", "version", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_IDS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    order_id: str
    line_ids: _containers.RepeatedScalarFieldContainer[str]
    version: int
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., order_id: _Optional[str] = ..., line_ids: _Optional[_Iterable[str]] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class StartOrderLinesResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: _order_pb2.OrderRecord
    def __init__(self, order: _Optional[_Union[_order_pb2.OrderRecord, _Mapping]] = ...) -> None: ...

class CompleteOrderLinesRequest(_message.Message):
    __slots__ = ("restaurant_id", "order_id", "line_ids", "version", "request_id", "station_id", "seen_version")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_IDS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    STATION_ID_FIELD_NUMBER: _ClassVar[int]
    SEEN_VERSION_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    order_id: str
    line_ids: _containers.RepeatedScalarFieldContainer[str]
    version: int
    request_id: str
    station_id: str
    seen_version: int
    def __init__(self, restaurant_id: _Optional[str] = ..., order_id: _Optional[str] = ..., line_ids: _Optional[_Iterable[str]] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ..., station_id: _Optional[str] = ..., seen_version: _Optional[int] = ...) -> None: ...

class CompleteOrderLinesResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: _order_pb2.OrderRecord
    def __init__(self, order: _Optional[_Union[_order_pb2.OrderRecord, _Mapping]] = ...) -> None: ...

class RecallOrderLinesRequest(_message.Message):
    __slots__ = ("restaurant_id", "order_id", "line_ids", "version", "request_id", "seen_version")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_IDS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    SEEN_VERSION_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    order_id: str
    line_ids: _containers.RepeatedScalarFieldContainer[str]
    version: int
    request_id: str
    seen_version: int
    def __init__(self, restaurant_id: _Optional[str] = ..., order_id: _Optional[str] = ..., line_ids: _Optional[_Iterable[str]] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ..., seen_version: _Optional[int] = ...) -> None: ...

class RecallOrderLinesResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: _order_pb2.OrderRecord
    def __init__(self, order: _Optional[_Union[_order_pb2.OrderRecord, _Mapping]] = ...) -> None: ...

class VoidOrderLinesRequest(_message.Message):
    __slots__ = ("restaurant_id", "order_id", "line_ids", "reason", "version", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    order_id: str
    line_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    version: int
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., order_id: _Optional[str] = ..., line_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class VoidOrderLinesResponse(_message.Message):
    __slots__ = ("order",)
    ORDER_FIELD_NUMBER: _ClassVar[int]
    order: _order_pb2.OrderRecord
    def __init__(self, order: _Optional[_Union[_order_pb2.OrderRecord, _Mapping]] = ...) -> None: ...

class SetOrderItemStatusRequest(_message.Message):
    __slots__ = ("order_id", "item_id", "order_item_status", "request_id")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ITEM_STATUS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    item_id: str
    order_item_status: str
    request_id: str
    def __init__(self, order_id: _Optional[str] = ..., item_id: _Optional[str] = ..., order_item_status: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SetOrderItemStatusResponse(_message.Message):
    __slots__ = ("data", "message")
    DATA_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    data: bool
    message: str
    def __init__(self, data: _Optional[bool] = ..., message: _Optional[str] = ...) -> None: ...
