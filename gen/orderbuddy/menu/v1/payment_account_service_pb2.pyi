from buf.validate import validate_pb2 as _validate_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListPaymentAccountsRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class ListPaymentAccountsResponse(_message.Message):
    __slots__ = ("accounts",)
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    accounts: _containers.RepeatedCompositeFieldContainer[PaymentAccount]
    def __init__(self, accounts: _Optional[_Iterable[_Union[PaymentAccount, _Mapping]]] = ...) -> None: ...

class PaymentAccount(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "oid", "auth")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    OID_FIELD_NUMBER: _ClassVar[int]
    AUTH_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    oid: str
    auth: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., oid: _Optional[str] = ..., auth: _Optional[str] = ...) -> None: ...

class StorePaymentAccountRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "oid", "auth", "accept_payment", "emergepay_wallets_public_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    OID_FIELD_NUMBER: _ClassVar[int]
    AUTH_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_PAYMENT_FIELD_NUMBER: _ClassVar[int]
    EMERGEPAY_WALLETS_PUBLIC_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    oid: str
    auth: str
    accept_payment: bool
    emergepay_wallets_public_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., oid: _Optional[str] = ..., auth: _Optional[str] = ..., accept_payment: _Optional[bool] = ..., emergepay_wallets_public_id: _Optional[str] = ...) -> None: ...

class StorePaymentAccountResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
