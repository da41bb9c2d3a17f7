import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class PaymentState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAYMENT_STATE_UNSPECIFIED: _ClassVar[PaymentState]
    PAYMENT_STATE_INTENDED: _ClassVar[PaymentState]
    PAYMENT_STATE_AUTHORISING: _ClassVar[PaymentState]
    PAYMENT_STATE_PAID: _ClassVar[PaymentState]
    PAYMENT_STATE_ORDERED: _ClassVar[PaymentState]
    PAYMENT_STATE_DECLINED: _ClassVar[PaymentState]
    PAYMENT_STATE_VOIDED: _ClassVar[PaymentState]
    PAYMENT_STATE_REFUNDED: _ClassVar[PaymentState]
    PAYMENT_STATE_UNKNOWN: _ClassVar[PaymentState]

class PaymentMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PAYMENT_METHOD_UNSPECIFIED: _ClassVar[PaymentMethod]
    PAYMENT_METHOD_CARD: _ClassVar[PaymentMethod]
    PAYMENT_METHOD_WALLET: _ClassVar[PaymentMethod]
    PAYMENT_METHOD_CASH: _ClassVar[PaymentMethod]
    PAYMENT_METHOD_CARD_AT_TILL: _ClassVar[PaymentMethod]

class ReversalKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVERSAL_KIND_UNSPECIFIED: _ClassVar[ReversalKind]
    REVERSAL_KIND_VOID: _ClassVar[ReversalKind]
    REVERSAL_KIND_REFUND: _ClassVar[ReversalKind]

class ReversalState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REVERSAL_STATE_UNSPECIFIED: _ClassVar[ReversalState]
    REVERSAL_STATE_PENDING: _ClassVar[ReversalState]
    REVERSAL_STATE_DONE: _ClassVar[ReversalState]
    REVERSAL_STATE_REFUSED: _ClassVar[ReversalState]
PAYMENT_STATE_UNSPECIFIED: PaymentState
PAYMENT_STATE_INTENDED: PaymentState
PAYMENT_STATE_AUTHORISING: PaymentState
PAYMENT_STATE_PAID: PaymentState
PAYMENT_STATE_ORDERED: PaymentState
PAYMENT_STATE_DECLINED: PaymentState
PAYMENT_STATE_VOIDED: PaymentState
PAYMENT_STATE_REFUNDED: PaymentState
PAYMENT_STATE_UNKNOWN: PaymentState
PAYMENT_METHOD_UNSPECIFIED: PaymentMethod
PAYMENT_METHOD_CARD: PaymentMethod
PAYMENT_METHOD_WALLET: PaymentMethod
PAYMENT_METHOD_CASH: PaymentMethod
PAYMENT_METHOD_CARD_AT_TILL: PaymentMethod
REVERSAL_KIND_UNSPECIFIED: ReversalKind
REVERSAL_KIND_VOID: ReversalKind
REVERSAL_KIND_REFUND: ReversalKind
REVERSAL_STATE_UNSPECIFIED: ReversalState
REVERSAL_STATE_PENDING: ReversalState
REVERSAL_STATE_DONE: ReversalState
REVERSAL_STATE_REFUSED: ReversalState

class Payment(_message.Message):
    __slots__ = ("id", "restaurant_id", "location_id", "order_id", "gateway", "method", "amount_cents", "tip_cents", "refunded_cents", "state", "version", "external_id", "gateway_id", "message", "card_last_digits", "card_brand", "created_at", "updated_at", "reversals", "history")
    ID_FIELD_NUMBER: _ClassVar[int]
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    GATEWAY_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_CENTS_FIELD_NUMBER: _ClassVar[int]
    TIP_CENTS_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_CENTS_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    GATEWAY_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    CARD_LAST_DIGITS_FIELD_NUMBER: _ClassVar[int]
    CARD_BRAND_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    REVERSALS_FIELD_NUMBER: _ClassVar[int]
    HISTORY_FIELD_NUMBER: _ClassVar[int]
    id: str
    restaurant_id: str
    location_id: str
    order_id: str
    gateway: str
    method: PaymentMethod
    amount_cents: int
    tip_cents: int
    refunded_cents: int
    state: PaymentState
    version: int
    external_id: str
    gateway_id: str
    message: str
    card_last_digits: str
    card_brand: str
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    reversals: _containers.RepeatedCompositeFieldContainer[Reversal]
    history: _containers.RepeatedCompositeFieldContainer[PaymentStep]
    def __init__(self, id: _Optional[str] = ..., restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., order_id: _Optional[str] = ..., gateway: _Optional[str] = ..., method: _Optional[_Union[PaymentMethod, str]] = ..., amount_cents: _Optional[int] = ..., tip_cents: _Optional[int] = ..., refunded_cents: _Optional[int] = ..., state: _Optional[_Union[PaymentState, str]] = ..., version: _Optional[int] = ..., external_id: _Optional[str] = ..., gateway_id: _Optional[str] = ..., message: _Optional[str] = ..., card_last_digits: _Optional[str] = ..., card_brand: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., reversals: _Optional[_Iterable[_Union[Reversal, _Mapping]]] = ..., history: _Optional[_Iterable[_Union[PaymentStep, _Mapping]]] = ...) -> None: ...

class PaymentStep(_message.Message):
    __slots__ = ("to", "at", "actor", "note")
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    to: PaymentState
    at: _timestamp_pb2.Timestamp
    actor: str
    note: str
    def __init__(self, to: _Optional[_Union[PaymentState, str]] = ..., at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ..., note: _Optional[str] = ..., **kwargs) -> None: ...

class Reversal(_message.Message):
    __slots__ = ("id", "kind", "state", "amount_cents", "line_ids", "reason", "external_id", "created_at", "actor", "message")
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_CENTS_FIELD_NUMBER: _ClassVar[int]
    LINE_IDS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    EXTERNAL_ID_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    id: str
    kind: ReversalKind
    state: ReversalState
    amount_cents: int
    line_ids: _containers.RepeatedScalarFieldContainer[str]
    reason: str
    external_id: str
    created_at: _timestamp_pb2.Timestamp
    actor: str
    message: str
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[_Union[ReversalKind, str]] = ..., state: _Optional[_Union[ReversalState, str]] = ..., amount_cents: _Optional[int] = ..., line_ids: _Optional[_Iterable[str]] = ..., reason: _Optional[str] = ..., external_id: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., actor: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...
