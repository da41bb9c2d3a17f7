import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DeliveryState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DELIVERY_STATE_UNSPECIFIED: _ClassVar[DeliveryState]
    DELIVERY_STATE_QUEUED: _ClassVar[DeliveryState]
    DELIVERY_STATE_SENT: _ClassVar[DeliveryState]
    DELIVERY_STATE_DELIVERED: _ClassVar[DeliveryState]
    DELIVERY_STATE_FAILED: _ClassVar[DeliveryState]
    DELIVERY_STATE_GIVEN_UP: _ClassVar[DeliveryState]
DELIVERY_STATE_UNSPECIFIED: DeliveryState
DELIVERY_STATE_QUEUED: DeliveryState
DELIVERY_STATE_SENT: DeliveryState
DELIVERY_STATE_DELIVERED: DeliveryState
DELIVERY_STATE_FAILED: DeliveryState
DELIVERY_STATE_GIVEN_UP: DeliveryState

class Delivery(_message.Message):
    __slots__ = ("id", "kind", "by", "recipient", "language", "state", "order_id", "order_code", "location_id", "at", "give_up_at", "history")
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    BY_FIELD_NUMBER: _ClassVar[int]
    RECIPIENT_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_CODE_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    GIVE_UP_AT_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    id: str
    kind: str
    by: str
    recipient: str
    language: str
    state: DeliveryState
    order_id: str
    order_code: str
    location_id: str
    at: _timestamp_pb2.Timestamp
    give_up_at: _timestamp_pb2.Timestamp
    history: _containers.RepeatedCompositeFieldContainer[DeliveryEntry]
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[str] = ..., by: _Optional[str] = ..., recipient: _Optional[str] = ..., language: _Optional[str] = ..., state: _Optional[_Union[DeliveryState, str]] = ..., order_id: _Optional[str] = ..., order_code: _Optional[str] = ..., location_id: _Optional[str] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., give_up_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., history: _Optional[_Iterable[_Union[DeliveryEntry, _Mapping]]] = ...) -> None: ...

class DeliveryEntry(_message.Message):
    __slots__ = ("at", "fate", "provider", "code", "again")
    AT_FIELD_NUMBER: _ClassVar[int]
    FATE_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    AGAIN_FIELD_NUMBER: _ClassVar[int]
    at: _timestamp_pb2.Timestamp
    fate: str
    provider: str
    code: str
    again: bool
    def __init__(self, at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., fate: _Optional[str] = ..., provider: _Optional[str] = ..., code: _Optional[str] = ..., again: _Optional[bool] = ...) -> None: ...

class ListDeliveriesRequest(_message.Message):
    __slots__ = ("restaurant_id", "order_id", "states", "page_size", "page_token")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    order_id: str
    states: _containers.RepeatedScalarFieldContainer[DeliveryState]
    page_size: int
    page_token: str
    def __init__(self, restaurant_id: _Optional[str] = ..., order_id: _Optional[str] = ..., states: _Optional[_Iterable[_Union[DeliveryState, str]]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListDeliveriesResponse(_message.Message):
    __slots__ = ("data", "next_page_token")
    DATA_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Delivery]
    next_page_token: str
    def __init__(self, data: _Optional[_Iterable[_Union[Delivery, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RetryDeliveryRequest(_message.Message):
    __slots__ = ("restaurant_id", "delivery_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    DELIVERY_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    delivery_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., delivery_id: _Optional[str] = ...) -> None: ...

class RetryDeliveryResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: Delivery
    def __init__(self, data: _Optional[_Union[Delivery, _Mapping]] = ...) -> None: ...

class SendTestRequest(_message.Message):
    __slots__ = ("restaurant_id", "phone_number", "email", "devices", "language", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    phone_number: str
    email: str
    devices: bool
    language: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., phone_number: _Optional[str] = ..., email: _Optional[str] = ..., devices: _Optional[bool] = ..., language: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SendTestResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Delivery]
    def __init__(self, data: _Optional[_Iterable[_Union[Delivery, _Mapping]]] = ...) -> None: ...
