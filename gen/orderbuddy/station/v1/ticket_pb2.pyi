import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orderbuddy.ordering.v1 import order_pb2 as _order_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TicketState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TICKET_STATE_UNSPECIFIED: _ClassVar[TicketState]
    TICKET_STATE_NEW: _ClassVar[TicketState]
    TICKET_STATE_STARTED: _ClassVar[TicketState]
    TICKET_STATE_DONE: _ClassVar[TicketState]
    TICKET_STATE_CANCELED: _ClassVar[TicketState]
    TICKET_STATE_WAITING: _ClassVar[TicketState]
    TICKET_STATE_GONE: _ClassVar[TicketState]

class TicketChangeKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TICKET_CHANGE_KIND_UNSPECIFIED: _ClassVar[TicketChangeKind]
    TICKET_CHANGE_KIND_LINE_VOIDED: _ClassVar[TicketChangeKind]
    TICKET_CHANGE_KIND_ORDER_CANCELED: _ClassVar[TicketChangeKind]
TICKET_STATE_UNSPECIFIED: TicketState
TICKET_STATE_NEW: TicketState
TICKET_STATE_STARTED: TicketState
TICKET_STATE_DONE: TicketState
TICKET_STATE_CANCELED: TicketState
TICKET_STATE_WAITING: TicketState
TICKET_STATE_GONE: TicketState
TICKET_CHANGE_KIND_UNSPECIFIED: TicketChangeKind
TICKET_CHANGE_KIND_LINE_VOIDED: TicketChangeKind
TICKET_CHANGE_KIND_ORDER_CANCELED: TicketChangeKind

class Ticket(_message.Message):
    __slots__ = ("id", "order_id", "order_code", "restaurant_id", "location_id", "station_id", "station_name", "state", "lines", "changes", "revision", "sent_at", "placed_at", "order_status", "customer_name", "origin_name", "station_tags")
    ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_CODE_FIELD_NUMBER: _ClassVar[int]
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    STATION_ID_FIELD_NUMBER: _ClassVar[int]
    STATION_NAME_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    SENT_AT_FIELD_NUMBER: _ClassVar[int]
    PLACED_AT_FIELD_NUMBER: _ClassVar[int]
    ORDER_STATUS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_NAME_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_NAME_FIELD_NUMBER: _ClassVar[int]
    STATION_TAGS_FIELD_NUMBER: _ClassVar[int]
    id: str
    order_id: str
    order_code: str
    restaurant_id: str
    location_id: str
    station_id: str
    station_name: str
    state: TicketState
    lines: _containers.RepeatedCompositeFieldContainer[TicketLine]
    changes: _containers.RepeatedCompositeFieldContainer[TicketChange]
    revision: int
    sent_at: _timestamp_pb2.Timestamp
    placed_at: _timestamp_pb2.Timestamp
    order_status: str
    customer_name: str
    origin_name: str
    station_tags: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., order_id: _Optional[str] = ..., order_code: _Optional[str] = ..., restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., station_id: _Optional[str] = ..., station_name: _Optional[str] = ..., state: _Optional[_Union[TicketState, str]] = ..., lines: _Optional[_Iterable[_Union[TicketLine, _Mapping]]] = ..., changes: _Optional[_Iterable[_Union[TicketChange, _Mapping]]] = ..., revision: _Optional[int] = ..., sent_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., placed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., order_status: _Optional[str] = ..., customer_name: _Optional[str] = ..., origin_name: _Optional[str] = ..., station_tags: _Optional[_Iterable[str]] = ...) -> None: ...

class TicketLine(_message.Message):
    __slots__ = ("line", "voided", "void_reason")
    LINE_FIELD_NUMBER: _ClassVar[int]
    VOIDED_FIELD_NUMBER: _ClassVar[int]
    VOID_REASON_FIELD_NUMBER: _ClassVar[int]
    line: _order_pb2.OrderLine
    voided: bool
    void_reason: str
    def __init__(self, line: _Optional[_Union[_order_pb2.OrderLine, _Mapping]] = ..., voided: _Optional[bool] = ..., void_reason: _Optional[str] = ...) -> None: ...

class TicketChange(_message.Message):
    __slots__ = ("revision", "kind", "line_id", "reason", "at", "seen")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    SEEN_FIELD_NUMBER: _ClassVar[int]
    revision: int
    kind: TicketChangeKind
    line_id: str
    reason: str
    at: _timestamp_pb2.Timestamp
    seen: bool
    def __init__(self, revision: _Optional[int] = ..., kind: _Optional[_Union[TicketChangeKind, str]] = ..., line_id: _Optional[str] = ..., reason: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., seen: _Optional[bool] = ...) -> None: ...

class KitchenEvent(_message.Message):
    __slots__ = ("order_id", "restaurant_id", "location_id", "version", "status", "previous_status", "lines", "tickets", "at", "correlation_id", "keeps_version", "removed")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_STATUS_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    TICKETS_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    KEEPS_VERSION_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    restaurant_id: str
    location_id: str
    version: int
    status: str
    previous_status: str
    lines: _containers.RepeatedCompositeFieldContainer[_order_pb2.LineChange]
    tickets: _containers.RepeatedCompositeFieldContainer[Ticket]
    at: _timestamp_pb2.Timestamp
    correlation_id: str
    keeps_version: bool
    removed: bool
    def __init__(self, order_id: _Optional[str] = ..., restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., version: _Optional[int] = ..., status: _Optional[str] = ..., previous_status: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[_order_pb2.LineChange, _Mapping]]] = ..., tickets: _Optional[_Iterable[_Union[Ticket, _Mapping]]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., correlation_id: _Optional[str] = ..., keeps_version: _Optional[bool] = ..., removed: _Optional[bool] = ...) -> None: ...
