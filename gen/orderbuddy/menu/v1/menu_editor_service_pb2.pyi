from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import field_mask_pb2 as _field_mask_pb2
from orderbuddy.menu.v1 import catalog_pb2 as _catalog_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListStaffMenusRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class ListStaffMenusResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[_catalog_pb2.MenuSummary]
    def __init__(self, data: _Optional[_Iterable[_Union[_catalog_pb2.MenuSummary, _Mapping]]] = ...) -> None: ...

class GetStaffMenuRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menu_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menu_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ...) -> None: ...

class GetStaffMenuResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _catalog_pb2.Menu
    def __init__(self, data: _Optional[_Union[_catalog_pb2.Menu, _Mapping]] = ...) -> None: ...

class GetCounterMenuRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menu_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menu_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ...) -> None: ...

class GetCounterMenuResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _catalog_pb2.Menu
    def __init__(self, data: _Optional[_Union[_catalog_pb2.Menu, _Mapping]] = ...) -> None: ...

class Wording(_message.Message):
    __slots__ = ("en", "es", "pt")
    EN_FIELD_NUMBER: _ClassVar[int]
    ES_FIELD_NUMBER: _ClassVar[int]
    PT_FIELD_NUMBER: _ClassVar[int]
    en: str
    es: str
    pt: str
    def __init__(self, en: _Optional[str] = ..., es: _Optional[str] = ..., pt: _Optional[str] = ...) -> None: ...

class CreateMenuRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "name", "menu_slug", "sales_tax", "available", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MENU_SLUG_FIELD_NUMBER: _ClassVar[int]
    SALES_TAX_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    name: Wording
    menu_slug: str
    sales_tax: float
    available: bool
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., name: _Optional[_Union[Wording, _Mapping]] = ..., menu_slug: _Optional[str] = ..., sales_tax: _Optional[float] = ..., available: _Optional[bool] = ..., request_id: _Optional[str] = ...) -> None: ...

class CreateMenuResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _catalog_pb2.MenuSummary
    def __init__(self, data: _Optional[_Union[_catalog_pb2.MenuSummary, _Mapping]] = ...) -> None: ...

class CopyMenuRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menu_id", "to_location_id", "menu_slug", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    TO_LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_SLUG_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menu_id: str
    to_location_id: str
    menu_slug: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ..., to_location_id: _Optional[str] = ..., menu_slug: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class CopyMenuResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _catalog_pb2.MenuSummary
    def __init__(self, data: _Optional[_Union[_catalog_pb2.MenuSummary, _Mapping]] = ...) -> None: ...

class UpdateMenuRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menu_id", "name", "menu_slug", "sales_tax", "available", "version", "request_id", "tags", "update_mask")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MENU_SLUG_FIELD_NUMBER: _ClassVar[int]
    SALES_TAX_FIELD_NUMBER: _ClassVar[int]
    AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menu_id: str
    name: Wording
    menu_slug: str
    sales_tax: float
    available: bool
    version: int
    request_id: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ..., name: _Optional[_Union[Wording, _Mapping]] = ..., menu_slug: _Optional[str] = ..., sales_tax: _Optional[float] = ..., available: _Optional[bool] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class UpdateMenuResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _catalog_pb2.MenuSummary
    def __init__(self, data: _Optional[_Union[_catalog_pb2.MenuSummary, _Mapping]] = ...) -> None: ...

class DeleteMenuRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menu_id", "version", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menu_id: str
    version: int
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteMenuResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: bool
    def __init__(self, data: _Optional[bool] = ...) -> None: ...

class SaveCategoryRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menu_id", "id", "name", "description", "sort_order", "emoji", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    SORT_ORDER_FIELD_NUMBER: _ClassVar[int]
    EMOJI_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menu_id: str
    id: str
    name: Wording
    description: Wording
    sort_order: float
    emoji: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ..., id: _Optional[str] = ..., name: _Optional[_Union[Wording, _Mapping]] = ..., description: _Optional[_Union[Wording, _Mapping]] = ..., sort_order: _Optional[float] = ..., emoji: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class SaveCategoryResponse(_message.Message):
    __slots__ = ("data", "id")
    DATA_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    data: bool
    id: str
    def __init__(self, data: _Optional[bool] = ..., id: _Optional[str] = ...) -> None: ...

class DeleteCategoryRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menu_id", "category_id", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menu_id: str
    category_id: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ..., category_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteCategoryResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: bool
    def __init__(self, data: _Optional[bool] = ...) -> None: ...

class SetCategorySortOrderRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menu_id", "category_id", "sort_order", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_ID_FIELD_NUMBER: _ClassVar[int]
    SORT_ORDER_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menu_id: str
    category_id: str
    sort_order: float
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ..., category_id: _Optional[str] = ..., sort_order: _Optional[float] = ..., request_id: _Optional[str] = ...) -> None: ...

class SetCategorySortOrderResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: bool
    def __init__(self, data: _Optional[bool] = ...) -> None: ...

class SortCategoriesRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menu_id", "category_ids", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_IDS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menu_id: str
    category_ids: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ..., category_ids: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class SortCategoriesResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: bool
    def __init__(self, data: _Optional[bool] = ...) -> None: ...

class SaveItemRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menu_id", "id", "name", "description", "price", "category_id", "image_urls", "station_tags", "making_cost_cents", "is_available", "variants", "modifiers", "version", "request_id", "update_mask")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    PRICE_FIELD_NUMBER: _ClassVar[int]
    CATEGORY_ID_FIELD_NUMBER: _ClassVar[int]
    IMAGE_URLS_FIELD_NUMBER: _ClassVar[int]
    STATION_TAGS_FIELD_NUMBER: _ClassVar[int]
    MAKING_COST_CENTS_FIELD_NUMBER: _ClassVar[int]
    IS_AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    VARIANTS_FIELD_NUMBER: _ClassVar[int]
    MODIFIERS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    UPDATE_MASK_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menu_id: str
    id: str
    name: Wording
    description: Wording
    price: float
    category_id: str
    image_urls: _containers.RepeatedScalarFieldContainer[str]
    station_tags: _containers.RepeatedScalarFieldContainer[str]
    making_cost_cents: float
    is_available: bool
    variants: _containers.RepeatedCompositeFieldContainer[ItemVariant]
    modifiers: _containers.RepeatedCompositeFieldContainer[ItemModifier]
    version: int
    request_id: str
    update_mask: _field_mask_pb2.FieldMask
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ..., id: _Optional[str] = ..., name: _Optional[_Union[Wording, _Mapping]] = ..., description: _Optional[_Union[Wording, _Mapping]] = ..., price: _Optional[float] = ..., category_id: _Optional[str] = ..., image_urls: _Optional[_Iterable[str]] = ..., station_tags: _Optional[_Iterable[str]] = ..., making_cost_cents: _Optional[float] = ..., is_available: _Optional[bool] = ..., variants: _Optional[_Iterable[_Union[ItemVariant, _Mapping]]] = ..., modifiers: _Optional[_Iterable[_Union[ItemModifier, _Mapping]]] = ..., version: _Optional[int] = ..., request_id: _Optional[str] = ..., update_mask: _Optional[_Union[_field_mask_pb2.FieldMask, _Mapping]] = ...) -> None: ...

class ItemVariant(_message.Message):
    __slots__ = ("id", "name", "price_cents", "default")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRICE_CENTS_FIELD_NUMBER: _ClassVar[int]
    DEFAULT_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    price_cents: float
    default: bool
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., price_cents: _Optional[float] = ..., default: _Optional[bool] = ...) -> None: ...

class ItemModifier(_message.Message):
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
    name: Wording
    type: str
    required: bool
    selection_mode: str
    max_choices: float
    free_choices: float
    extra_choice_price_cents: float
    options: _containers.RepeatedCompositeFieldContainer[ItemOption]
    def __init__(self, id: _Optional[str] = ..., name: _Optional[_Union[Wording, _Mapping]] = ..., type: _Optional[str] = ..., required: _Optional[bool] = ..., selection_mode: _Optional[str] = ..., max_choices: _Optional[float] = ..., free_choices: _Optional[float] = ..., extra_choice_price_cents: _Optional[float] = ..., options: _Optional[_Iterable[_Union[ItemOption, _Mapping]]] = ...) -> None: ...

class ItemOption(_message.Message):
    __slots__ = ("id", "name", "price_cents")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    PRICE_CENTS_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: Wording
    price_cents: float
    def __init__(self, id: _Optional[str] = ..., name: _Optional[_Union[Wording, _Mapping]] = ..., price_cents: _Optional[float] = ...) -> None: ...

class SaveItemResponse(_message.Message):
    __slots__ = ("data", "id", "version")
    DATA_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    data: bool
    id: str
    version: int
    def __init__(self, data: _Optional[bool] = ..., id: _Optional[str] = ..., version: _Optional[int] = ...) -> None: ...

class DeleteItemRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menu_id", "item_id", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menu_id: str
    item_id: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ..., item_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class DeleteItemResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: bool
    def __init__(self, data: _Optional[bool] = ...) -> None: ...

class SetOptionAvailabilityRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menu_id", "item_id", "modifier_id", "option_id", "is_available", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    MODIFIER_ID_FIELD_NUMBER: _ClassVar[int]
    OPTION_ID_FIELD_NUMBER: _ClassVar[int]
    IS_AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menu_id: str
    item_id: str
    modifier_id: str
    option_id: str
    is_available: bool
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ..., item_id: _Optional[str] = ..., modifier_id: _Optional[str] = ..., option_id: _Optional[str] = ..., is_available: _Optional[bool] = ..., request_id: _Optional[str] = ...) -> None: ...

class SetOptionAvailabilityResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: bool
    def __init__(self, data: _Optional[bool] = ...) -> None: ...
