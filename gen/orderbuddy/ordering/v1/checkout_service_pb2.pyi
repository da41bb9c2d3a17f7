from buf.validate import validate_pb2 as _validate_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class PrepareCheckoutRequest(_message.Message):
    __slots__ = ("preview_order_id",)
    PREVIEW_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    preview_order_id: str
    def __init__(self, preview_order_id: _Optional[str] = ...) -> None: ...

class PrepareCheckoutResponse(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "total_cents", "is_ordered")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    TOTAL_CENTS_FIELD_NUMBER: _ClassVar[int]
    IS_ORDERED_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    total_cents: int
    is_ordered: bool
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., total_cents: _Optional[int] = ..., is_ordered: _Optional[bool] = ...) -> None: ...

class PlacePaidOrderRequest(_message.Message):
    __slots__ = ("preview_order_id", "payment_reference")
    PREVIEW_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_REFERENCE_FIELD_NUMBER: _ClassVar[int]
    preview_order_id: str
    payment_reference: str
    def __init__(self, preview_order_id: _Optional[str] = ..., payment_reference: _Optional[str] = ...) -> None: ...

class PlacePaidOrderResponse(_message.Message):
    __slots__ = ("order_id",)
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    def __init__(self, order_id: _Optional[str] = ...) -> None: ...
