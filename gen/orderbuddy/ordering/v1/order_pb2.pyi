import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OrderStatus(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ORDER_STATUS_UNSPECIFIED: _ClassVar[OrderStatus]
    ORDER_STATUS_CREATED: _ClassVar[OrderStatus]
    ORDER_STATUS_ACCEPTED: _ClassVar[OrderStatus]
    ORDER_STATUS_READY_FOR_PICKUP: _ClassVar[OrderStatus]
    ORDER_STATUS_PICKED_UP: _ClassVar[OrderStatus]
    ORDER_STATUS_CANCELED: _ClassVar[OrderStatus]

class LineStep(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LINE_STEP_UNSPECIFIED: _ClassVar[LineStep]
    LINE_STEP_STARTED: _ClassVar[LineStep]
    LINE_STEP_COMPLETED: _ClassVar[LineStep]
    LINE_STEP_RECALLED: _ClassVar[LineStep]
    LINE_STEP_VOIDED: _ClassVar[LineStep]
ORDER_STATUS_UNSPECIFIED: OrderStatus
ORDER_STATUS_CREATED: OrderStatus
ORDER_STATUS_ACCEPTED: OrderStatus
ORDER_STATUS_READY_FOR_PICKUP: OrderStatus
ORDER_STATUS_PICKED_UP: OrderStatus
ORDER_STATUS_CANCELED: OrderStatus
LINE_STEP_UNSPECIFIED: LineStep
LINE_STEP_STARTED: LineStep
LINE_STEP_COMPLETED: LineStep
LINE_STEP_RECALLED: LineStep
LINE_STEP_VOIDED: LineStep

class CartCustomer(_message.Message):
    __slots__ = ("name", "phone")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    name: str
    phone: str
    def __init__(self, name: _Optional[str] = ..., phone: _Optional[str] = ...) -> None: ...

class CartOrigin(_message.Message):
    __slots__ = ("id", "name")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class CartLine(_message.Message):
    __slots__ = ("id", "menu_item_id", "name", "notes", "variants", "modifiers")
    ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    MODIFIERS_FIELD_NUMBER: _ClassVar[int]
    id: str
    menu_item_id: str
    name: str
    notes: str
    variants: _containers.RepeatedCompositeFieldContainer[CartVariant]
    modifiers: _containers.RepeatedCompositeFieldContainer[CartModifier]
    def __init__(self, id: _Optional[str] = ..., menu_item_id: _Optional[str] = ..., name: _Optional[str] = ..., notes: _Optional[str] = ..., variants: _Optional[_Iterable[_Union[CartVariant, _Mapping]]] = ..., modifiers: _Optional[_Iterable[_Union[CartModifier, _Mapping]]] = ...) -> None: ...

class CartVariant(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class CartModifier(_message.Message):
    __slots__ = ("id", "name", "options")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    options: _containers.RepeatedCompositeFieldContainer[CartOption]
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., options: _Optional[_Iterable[_Union[CartOption, _Mapping]]] = ...) -> None: ...

class CartOption(_message.Message):
    __slots__ = ("id", "name")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class Order(_message.Message):
    __slots__ = ("id", "order_code", "restaurant_id", "location_id", "location_slug", "customer", "origin", "items", "status", "total_price_cents", "discount")
    ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_CODE_FIELD_NUMBER: _ClassVar[int]
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_SLUG_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_PRICE_CENTS_FIELD_NUMBER: _ClassVar[int]
    DISCOUNT_FIELD_NUMBER: _ClassVar[int]
    id: str
    order_code: str
    restaurant_id: str
    location_id: str
    location_slug: str
    customer: OrderCustomer
    origin: OrderOrigin
    items: _containers.RepeatedCompositeFieldContainer[OrderLine]
    status: str
    total_price_cents: int
    discount: OrderDiscount
    def __init__(self, id: _Optional[str] = ..., order_code: _Optional[str] = ..., restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., location_slug: _Optional[str] = ..., customer: _Optional[_Union[OrderCustomer, _Mapping]] = ..., origin: _Optional[_Union[OrderOrigin, _Mapping]] = ..., items: _Optional[_Iterable[_Union[OrderLine, _Mapping]]] = ..., status: _Optional[str] = ..., total_price_cents: _Optional[int] = ..., discount: _Optional[_Union[OrderDiscount, _Mapping]] = ...) -> None: ...

class OrderCustomer(_message.Message):
    __slots__ = ("name",)
    NAME_FIELD_NUMBER: _ClassVar[int]
    name: str
    def __init__(self, name: _Optional[str] = ...) -> None: ...

class OrderOrigin(_message.Message):
    __slots__ = ("id", "name")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class OrderLine(_message.Message):
    __slots__ = ("id", "menu_item_id", "name", "price_cents", "notes", "variants", "modifiers", "station_tags", "started_at", "completed_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRICE_CENTS_FIELD_NUMBER: _ClassVar[int]
    NOTES_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    MODIFIERS_FIELD_NUMBER: _ClassVar[int]
    STATION_TAGS_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    COMPLETED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    menu_item_id: str
    name: str
    price_cents: int
    notes: str
    variants: _containers.RepeatedCompositeFieldContainer[OrderVariant]
    modifiers: _containers.RepeatedCompositeFieldContainer[OrderModifier]
    station_tags: _containers.RepeatedScalarFieldContainer[str]
    started_at: _timestamp_pb2.Timestamp
    completed_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., menu_item_id: _Optional[str] = ..., name: _Optional[str] = ..., price_cents: _Optional[int] = ..., notes: _Optional[str] = ..., variants: _Optional[_Iterable[_Union[OrderVariant, _Mapping]]] = ..., modifiers: _Optional[_Iterable[_Union[OrderModifier, _Mapping]]] = ..., station_tags: _Optional[_Iterable[str]] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., completed_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class OrderVariant(_message.Message):
    __slots__ = ("id", "name", "price_cents")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRICE_CENTS_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    price_cents: int
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., price_cents: _Optional[int] = ...) -> None: ...

class OrderModifier(_message.Message):
    __slots__ = ("id", "name", "options")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    options: _containers.RepeatedCompositeFieldContainer[OrderOption]
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., options: _Optional[_Iterable[_Union[OrderOption, _Mapping]]] = ...) -> None: ...

class OrderOption(_message.Message):
    __slots__ = ("id", "name", "price_cents")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRICE_CENTS_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    price_cents: int
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., price_cents: _Optional[int] = ...) -> None: ...

class OrderDiscount(_message.Message):
    __slots__ = ("name", "type", "amount_cents")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_CENTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: str
    amount_cents: int
    def __init__(self, name: _Optional[str] = ..., type: _Optional[str] = ..., amount_cents: _Optional[int] = ...) -> None: ...

class OrderRecord(_message.Message):
    __slots__ = ("order", "status", "customer_phone", "payment_id", "started_at", "ended_at", "version", "history", "cancel_reason", "correlation_id", "voided_lines", "seen_by_stations", "accepted_at", "get_sms", "language")
    ORDER_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    CUSTOMER_PHONE_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    STARTED_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    CANCEL_REASON_FIELD_NUMBER: _ClassVar[int]
    CORRELATION_ID_FIELD_NUMBER: _ClassVar[int]
    VOIDED_LINES_FIELD_NUMBER: _ClassVar[int]
    SEEN_BY_STATIONS_FIELD_NUMBER: _ClassVar[int]
    ACCEPTED_AT_FIELD_NUMBER: _ClassVar[int]
    GET_SMS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    order: Order
    status: OrderStatus
    customer_phone: str
    payment_id: str
    started_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    version: int
    history: _containers.RepeatedCompositeFieldContainer[OrderHistoryEntry]
    cancel_reason: str
    correlation_id: str
    voided_lines: _containers.RepeatedCompositeFieldContainer[VoidedLine]
    seen_by_stations: _containers.RepeatedCompositeFieldContainer[SeenByStation]
    accepted_at: _timestamp_pb2.Timestamp
    get_sms: bool
    language: str
    def __init__(self, order: _Optional[_Union[Order, _Mapping]] = ..., status: _Optional[_Union[OrderStatus, str]] = ..., customer_phone: _Optional[str] = ..., payment_id: _Optional[str] = ..., started_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[int] = ..., history: _Optional[_Iterable[_Union[OrderHistoryEntry, _Mapping]]] = ..., cancel_reason: _Optional[str] = ..., correlation_id: _Optional[str] = ..., voided_lines: _Optional[_Iterable[_Union[VoidedLine, _Mapping]]] = ..., seen_by_stations: _Optional[_Iterable[_Union[SeenByStation, _Mapping]]] = ..., accepted_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., get_sms: _Optional[bool] = ..., language: _Optional[str] = ...) -> None: ...

class SeenByStation(_message.Message):
    __slots__ = ("station_id", "version")
    STATION_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    station_id: str
    version: int
    def __init__(self, station_id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class VoidedLine(_message.Message):
    __slots__ = ("line", "reason", "at", "version")
    LINE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    line: OrderLine
    reason: str
    at: _timestamp_pb2.Timestamp
    version: int
    def __init__(self, line: _Optional[_Union[OrderLine, _Mapping]] = ..., reason: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[int] = ...) -> None: ...

class LineChange(_message.Message):
    __slots__ = ("line_id", "step")
    LINE_ID_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    line_id: str
    step: LineStep
    def __init__(self, line_id: _Optional[str] = ..., step: _Optional[_Union[LineStep, str]] = ...) -> None: ...

class OrderHistoryEntry(_message.Message):
    __slots__ = ("version", "from_status", "to_status", "at", "actor", "reason", "lines", "delay_minutes")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    FROM_STATUS_FIELD_NUMBER: _ClassVar[int]
    TO_STATUS_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    DELAY_MINUTES_FIELD_NUMBER: _ClassVar[int]
    version: int
    from_status: str
    to_status: str
    at: _timestamp_pb2.Timestamp
    actor: str
    reason: str
    lines: _containers.RepeatedCompositeFieldContainer[LineChange]
    delay_minutes: int
    def __init__(self, version: _Optional[int] = ..., from_status: _Optional[str] = ..., to_status: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ..., reason: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[LineChange, _Mapping]]] = ..., delay_minutes: _Optional[int] = ...) -> None: ...

class OrderChange(_message.Message):
    __slots__ = ("order_id", "version", "status", "at", "order", "record", "removed", "keeps_version", "previous_status", "lines")
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    ORDER_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    KEEPS_VERSION_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_STATUS_FIELD_NUMBER: _ClassVar[int]
    LINES_FIELD_NUMBER: _ClassVar[int]
    order_id: str
    version: int
    status: str
    at: _timestamp_pb2.Timestamp
    order: Order
    record: OrderRecord
    removed: bool
    keeps_version: bool
    previous_status: str
    lines: _containers.RepeatedCompositeFieldContainer[LineChange]
    def __init__(self, order_id: _Optional[str] = ..., version: _Optional[int] = ..., status: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., order: _Optional[_Union[Order, _Mapping]] = ..., record: _Optional[_Union[OrderRecord, _Mapping]] = ..., removed: _Optional[bool] = ..., keeps_version: _Optional[bool] = ..., previous_status: _Optional[str] = ..., lines: _Optional[_Iterable[_Union[LineChange, _Mapping]]] = ...) -> None: ...
