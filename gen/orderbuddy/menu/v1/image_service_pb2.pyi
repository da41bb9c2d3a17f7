from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class UploadLogoRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "content", "file_name", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    content: bytes
    file_name: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., content: _Optional[bytes] = ..., file_name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class UploadLogoResponse(_message.Message):
    __slots__ = ("data", "message")
    DATA_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    data: str
    message: str
    def __init__(self, data: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class UploadItemImageRequest(_message.Message):
    __slots__ = ("restaurant_id", "folder", "content", "file_name", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    FOLDER_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    FILE_NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    folder: str
    content: bytes
    file_name: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., folder: _Optional[str] = ..., content: _Optional[bytes] = ..., file_name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class UploadItemImageResponse(_message.Message):
    __slots__ = ("image_url",)
    IMAGE_URL_FIELD_NUMBER: _ClassVar[int]
    image_url: str
    def __init__(self, image_url: _Optional[str] = ...) -> None: ...
