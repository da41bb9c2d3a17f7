import datetime

from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orderbuddy.common.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Restaurant(_message.Message):
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

class Location(_message.Message):
    __slots__ = ("id", "location_slug", "name", "is_active", "accept_payment", "emergepay_wallets_public_id", "is_open")
    ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_SLUG_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    IS_ACTIVE_FIELD_NUMBER: _ClassVar[int]
    ACCEPT_PAYMENT_FIELD_NUMBER: _ClassVar[int]
    EMERGEPAY_WALLETS_PUBLIC_ID_FIELD_NUMBER: _ClassVar[int]
    IS_OPEN_FIELD_NUMBER: _ClassVar[int]
    id: str
    location_slug: str
    name: str
    is_active: bool
    accept_payment: bool
    emergepay_wallets_public_id: str
    is_open: bool
    def __init__(self, id: _Optional[str] = ..., location_slug: _Optional[str] = ..., name: _Optional[str] = ..., is_active: _Optional[bool] = ..., accept_payment: _Optional[bool] = ..., emergepay_wallets_public_id: _Optional[str] = ..., is_open: _Optional[bool] = ...) -> None: ...

class Origin(_message.Message):
    __slots__ = ("id", "restaurant_id", "location_id", "label", "type")
    ID_FIELD_NUMBER: _ClassVar[int]
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    LABEL_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    id: str
    restaurant_id: str
    location_id: str
    label: str
    type: str
    def __init__(self, id: _Optional[str] = ..., restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., label: _Optional[str] = ..., type: _Optional[str] = ...) -> None: ...

class Campaign(_message.Message):
    __slots__ = ("name", "type", "reward")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: str
    reward: _struct_pb2.Struct
    def __init__(self, name: _Optional[str] = ..., type: _Optional[str] = ..., reward: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class MenuSummary(_message.Message):
    __slots__ = ("id", "menu_slug", "name", "available")
    ID_FIELD_NUMBER: _ClassVar[int]
    MENU_SLUG_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    id: str
    menu_slug: str
    name: _common_pb2.LocalizedText
    available: bool
    def __init__(self, id: _Optional[str] = ..., menu_slug: _Optional[str] = ..., name: _Optional[_Union[_common_pb2.LocalizedText, _Mapping]] = ..., available: _Optional[bool] = ...) -> None: ...

class Menu(_message.Message):
    __slots__ = ("id", "restaurant_id", "location_id", "menu_slug", "name", "categories", "items", "sales_tax", "available", "schedule", "tags", "service_fee_cents", "created_at", "updated_at", "version")
    ID_FIELD_NUMBER: _ClassVar[int]
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_SLUG_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    CATEGORIES_FIELD_NUMBER: _ClassVar[int]
    ITEMS_FIELD_NUMBER: _ClassVar[int]
    SALES_TAX_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    SCHEDULE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    SERVICE_FEE_CENTS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    id: str
    restaurant_id: str
    location_id: str
    menu_slug: str
    name: _common_pb2.LocalizedText
    categories: _containers.RepeatedCompositeFieldContainer[MenuCategory]
    items: _containers.RepeatedCompositeFieldContainer[MenuItem]
    sales_tax: float
    available: bool
    schedule: _struct_pb2.Struct
    tags: _containers.RepeatedScalarFieldContainer[str]
    service_fee_cents: int
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    version: int
    def __init__(self, id: _Optional[str] = ..., restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_slug: _Optional[str] = ..., name: _Optional[_Union[_common_pb2.LocalizedText, _Mapping]] = ..., categories: _Optional[_Iterable[_Union[MenuCategory, _Mapping]]] = ..., items: _Optional[_Iterable[_Union[MenuItem, _Mapping]]] = ..., sales_tax: _Optional[float] = ..., available: _Optional[bool] = ..., schedule: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., tags: _Optional[_Iterable[str]] = ..., service_fee_cents: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[int] = ...) -> None: ...

class MenuCategory(_message.Message):
    __slots__ = ("id", "name", "description", "sort_order", "emoji", "image_url")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    SORT_ORDER_FIELD_NUMBER: _ClassVar[int]
    EMOJI_FIELD_NUMBER: _ClassVar[int]
    IMAGE_URL_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: _common_pb2.LocalizedText
    description: _common_pb2.LocalizedText
    sort_order: float
    emoji: str
    image_url: str
    def __init__(self, id: _Optional[str] = ..., name: _Optional[_Union[_common_pb2.LocalizedText, _Mapping]] = ..., description: _Optional[_Union[_common_pb2.LocalizedText, _Mapping]] = ..., sort_order: _Optional[float] = ..., emoji: _Optional[str] = ..., image_url: _Optional[str] = ...) -> None: ...

class MenuItem(_message.Message):
    __slots__ = ("id", "name", "description", "image_urls", "category_id", "price_cents", "making_cost_cents", "is_available", "station_tags", "variants", "modifiers", "unavailable_until", "version")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    IMAGE_URLS_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_ID_FIELD_NUMBER: _ClassVar[int]
    PRICE_CENTS_FIELD_NUMBER: _ClassVar[int]
    MAKING_COST_CENTS_FIELD_NUMBER: _ClassVar[int]
    IS_AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    STATION_TAGS_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    MODIFIERS_FIELD_NUMBER: _ClassVar[int]
    UNAVAILABLE_UNTIL_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: _common_pb2.LocalizedText
    description: _common_pb2.LocalizedText
    image_urls: _containers.RepeatedScalarFieldContainer[str]
    category_id: str
    price_cents: int
    making_cost_cents: int
    is_available: bool
    station_tags: _containers.RepeatedScalarFieldContainer[str]
    variants: _containers.RepeatedCompositeFieldContainer[MenuVariant]
    modifiers: _containers.RepeatedCompositeFieldContainer[MenuModifier]
    unavailable_until: _timestamp_pb2.Timestamp
    version: int
    def __init__(self, id: _Optional[str] = ..., name: _Optional[_Union[_common_pb2.LocalizedText, _Mapping]] = ..., description: _Optional[_Union[_common_pb2.LocalizedText, _Mapping]] = ..., image_urls: _Optional[_Iterable[str]] = ..., category_id: _Optional[str] = ..., price_cents: _Optional[int] = ..., making_cost_cents: _Optional[int] = ..., is_available: _Optional[bool] = ..., station_tags: _Optional[_Iterable[str]] = ..., variants: _Optional[_Iterable[_Union[MenuVariant, _Mapping]]] = ..., modifiers: _Optional[_Iterable[_Union[MenuModifier, _Mapping]]] = ..., unavailable_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., version: _Optional[int] = ...) -> None: ...

class MenuVariant(_message.Message):
    __slots__ = ("id", "name", "price_cents", "default")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRICE_CENTS_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    price_cents: int
    default: bool
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., price_cents: _Optional[int] = ..., default: _Optional[bool] = ...) -> None: ...

class MenuModifier(_message.Message):
    __slots__ = ("id", "name", "type", "required", "selection_mode", "max_choices", "free_choices", "extra_choice_price_cents", "options")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    SELECTION_MODE_FIELD_NUMBER: _ClassVar[int]
    MAX_CHOICES_FIELD_NUMBER: _ClassVar[int]
    FREE_CHOICES_FIELD_NUMBER: _ClassVar[int]
    EXTRA_CHOICE_PRICE_CENTS_FIELD_NUMBER: _ClassVar[int]
    OPTIONS_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: _common_pb2.LocalizedText
    type: str
    required: bool
    selection_mode: str
    max_choices: int
    free_choices: int
    extra_choice_price_cents: int
    options: _containers.RepeatedCompositeFieldContainer[MenuOption]
    def __init__(self, id: _Optional[str] = ..., name: _Optional[_Union[_common_pb2.LocalizedText, _Mapping]] = ..., type: _Optional[str] = ..., required: _Optional[bool] = ..., selection_mode: _Optional[str] = ..., max_choices: _Optional[int] = ..., free_choices: _Optional[int] = ..., extra_choice_price_cents: _Optional[int] = ..., options: _Optional[_Iterable[_Union[MenuOption, _Mapping]]] = ...) -> None: ...

class MenuOption(_message.Message):
    __slots__ = ("id", "name", "price_cents", "is_available")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRICE_CENTS_FIELD_NUMBER: _ClassVar[int]
    IS_AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: _common_pb2.LocalizedText
    price_cents: int
    is_available: bool
    def __init__(self, id: _Optional[str] = ..., name: _Optional[_Union[_common_pb2.LocalizedText, _Mapping]] = ..., price_cents: _Optional[int] = ..., is_available: _Optional[bool] = ...) -> None: ...
