from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListUserRestaurantsRequest(_message.Message):
    __slots__ = ("user_id",)
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    def __init__(self, user_id: _Optional[str] = ...) -> None: ...

class ListUserRestaurantsResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[RestaurantSummary]
    def __init__(self, data: _Optional[_Iterable[_Union[RestaurantSummary, _Mapping]]] = ...) -> None: ...

class RestaurantSummary(_message.Message):
    __slots__ = ("id", "name", "concept", "logo")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONCEPT_FIELD_NUMBER: _ClassVar[int]
    LOGO_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    concept: str
    logo: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., concept: _Optional[str] = ..., logo: _Optional[str] = ...) -> None: ...

class CreateRestaurantRequest(_message.Message):
    __slots__ = ("user_id", "request_id")
    USER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    user_id: str
    request_id: str
    def __init__(self, user_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateRestaurantResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: CreatedRestaurant
    def __init__(self, data: _Optional[_Union[CreatedRestaurant, _Mapping]] = ...) -> None: ...

class CreatedRestaurant(_message.Message):
    __slots__ = ("restaurant",)
    RESTAURANT_FIELD_NUMBER: _ClassVar[int]
    restaurant: RestaurantDetails
    def __init__(self, restaurant: _Optional[_Union[RestaurantDetails, _Mapping]] = ...) -> None: ...

class GetRestaurantDetailsRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class GetRestaurantDetailsResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: RestaurantDetails
    def __init__(self, data: _Optional[_Union[RestaurantDetails, _Mapping]] = ...) -> None: ...

class RestaurantDetails(_message.Message):
    __slots__ = ("id", "name", "concept", "logo", "tagline", "website", "created_at", "updated_at", "version")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONCEPT_FIELD_NUMBER: _ClassVar[int]
    LOGO_FIELD_NUMBER: _ClassVar[int]
    TAGLINE_FIELD_NUMBER: _ClassVar[int]
    WEBSITE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    concept: str
    logo: str
    tagline: str
    website: str
    created_at: str
    updated_at: str
    version: int
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., concept: _Optional[str] = ..., logo: _Optional[str] = ..., tagline: _Optional[str] = ..., website: _Optional[str] = ..., created_at: _Optional[str] = ..., updated_at: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class UpdateRestaurantDetailsRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "name", "concept", "logo", "tagline", "website", "version", "request_id", "update_mask")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CONCEPT_FIELD_NUMBER: _ClassVar[int]
    LOGO_FIELD_NUMBER: _ClassVar[int]
    TAGLINE_FIELD_NUMBER: _ClassVar[int]
    WEBSITE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    name: str
    concept: str
    logo: str
    tagline: str
    website: str
    version: int
    request_id: str
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., name: _Optional[str] = ..., concept: _Optional[str] = ..., logo: _Optional[str] = ..., tagline: _Optional[str] = ..., website: _Optional[str] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateRestaurantDetailsResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: bool
    def __init__(self, data: _Optional[bool] = ...) -> None: ...

class ListLocationsRequest(_message.Message):
    __slots__ = ("restaurant_id",)
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    def __init__(self, restaurant_id: _Optional[str] = ...) -> None: ...

class ListLocationsResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[LocationSummary]
    def __init__(self, data: _Optional[_Iterable[_Union[LocationSummary, _Mapping]]] = ...) -> None: ...

class LocationSummary(_message.Message):
    __slots__ = ("id", "location_slug", "name", "is_mobile", "address", "contact", "working_hours", "timezone", "alert_numbers")
    ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_SLUG_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    IS_MOBILE_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    WORKING_HOURS_FIELD_NUMBER: _ClassVar[int]
    TIMEZONE_FIELD_NUMBER: _ClassVar[int]
    ALERT_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    id: str
    location_slug: str
    name: str
    is_mobile: bool
    address: str
    contact: LocationContact
    working_hours: _containers.RepeatedCompositeFieldContainer[DayHours]
    timezone: str
    alert_numbers: _containers.RepeatedCompositeFieldContainer[AlertNumber]
    def __init__(self, id: _Optional[str] = ..., location_slug: _Optional[str] = ..., name: _Optional[str] = ..., is_mobile: _Optional[bool] = ..., address: _Optional[str] = ..., contact: _Optional[_Union[LocationContact, _Mapping]] = ..., working_hours: _Optional[_Iterable[_Union[DayHours, _Mapping]]] = ..., timezone: _Optional[str] = ..., alert_numbers: _Optional[_Iterable[_Union[AlertNumber, _Mapping]]] = ...) -> None: ...

class LocationContact(_message.Message):
    __slots__ = ("email", "phone")
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    PHONE_FIELD_NUMBER: _ClassVar[int]
    email: str
    phone: str
    def __init__(self, email: _Optional[str] = ..., phone: _Optional[str] = ...) -> None: ...

class DayHours(_message.Message):
    __slots__ = ("day", "is_open", "start_time", "end_time")
    DAY_FIELD_NUMBER: _ClassVar[int]
    IS_OPEN_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    day: str
    is_open: bool
    start_time: str
    end_time: str
    def __init__(self, day: _Optional[str] = ..., is_open: _Optional[bool] = ..., start_time: _Optional[str] = ..., end_time: _Optional[str] = ...) -> None: ...

class AlertNumber(_message.Message):
    __slots__ = ("id", "phone_number")
    ID_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    id: str
    phone_number: str
    def __init__(self, id: _Optional[str] = ..., phone_number: _Optional[str] = ...) -> None: ...

class OrderTiming(_message.Message):
    __slots__ = ("accept_orders_after_minutes", "stop_orders_before_minutes")
    ACCEPT_ORDERS_AFTER_MINUTES_FIELD_NUMBER: _ClassVar[int]
    STOP_ORDERS_BEFORE_MINUTES_FIELD_NUMBER: _ClassVar[int]
    accept_orders_after_minutes: float
    stop_orders_before_minutes: float
    def __init__(self, accept_orders_after_minutes: _Optional[float] = ..., stop_orders_before_minutes: _Optional[float] = ...) -> None: ...

class CreateLocationRequest(_message.Message):
    __slots__ = ("restaurant_id", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateLocationResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: NewLocation
    def __init__(self, data: _Optional[_Union[NewLocation, _Mapping]] = ...) -> None: ...

class NewLocation(_message.Message):
    __slots__ = ("id", "restaurant_id", "name", "location_slug", "address", "is_active", "timezone", "is_mobile", "contact", "payment", "working_hours", "order_timing", "auto_accept_order", "printers", "alert_numbers", "qr_code_image", "qr_code_id", "qr_code_style", "created_at", "updated_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    LOCATION_SLUG_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    IS_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    TIMEZONE_FIELD_NUMBER: _ClassVar[int]
    IS_MOBILE_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    PAYMENT_FIELD_NUMBER: _ClassVar[int]
    WORKING_HOURS_FIELD_NUMBER: _ClassVar[int]
    ORDER_TIMING_FIELD_NUMBER: _ClassVar[int]
    AUTO_ACCEPT_ORDER_FIELD_NUMBER: _ClassVar[int]
    PRINTERS_FIELD_NUMBER: _ClassVar[int]
    ALERT_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    QR_CODE_IMAGE_FIELD_NUMBER: _ClassVar[int]
    QR_CODE_ID_FIELD_NUMBER: _ClassVar[int]
    QR_CODE_STYLE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    restaurant_id: str
    name: str
    location_slug: str
    address: str
    is_active: bool
    timezone: str
    is_mobile: bool
    contact: LocationContact
    payment: LocationPayment
    working_hours: _containers.RepeatedCompositeFieldContainer[DayHours]
    order_timing: OrderTiming
    auto_accept_order: bool
    printers: _containers.RepeatedCompositeFieldContainer[Printer]
    alert_numbers: _containers.RepeatedCompositeFieldContainer[AlertNumber]
    qr_code_image: str
    qr_code_id: str
    qr_code_style: _struct_pb2.Struct
    created_at: str
    updated_at: str
    def __init__(self, id: _Optional[str] = ..., restaurant_id: _Optional[str] = ..., name: _Optional[str] = ..., location_slug: _Optional[str] = ..., address: _Optional[str] = ..., is_active: _Optional[bool] = ..., timezone: _Optional[str] = ..., is_mobile: _Optional[bool] = ..., contact: _Optional[_Union[LocationContact, _Mapping]] = ..., payment: _Optional[_Union[LocationPayment, _Mapping]] = ..., working_hours: _Optional[_Iterable[_Union[DayHours, _Mapping]]] = ..., order_timing: _Optional[_Union[OrderTiming, _Mapping]] = ..., auto_accept_order: _Optional[bool] = ..., printers: _Optional[_Iterable[_Union[Printer, _Mapping]]] = ..., alert_numbers: _Optional[_Iterable[_Union[AlertNumber, _Mapping]]] = ..., qr_code_image: _Optional[str] = ..., qr_code_id: _Optional[str] = ..., qr_code_style: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., created_at: _Optional[str] = ..., updated_at: _Optional[str] = ...) -> None: ...

class LocationPayment(_message.Message):
    __slots__ = ("accept_payment",)
    ACCEPT_PAYMENT_FIELD_NUMBER: _ClassVar[int]
    accept_payment: bool
    def __init__(self, accept_payment: _Optional[bool] = ...) -> None: ...

class GetLocationSettingsRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class GetLocationSettingsResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: LocationSettings
    def __init__(self, data: _Optional[_Union[LocationSettings, _Mapping]] = ...) -> None: ...

class LocationSettings(_message.Message):
    __slots__ = ("id", "restaurant_id", "name", "address", "timezone", "working_hours", "order_timing", "alert_numbers", "auto_accept_order", "contact", "version", "ready_when_done", "supported_languages")
    ID_FIELD_NUMBER: _ClassVar[int]
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    TIMEZONE_FIELD_NUMBER: _ClassVar[int]
    WORKING_HOURS_FIELD_NUMBER: _ClassVar[int]
    ORDER_TIMING_FIELD_NUMBER: _ClassVar[int]
    ALERT_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    AUTO_ACCEPT_ORDER_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    READY_WHEN_DONE_FIELD_NUMBER: _ClassVar[int]
    SUPPORTED_LANGUAGES_FIELD_NUMBER: _ClassVar[int]
    id: str
    restaurant_id: str
    name: str
    address: str
    timezone: str
    working_hours: _containers.RepeatedCompositeFieldContainer[DayHours]
    order_timing: OrderTiming
    alert_numbers: _containers.RepeatedCompositeFieldContainer[AlertNumber]
    auto_accept_order: bool
    contact: LocationContact
    version: int
    ready_when_done: bool
    supported_languages: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, id: _Optional[str] = ..., restaurant_id: _Optional[str] = ..., name: _Optional[str] = ..., address: _Optional[str] = ..., timezone: _Optional[str] = ..., working_hours: _Optional[_Iterable[_Union[DayHours, _Mapping]]] = ..., order_timing: _Optional[_Union[OrderTiming, _Mapping]] = ..., alert_numbers: _Optional[_Iterable[_Union[AlertNumber, _Mapping]]] = ..., auto_accept_order: _Optional[bool] = ..., contact: _Optional[_Union[LocationContact, _Mapping]] = ..., version: _Optional[int] = ..., ready_when_done: _Optional[bool] = ..., supported_languages: _Optional[_Iterable[str]] = ...) -> None: ...

class UpdateLocationSettingsRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "timezone", "address", "auto_accept_order", "working_hours", "order_timing", "alert_numbers", "contact", "version", "request_id", "update_mask", "ready_when_done")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    TIMEZONE_FIELD_NUMBER: _ClassVar[int]
    ADDRESS_FIELD_NUMBER: _ClassVar[int]
    AUTO_ACCEPT_ORDER_FIELD_NUMBER: _ClassVar[int]
    WORKING_HOURS_FIELD_NUMBER: _ClassVar[int]
    ORDER_TIMING_FIELD_NUMBER: _ClassVar[int]
    ALERT_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    CONTACT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    READY_WHEN_DONE_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    timezone: str
    address: str
    auto_accept_order: bool
    working_hours: _containers.RepeatedCompositeFieldContainer[DayHoursChange]
    order_timing: OrderTimingChange
    alert_numbers: _containers.RepeatedCompositeFieldContainer[AlertNumberChange]
    contact: ContactChange
    version: int
    request_id: str
    update_mask: _field_mask_pb2.FieldMask
    ready_when_done: bool
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., timezone: _Optional[str] = ..., address: _Optional[str] = ..., auto_accept_order: _Optional[bool] = ..., working_hours: _Optional[_Iterable[_Union[DayHoursChange, _Mapping]]] = ..., order_timing: _Optional[_Union[OrderTimingChange, _Mapping]] = ..., alert_numbers: _Optional[_Iterable[_Union[AlertNumberChange, _Mapping]]] = ..., contact: _Optional[_Union[ContactChange, _Mapping]] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ..., ready_when_done: _Optional[bool] = ...) -> None: ...

class DayHoursChange(_message.Message):
    __slots__ = ("day", "is_open", "start_time", "end_time")
    DAY_FIELD_NUMBER: _ClassVar[int]
    IS_OPEN_FIELD_NUMBER: _ClassVar[int]
    START_TIME_FIELD_NUMBER: _ClassVar[int]
    END_TIME_FIELD_NUMBER: _ClassVar[int]
    day: str
    is_open: bool
    start_time: str
    end_time: str
    def __init__(self, day: _Optional[str] = ..., is_open: _Optional[bool] = ..., start_time: _Optional[str] = ..., end_time: _Optional[str] = ...) -> None: ...

class OrderTimingChange(_message.Message):
    __slots__ = ("accept_orders_after_minutes", "stop_orders_before_minutes")
    ACCEPT_ORDERS_AFTER_MINUTES_FIELD_NUMBER: _ClassVar[int]
    STOP_ORDERS_BEFORE_MINUTES_FIELD_NUMBER: _ClassVar[int]
    accept_orders_after_minutes: float
    stop_orders_before_minutes: float
    def __init__(self, accept_orders_after_minutes: _Optional[float] = ..., stop_orders_before_minutes: _Optional[float] = ...) -> None: ...

class AlertNumberChange(_message.Message):
    __slots__ = ("id", "phone_number")
    ID_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBER_FIELD_NUMBER: _ClassVar[int]
    id: str
    phone_number: str
    def __init__(self, id: _Optional[str] = ..., phone_number: _Optional[str] = ...) -> None: ...

class ContactChange(_message.Message):
    __slots__ = ("email",)
    EMAIL_FIELD_NUMBER: _ClassVar[int]
    email: str
    def __init__(self, email: _Optional[str] = ...) -> None: ...

class UpdateLocationSettingsResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: LocationSettings
    def __init__(self, data: _Optional[_Union[LocationSettings, _Mapping]] = ...) -> None: ...

class SetLocationLanguagesRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "supported_languages", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    SUPPORTED_LANGUAGES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    supported_languages: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., supported_languages: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class SetLocationLanguagesResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, data: _Optional[_Iterable[str]] = ...) -> None: ...

class ListPrintersRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class ListPrintersResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[Printer]
    def __init__(self, data: _Optional[_Iterable[_Union[Printer, _Mapping]]] = ...) -> None: ...

class Printer(_message.Message):
    __slots__ = ("id", "type", "ip", "name")
    ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    IP_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    id: str
    type: str
    ip: str
    name: str
    def __init__(self, id: _Optional[str] = ..., type: _Optional[str] = ..., ip: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class AddPrinterRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "ip", "name", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    IP_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    ip: str
    name: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., ip: _Optional[str] = ..., name: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class AddPrinterResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: Printer
    def __init__(self, data: _Optional[_Union[Printer, _Mapping]] = ...) -> None: ...

class RemovePrinterRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "printer_id", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    PRINTER_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    printer_id: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., printer_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class RemovePrinterResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: bool
    def __init__(self, data: _Optional[bool] = ...) -> None: ...
