from google.protobuf import descriptor_pb2 as _descriptor_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Device(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DEVICE_UNSPECIFIED: _ClassVar[Device]
    DEVICE_POS: _ClassVar[Device]
    DEVICE_PRINTER: _ClassVar[Device]
    DEVICE_DISPLAY: _ClassVar[Device]

class Role(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    ROLE_UNSPECIFIED: _ClassVar[Role]
    ROLE_STAFF: _ClassVar[Role]
    ROLE_MANAGER: _ClassVar[Role]
    ROLE_OWNER: _ClassVar[Role]

class Caller(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CALLER_UNSPECIFIED: _ClassVar[Caller]
    CALLER_ANYONE: _ClassVar[Caller]
    CALLER_STAFF: _ClassVar[Caller]
    CALLER_DEVICE: _ClassVar[Caller]
    CALLER_SERVICE: _ClassVar[Caller]

class Tenancy(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TENANCY_UNSPECIFIED: _ClassVar[Tenancy]
    TENANCY_NONE: _ClassVar[Tenancy]
    TENANCY_RESTAURANT_ID: _ClassVar[Tenancy]
    TENANCY_RESOURCE: _ClassVar[Tenancy]
    TENANCY_USER: _ClassVar[Tenancy]
DEVICE_UNSPECIFIED: Device
DEVICE_POS: Device
DEVICE_PRINTER: Device
DEVICE_DISPLAY: Device
ROLE_UNSPECIFIED: Role
ROLE_STAFF: Role
ROLE_MANAGER: Role
ROLE_OWNER: Role
CALLER_UNSPECIFIED: Caller
CALLER_ANYONE: Caller
CALLER_STAFF: Caller
CALLER_DEVICE: Caller
CALLER_SERVICE: Caller
TENANCY_UNSPECIFIED: Tenancy
TENANCY_NONE: Tenancy
TENANCY_RESTAURANT_ID: Tenancy
TENANCY_RESOURCE: Tenancy
TENANCY_USER: Tenancy
ACCESS_FIELD_NUMBER: _ClassVar[int]
access: _descriptor.FieldDescriptor
REST_FIELD_NUMBER: _ClassVar[int]
rest: _descriptor.FieldDescriptor
IGNORES_UNKNOWN_FIELDS_FIELD_NUMBER: _ClassVar[int]
ignores_unknown_fields: _descriptor.FieldDescriptor

class Access(_message.Message):
    __slots__ = ("callers", "tenancy", "least_role", "devices")
    CALLERS_FIELD_NUMBER: _ClassVar[int]
    TENANCY_FIELD_NUMBER: _ClassVar[int]
    LEAST_ROLE_FIELD_NUMBER: _ClassVar[int]
    DEVICES_FIELD_NUMBER: _ClassVar[int]
    callers: _containers.RepeatedScalarFieldContainer[Caller]
    tenancy: Tenancy
    least_role: Role
    devices: _containers.RepeatedScalarFieldContainer[Device]
    def __init__(self, callers: _Optional[_Iterable[_Union[Caller, str]]] = ..., tenancy: _Optional[_Union[Tenancy, str]] = ..., least_role: _Optional[_Union[Role, str]] = ..., devices: _Optional[_Iterable[_Union[Device, str]]] = ...) -> None: ...

class Rest(_message.Message):
    __slots__ = ("success_status", "ignores_unknown_fields", "upload", "max_body_bytes", "redirect_field", "deadline_seconds")
    SUCCESS_STATUS_FIELD_NUMBER: _ClassVar[int]
    IGNORES_UNKNOWN_FIELDS_FIELD_NUMBER: _ClassVar[int]
    UPLOAD_FIELD_NUMBER: _ClassVar[int]
    MAX_BODY_BYTES_FIELD_NUMBER: _ClassVar[int]
    REDIRECT_FIELD_FIELD_NUMBER: _ClassVar[int]
    DEADLINE_SECONDS_FIELD_NUMBER: _ClassVar[int]
    success_status: int
    ignores_unknown_fields: bool
    upload: Upload
    max_body_bytes: int
    redirect_field: str
    deadline_seconds: int
    def __init__(self, success_status: _Optional[int] = ..., ignores_unknown_fields: _Optional[bool] = ..., upload: _Optional[_Union[Upload, _Mapping]] = ..., max_body_bytes: _Optional[int] = ..., redirect_field: _Optional[str] = ..., deadline_seconds: _Optional[int] = ...) -> None: ...

class Upload(_message.Message):
    __slots__ = ("form_field",)
    FORM_FIELD_FIELD_NUMBER: _ClassVar[int]
    form_field: str
    def __init__(self, form_field: _Optional[str] = ...) -> None: ...
