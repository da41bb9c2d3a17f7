from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class OrderStateDetail(_message.Message):
    __slots__ = ("order_id", "current_status", "allowed_statuses", "version")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    CURRENT_STATUS_FIELD_NUMBER: _ClassVar[int]
    ALLOWED_STATUSES_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    current_status: str
    allowed_statuses: _containers.RepeatedScalarFieldContainer[str]
    version: int
    def __init__(self, order_id: _Optional[str] = ..., current_status: _Optional[str] = ..., allowed_statuses: _Optional[_Iterable[str]] = ..., version: _Optional[int] = ...) -> None: ...

class CartLineDetail(_message.Message):
    __slots__ = ("line", "field")
    LINE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    line: int
    field: str
    def __init__(self, line: _Optional[int] = ..., field: _Optional[str] = ...) -> None: ...
