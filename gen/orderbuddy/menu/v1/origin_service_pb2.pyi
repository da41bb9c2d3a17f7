from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.api import httpbody_pb2 as _httpbody_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class OriginDetails(_message.Message):
    __slots__ = ("id", "restaurant_id", "location_id", "label", "qr_code", "qr_code_id", "type", "version")
    ID_FIELD_NUMBER: _ClassVar[int]
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    QR_CODE_FIELD_NUMBER: _ClassVar[int]
    QR_CODE_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    id: str
    restaurant_id: str
    location_id: str
    label: str
    qr_code: str
    qr_code_id: str
    type: str
    version: int
    def __init__(self, id: _Optional[str] = ..., restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., label: _Optional[str] = ..., qr_code: _Optional[str] = ..., qr_code_id: _Optional[str] = ..., type: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class ListOriginsRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class ListOriginsResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: LocationOrigins
    def __init__(self, data: _Optional[_Union[LocationOrigins, _Mapping]] = ...) -> None: ...

class LocationOrigins(_message.Message):
    __slots__ = ("qr_code_style", "qr_code_image", "origin_data")
    QR_CODE_STYLE_FIELD_NUMBER: _ClassVar[int]
    QR_CODE_IMAGE_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_DATA_FIELD_NUMBER: _ClassVar[int]
    qr_code_style: _struct_pb2.Struct
    qr_code_image: str
    origin_data: _containers.RepeatedCompositeFieldContainer[OriginDetails]
    def __init__(self, qr_code_style: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., qr_code_image: _Optional[str] = ..., origin_data: _Optional[_Iterable[_Union[OriginDetails, _Mapping]]] = ...) -> None: ...

class CreateOriginRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "name", "type", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    name: str
    type: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., name: _Optional[str] = ..., type: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateOriginResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: OriginDetails
    def __init__(self, data: _Optional[_Union[OriginDetails, _Mapping]] = ...) -> None: ...

class RenameOriginRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "origin_id", "name", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    origin_id: str
    name: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., origin_id: _Optional[str] = ..., name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RenameOriginResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: OriginDetails
    def __init__(self, data: _Optional[_Union[OriginDetails, _Mapping]] = ...) -> None: ...

class DeleteOriginRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "origin_id", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    origin_id: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., origin_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteOriginResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: bool
    def __init__(self, data: _Optional[bool] = ...) -> None: ...

class SaveQrStyleRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "qr_code_image", "qr_code_style", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    QR_CODE_IMAGE_FIELD_NUMBER: _ClassVar[int]
    QR_CODE_STYLE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    qr_code_image: str
    qr_code_style: QrStyle
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., qr_code_image: _Optional[str] = ..., qr_code_style: _Optional[_Union[QrStyle, _Mapping]] = ..., request_id: _Optional[str] = ...) -> None: ...

class QrStyle(_message.Message):
    __slots__ = ("width", "height", "type", "data", "image", "margin", "qr_options", "image_options", "dots_options", "background_options", "corners_square_options", "corners_dot_options", "shape")
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    MARGIN_FIELD_NUMBER: _ClassVar[int]
    QR_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    IMAGE_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    DOTS_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    BACKGROUND_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    CORNERS_SQUARE_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    CORNERS_DOT_OPTIONS_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    width: float
    height: float
    type: str
    data: str
    image: str
    margin: float
    qr_options: QrOptions
    image_options: QrImageOptions
    dots_options: QrPartStyle
    background_options: QrBackground
    corners_square_options: QrPartStyle
    corners_dot_options: QrPartStyle
    shape: str
    def __init__(self, width: _Optional[float] = ..., height: _Optional[float] = ..., type: _Optional[str] = ..., data: _Optional[str] = ..., image: _Optional[str] = ..., margin: _Optional[float] = ..., qr_options: _Optional[_Union[QrOptions, _Mapping]] = ..., image_options: _Optional[_Union[QrImageOptions, _Mapping]] = ..., dots_options: _Optional[_Union[QrPartStyle, _Mapping]] = ..., background_options: _Optional[_Union[QrBackground, _Mapping]] = ..., corners_square_options: _Optional[_Union[QrPartStyle, _Mapping]] = ..., corners_dot_options: _Optional[_Union[QrPartStyle, _Mapping]] = ..., shape: _Optional[str] = ...) -> None: ...

class QrOptions(_message.Message):
    __slots__ = ("type_number", "error_correction_level")
    TYPE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    ERROR_CORRECTION_LEVEL_FIELD_NUMBER: _ClassVar[int]
    type_number: float
    error_correction_level: str
    def __init__(self, type_number: _Optional[float] = ..., error_correction_level: _Optional[str] = ...) -> None: ...

class QrImageOptions(_message.Message):
    __slots__ = ("hide_background_dots", "image_size", "margin", "cross_origin")
    HIDE_BACKGROUND_DOTS_FIELD_NUMBER: _ClassVar[int]
    IMAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    MARGIN_FIELD_NUMBER: _ClassVar[int]
    CROSS_ORIGIN_FIELD_NUMBER: _ClassVar[int]
    hide_background_dots: _struct_pb2.Value
    image_size: float
    margin: float
    cross_origin: str
    def __init__(self, hide_background_dots: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., image_size: _Optional[float] = ..., margin: _Optional[float] = ..., cross_origin: _Optional[str] = ...) -> None: ...

class QrPartStyle(_message.Message):
    __slots__ = ("color", "type")
    COLOR_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    color: str
    type: str
    def __init__(self, color: _Optional[str] = ..., type: _Optional[str] = ...) -> None: ...

class QrBackground(_message.Message):
    __slots__ = ("color",)
    COLOR_FIELD_NUMBER: _ClassVar[int]
    color: str
    def __init__(self, color: _Optional[str] = ...) -> None: ...

class SaveQrStyleResponse(_message.Message):
    __slots__ = ("data", "message")
    DATA_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    data: _struct_pb2.Struct
    message: str
    def __init__(self, data: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., message: _Optional[str] = ...) -> None: ...

class SendOriginLinkRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "origin_id", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    origin_id: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., origin_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SendOriginLinkResponse(_message.Message):
    __slots__ = ("data", "message")
    DATA_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    data: _struct_pb2.Struct
    message: str
    def __init__(self, data: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., message: _Optional[str] = ...) -> None: ...

class RenderOriginQrRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "origin_id", "format")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_ID_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    origin_id: str
    format: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., origin_id: _Optional[str] = ..., format: _Optional[str] = ...) -> None: ...

class RenderOriginQrResponse(_message.Message):
    __slots__ = ("image",)
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    image: _httpbody_pb2.HttpBody
    def __init__(self, image: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ...) -> None: ...

class RenderTableSheetRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class RenderTableSheetResponse(_message.Message):
    __slots__ = ("page",)
    PAGE_FIELD_NUMBER: _ClassVar[int]
    page: _httpbody_pb2.HttpBody
    def __init__(self, page: _Optional[_Union[_httpbody_pb2.HttpBody, _Mapping]] = ...) -> None: ...

class ResolveShortLinkRequest(_message.Message):
    __slots__ = ("short_id",)
    SHORT_ID_FIELD_NUMBER: _ClassVar[int]
    short_id: str
    def __init__(self, short_id: _Optional[str] = ...) -> None: ...

class ResolveShortLinkResponse(_message.Message):
    __slots__ = ("location",)
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    location: str
    def __init__(self, location: _Optional[str] = ...) -> None: ...
