from buf.validate import validate_pb2 as _validate_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class SocketRoom(_message.Message):
    __slots__ = ("name", "restaurant_id", "location_id", "station_id", "order_id")
    NAME_FIELD_NUMBER: _ClassVar[int]
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    STATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    name: str
    restaurant_id: str
    location_id: str
    station_id: str
    order_id: str
    def __init__(self, name: _Optional[str] = ..., restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., station_id: _Optional[str] = ..., order_id: _Optional[str] = ...) -> None: ...

class RememberSocketRequest(_message.Message):
    __slots__ = ("pid", "rooms", "resume_token")
    PID_FIELD_NUMBER: _ClassVar[int]
    ROOMS_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    pid: str
    rooms: _containers.RepeatedCompositeFieldContainer[SocketRoom]
    resume_token: str
    def __init__(self, pid: _Optional[str] = ..., rooms: _Optional[_Iterable[_Union[SocketRoom, _Mapping]]] = ..., resume_token: _Optional[str] = ...) -> None: ...

class RememberSocketResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RecallSocketRequest(_message.Message):
    __slots__ = ("pid",)
    PID_FIELD_NUMBER: _ClassVar[int]
    pid: str
    def __init__(self, pid: _Optional[str] = ...) -> None: ...

class RecallSocketResponse(_message.Message):
    __slots__ = ("rooms", "resume_token")
    ROOMS_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    rooms: _containers.RepeatedCompositeFieldContainer[SocketRoom]
    resume_token: str
    def __init__(self, rooms: _Optional[_Iterable[_Union[SocketRoom, _Mapping]]] = ..., resume_token: _Optional[str] = ...) -> None: ...
