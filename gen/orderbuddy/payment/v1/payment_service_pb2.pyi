import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from orderbuddy.payment.v1 import payment_pb2 as _payment_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StartPaymentRequest(_message.Message):
    __slots__ = ("restaurant_id", "preview_order_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    preview_order_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., preview_order_id: _Optional[str] = ...) -> None: ...

class StartPaymentResponse(_message.Message):
    __slots__ = ("transaction_token",)
    TRANSACTION_TOKEN_FIELD_NUMBER: _ClassVar[int]
    transaction_token: str
    def __init__(self, transaction_token: _Optional[str] = ...) -> None: ...

class CompletePaymentRequest(_message.Message):
    __slots__ = ("preview_order_id", "transaction_token", "amount_cents", "tip_cents", "request_id")
    PREVIEW_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_TOKEN_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_CENTS_FIELD_NUMBER: _ClassVar[int]
    TIP_CENTS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    preview_order_id: str
    transaction_token: str
    amount_cents: int
    tip_cents: int
    request_id: str
    def __init__(self, preview_order_id: _Optional[str] = ..., transaction_token: _Optional[str] = ..., amount_cents: _Optional[int] = ..., tip_cents: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class CompletePaymentResponse(_message.Message):
    __slots__ = ("transaction", "order_id", "payment_id", "remaining_cents")
    TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    REMAINING_CENTS_FIELD_NUMBER: _ClassVar[int]
    transaction: _struct_pb2.Struct
    order_id: str
    payment_id: str
    remaining_cents: int
    def __init__(self, transaction: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., order_id: _Optional[str] = ..., payment_id: _Optional[str] = ..., remaining_cents: _Optional[int] = ...) -> None: ...

class CompleteWalletPaymentRequest(_message.Message):
    __slots__ = ("preview_order_id", "transaction_details", "amount_cents", "tip_cents", "request_id")
    PREVIEW_ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    TRANSACTION_DETAILS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_CENTS_FIELD_NUMBER: _ClassVar[int]
    TIP_CENTS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    preview_order_id: str
    transaction_details: _struct_pb2.Value
    amount_cents: int
    tip_cents: int
    request_id: str
    def __init__(self, preview_order_id: _Optional[str] = ..., transaction_details: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., amount_cents: _Optional[int] = ..., tip_cents: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class CompleteWalletPaymentResponse(_message.Message):
    __slots__ = ("transaction", "order_id", "payment_id", "remaining_cents")
    TRANSACTION_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    REMAINING_CENTS_FIELD_NUMBER: _ClassVar[int]
    transaction: _struct_pb2.Struct
    order_id: str
    payment_id: str
    remaining_cents: int
    def __init__(self, transaction: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., order_id: _Optional[str] = ..., payment_id: _Optional[str] = ..., remaining_cents: _Optional[int] = ...) -> None: ...

class TakeCounterPaymentRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "order_id", "method", "amount_cents", "tip_cents", "reference", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_CENTS_FIELD_NUMBER: _ClassVar[int]
    TIP_CENTS_FIELD_NUMBER: _ClassVar[int]
    REFERENCE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    order_id: str
    method: _payment_pb2.PaymentMethod
    amount_cents: int
    tip_cents: int
    reference: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., order_id: _Optional[str] = ..., method: _Optional[_Union[_payment_pb2.PaymentMethod, str]] = ..., amount_cents: _Optional[int] = ..., tip_cents: _Optional[int] = ..., reference: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class TakeCounterPaymentResponse(_message.Message):
    __slots__ = ("payment", "order_id", "remaining_cents")
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REMAINING_CENTS_FIELD_NUMBER: _ClassVar[int]
    payment: _payment_pb2.Payment
    order_id: str
    remaining_cents: int
    def __init__(self, payment: _Optional[_Union[_payment_pb2.Payment, _Mapping]] = ..., order_id: _Optional[str] = ..., remaining_cents: _Optional[int] = ...) -> None: ...

class GetPaymentRequest(_message.Message):
    __slots__ = ("restaurant_id", "payment_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    payment_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., payment_id: _Optional[str] = ...) -> None: ...

class GetPaymentResponse(_message.Message):
    __slots__ = ("payment",)
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    payment: _payment_pb2.Payment
    def __init__(self, payment: _Optional[_Union[_payment_pb2.Payment, _Mapping]] = ...) -> None: ...

class ListPaymentsRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "order_id", "states", "until", "page_size", "page_token")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    STATES_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    order_id: str
    states: _containers.RepeatedScalarFieldContainer[_payment_pb2.PaymentState]
    until: _timestamp_pb2.Timestamp
    page_size: int
    page_token: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., order_id: _Optional[str] = ..., states: _Optional[_Iterable[_Union[_payment_pb2.PaymentState, str]]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ..., **kwargs) -> None: ...

class ListPaymentsResponse(_message.Message):
    __slots__ = ("payments", "next_page_token")
    PAYMENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    payments: _containers.RepeatedCompositeFieldContainer[_payment_pb2.Payment]
    next_page_token: str
    def __init__(self, payments: _Optional[_Iterable[_Union[_payment_pb2.Payment, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class RefundPaymentRequest(_message.Message):
    __slots__ = ("restaurant_id", "payment_id", "line_ids", "amount_cents", "reason", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    LINE_IDS_FIELD_NUMBER: _ClassVar[int]
    AMOUNT_CENTS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    payment_id: str
    line_ids: _containers.RepeatedScalarFieldContainer[str]
    amount_cents: int
    reason: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., payment_id: _Optional[str] = ..., line_ids: _Optional[_Iterable[str]] = ..., amount_cents: _Optional[int] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RefundPaymentResponse(_message.Message):
    __slots__ = ("payment",)
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    payment: _payment_pb2.Payment
    def __init__(self, payment: _Optional[_Union[_payment_pb2.Payment, _Mapping]] = ...) -> None: ...

class VoidPaymentRequest(_message.Message):
    __slots__ = ("restaurant_id", "payment_id", "reason", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    payment_id: str
    reason: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., payment_id: _Optional[str] = ..., reason: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class VoidPaymentResponse(_message.Message):
    __slots__ = ("payment",)
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    payment: _payment_pb2.Payment
    def __init__(self, payment: _Optional[_Union[_payment_pb2.Payment, _Mapping]] = ...) -> None: ...

class ReconcilePaymentsRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "until")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    FROM_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    until: _timestamp_pb2.Timestamp
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., **kwargs) -> None: ...

class ReconcilePaymentsResponse(_message.Message):
    __slots__ = ("checked", "agreed", "discrepancies", "taken_cents", "given_back_cents")
    CHECKED_FIELD_NUMBER: _ClassVar[int]
    AGREED_FIELD_NUMBER: _ClassVar[int]
    DISCREPANCIES_FIELD_NUMBER: _ClassVar[int]
    TAKEN_CENTS_FIELD_NUMBER: _ClassVar[int]
    GIVEN_BACK_CENTS_FIELD_NUMBER: _ClassVar[int]
    checked: int
    agreed: int
    discrepancies: _containers.RepeatedCompositeFieldContainer[Discrepancy]
    taken_cents: int
    given_back_cents: int
    def __init__(self, checked: _Optional[int] = ..., agreed: _Optional[int] = ..., discrepancies: _Optional[_Iterable[_Union[Discrepancy, _Mapping]]] = ..., taken_cents: _Optional[int] = ..., given_back_cents: _Optional[int] = ...) -> None: ...

class Discrepancy(_message.Message):
    __slots__ = ("payment_id", "state", "gateway_says")
    PAYMENT_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    GATEWAY_SAYS_FIELD_NUMBER: _ClassVar[int]
    payment_id: str
    state: _payment_pb2.PaymentState
    gateway_says: str
    def __init__(self, payment_id: _Optional[str] = ..., state: _Optional[_Union[_payment_pb2.PaymentState, str]] = ..., gateway_says: _Optional[str] = ...) -> None: ...

class SetPaymentAccountRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "oid", "auth_token", "accept_payment", "emergepay_wallets_public_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    OID_FIELD_NUMBER: _ClassVar[int]
    AUTH_TOKEN_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_PAYMENT_FIELD_NUMBER: _ClassVar[int]
    EMERGEPAY_WALLETS_PUBLIC_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    oid: str
    auth_token: str
    accept_payment: bool
    emergepay_wallets_public_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., oid: _Optional[str] = ..., auth_token: _Optional[str] = ..., accept_payment: _Optional[bool] = ..., emergepay_wallets_public_id: _Optional[str] = ...) -> None: ...

class SetPaymentAccountResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WatchPaymentsRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "resume_token")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    resume_token: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchPaymentsResponse(_message.Message):
    __slots__ = ("resume_token", "snapshot", "change", "reset", "heartbeat")
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    SNAPSHOT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    resume_token: str
    snapshot: PaymentsSnapshot
    change: _payment_pb2.Payment
    reset: WatchReset
    heartbeat: WatchHeartbeat
    def __init__(self, resume_token: _Optional[str] = ..., snapshot: _Optional[_Union[PaymentsSnapshot, _Mapping]] = ..., change: _Optional[_Union[_payment_pb2.Payment, _Mapping]] = ..., reset: _Optional[_Union[WatchReset, _Mapping]] = ..., heartbeat: _Optional[_Union[WatchHeartbeat, _Mapping]] = ...) -> None: ...

class PaymentsSnapshot(_message.Message):
    __slots__ = ("payments",)
    PAYMENTS_FIELD_NUMBER: _ClassVar[int]
    payments: _containers.RepeatedCompositeFieldContainer[_payment_pb2.Payment]
    def __init__(self, payments: _Optional[_Iterable[_Union[_payment_pb2.Payment, _Mapping]]] = ...) -> None: ...

class WatchReset(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class WatchHeartbeat(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
