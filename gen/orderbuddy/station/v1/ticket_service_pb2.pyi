from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from orderbuddy.station.v1 import station_service_pb2 as _station_service_pb2
from orderbuddy.station.v1 import ticket_pb2 as _ticket_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListTicketsRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "station_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    STATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    station_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., station_id: _Optional[str] = ...) -> None: ...

class ListTicketsResponse(_message.Message):
    __slots__ = ("tickets", "stations")
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    STATIONS_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[_ticket_pb2.Ticket]
    stations: _containers.RepeatedCompositeFieldContainer[_station_service_pb2.Station]
    def __init__(self, tickets: _Optional[_Iterable[_Union[_ticket_pb2.Ticket, _Mapping]]] = ..., stations: _Optional[_Iterable[_Union[_station_service_pb2.Station, _Mapping]]] = ...) -> None: ...

class WatchTicketsRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "station_id", "resume_token", "seen_token")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    STATION_ID_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SEEN_TOKEN_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    station_id: str
    resume_token: str
    seen_token: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., station_id: _Optional[str] = ..., resume_token: _Optional[str] = ..., seen_token: _Optional[str] = ...) -> None: ...

class WatchTicketsResponse(_message.Message):
    __slots__ = ("resume_token", "snapshot", "change", "reset", "heartbeat", "stations_changed")
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    STATIONS_CHANGED_FIELD_NUMBER: _ClassVar[int]
    resume_token: str
    snapshot: TicketsSnapshot
    change: _ticket_pb2.KitchenEvent
    reset: TicketsReset
    heartbeat: TicketsHeartbeat
    stations_changed: StationsChanged
    def __init__(self, resume_token: _Optional[str] = ..., snapshot: _Optional[_Union[TicketsSnapshot, _Mapping]] = ..., change: _Optional[_Union[_ticket_pb2.KitchenEvent, _Mapping]] = ..., reset: _Optional[_Union[TicketsReset, _Mapping]] = ..., heartbeat: _Optional[_Union[TicketsHeartbeat, _Mapping]] = ..., stations_changed: _Optional[_Union[StationsChanged, _Mapping]] = ...) -> None: ...

class TicketsSnapshot(_message.Message):
    __slots__ = ("tickets", "stations")
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    STATIONS_FIELD_NUMBER: _ClassVar[int]
    tickets: _containers.RepeatedCompositeFieldContainer[_ticket_pb2.Ticket]
    stations: _containers.RepeatedCompositeFieldContainer[_station_service_pb2.Station]
    def __init__(self, tickets: _Optional[_Iterable[_Union[_ticket_pb2.Ticket, _Mapping]]] = ..., stations: _Optional[_Iterable[_Union[_station_service_pb2.Station, _Mapping]]] = ...) -> None: ...

class TicketsReset(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class TicketsHeartbeat(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StationsChanged(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class StartTicketLineRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "order_id", "line_id", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    order_id: str
    line_id: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., order_id: _Optional[str] = ..., line_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class StartTicketLineResponse(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class CompleteTicketLineRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "order_id", "line_id", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    order_id: str
    line_id: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., order_id: _Optional[str] = ..., line_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CompleteTicketLineResponse(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class RecallTicketLineRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "order_id", "line_id", "request_id", "revision")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    order_id: str
    line_id: str
    request_id: str
    revision: int
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., order_id: _Optional[str] = ..., line_id: _Optional[str] = ..., request_id: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class RecallTicketLineResponse(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class BumpTicketRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "order_id", "station_id", "request_id", "revision")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    STATION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    order_id: str
    station_id: str
    request_id: str
    revision: int
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., order_id: _Optional[str] = ..., station_id: _Optional[str] = ..., request_id: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class BumpTicketResponse(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class RecallTicketRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "order_id", "station_id", "request_id", "revision")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    STATION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    order_id: str
    station_id: str
    request_id: str
    revision: int
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., order_id: _Optional[str] = ..., station_id: _Optional[str] = ..., request_id: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class RecallTicketResponse(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...
