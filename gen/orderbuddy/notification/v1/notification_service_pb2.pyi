from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class SendLoginCodeRequest(_message.Message):
    __slots__ = ("email", "phone_number", "code", "lifetime_seconds", "language")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    LIFETIME_SECONDS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    email: str
    phone_number: str
    code: str
    lifetime_seconds: int
    language: str
    def __init__(self, email: _Optional[str] = ..., phone_number: _Optional[str] = ..., code: _Optional[str] = ..., lifetime_seconds: _Optional[int] = ..., language: _Optional[str] = ...) -> None: ...

class SendLoginCodeResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SendOriginLinkRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "to", "restaurant_name", "location_name", "origin_name", "origin_type", "link", "qr_png", "request_id", "language")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    RESTAURANT_NAME_FIELD_NUMBER: _ClassVar[int]
    LOCATION_NAME_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_NAME_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_TYPE_FIELD_NUMBER: _ClassVar[int]
    LINK_FIELD_NUMBER: _ClassVar[int]
    QR_PNG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    to: str
    restaurant_name: str
    location_name: str
    origin_name: str
    origin_type: str
    link: str
    qr_png: bytes
    request_id: str
    language: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., to: _Optional[str] = ..., restaurant_name: _Optional[str] = ..., location_name: _Optional[str] = ..., origin_name: _Optional[str] = ..., origin_type: _Optional[str] = ..., link: _Optional[str] = ..., qr_png: _Optional[bytes] = ..., request_id: _Optional[str] = ..., language: _Optional[str] = ...) -> None: ...

class SendOriginLinkResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SubscribeDeviceRequest(_message.Message):
    __slots__ = ("restaurant_id", "token", "platform")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    PLATFORM_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    token: str
    platform: str
    def __init__(self, restaurant_id: _Optional[str] = ..., token: _Optional[str] = ..., platform: _Optional[str] = ...) -> None: ...

class SubscribeDeviceResponse(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: str
    def __init__(self, message: _Optional[str] = ...) -> None: ...

class UnsubscribeDeviceRequest(_message.Message):
    __slots__ = ("restaurant_id", "token")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    token: str
    def __init__(self, restaurant_id: _Optional[str] = ..., token: _Optional[str] = ...) -> None: ...

class UnsubscribeDeviceResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SubscribeBrowserRequest(_message.Message):
    __slots__ = ("restaurant_id", "endpoint", "p256dh", "auth")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    ENDPOINT_FIELD_NUMBER: _ClassVar[int]
    P256DH_FIELD_NUMBER: _ClassVar[int]
    AUTH_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    endpoint: str
    p256dh: str
    auth: str
    def __init__(self, restaurant_id: _Optional[str] = ..., endpoint: _Optional[str] = ..., p256dh: _Optional[str] = ..., auth: _Optional[str] = ...) -> None: ...

class SubscribeBrowserResponse(_message.Message):
    __slots__ = ("message",)
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    message: str
    def __init__(self, message: _Optional[str] = ...) -> None: ...

class GetWebPushKeyRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class GetWebPushKeyResponse(_message.Message):
    __slots__ = ("key",)
    KEY_FIELD_NUMBER: _ClassVar[int]
    key: str
    def __init__(self, key: _Optional[str] = ...) -> None: ...
