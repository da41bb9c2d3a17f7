import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orderbuddy.menu.v1 import catalog_pb2 as _catalog_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class CatalogView(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CATALOG_VIEW_UNSPECIFIED: _ClassVar[CatalogView]
    CATALOG_VIEW_GUEST: _ClassVar[CatalogView]
    CATALOG_VIEW_FULL: _ClassVar[CatalogView]
CATALOG_VIEW_UNSPECIFIED: CatalogView
CATALOG_VIEW_GUEST: CatalogView
CATALOG_VIEW_FULL: CatalogView

class GetRestaurantRequest(_message.Message):
    __slots__ = ("restaurant_id",)
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    def __init__(self, restaurant_id: _Optional[str] = ...) -> None: ...

class GetRestaurantResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _catalog_pb2.Restaurant
    def __init__(self, data: _Optional[_Union[_catalog_pb2.Restaurant, _Mapping]] = ...) -> None: ...

class GetLocationRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class GetLocationResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _catalog_pb2.Location
    def __init__(self, data: _Optional[_Union[_catalog_pb2.Location, _Mapping]] = ...) -> None: ...

class GetOriginRequest(_message.Message):
    __slots__ = ("origin_id",)
    ORIGIN_ID_FIELD_NUMBER: _ClassVar[int]
    origin_id: str
    def __init__(self, origin_id: _Optional[str] = ...) -> None: ...

class GetOriginResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _catalog_pb2.Origin
    def __init__(self, data: _Optional[_Union[_catalog_pb2.Origin, _Mapping]] = ...) -> None: ...

class GetOriginCampaignRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "origin_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    origin_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., origin_id: _Optional[str] = ...) -> None: ...

class GetOriginCampaignResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _catalog_pb2.Campaign
    def __init__(self, data: _Optional[_Union[_catalog_pb2.Campaign, _Mapping]] = ...) -> None: ...

class ListMenusRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class ListMenusResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[_catalog_pb2.MenuSummary]
    def __init__(self, data: _Optional[_Iterable[_Union[_catalog_pb2.MenuSummary, _Mapping]]] = ...) -> None: ...

class GetMenuRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menu_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menu_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ...) -> None: ...

class GetMenuResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _catalog_pb2.Menu
    def __init__(self, data: _Optional[_Union[_catalog_pb2.Menu, _Mapping]] = ...) -> None: ...

class SetItemAvailabilityRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menu_id", "item_id", "is_available", "request_id", "unavailable_until")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    IS_AVAILABLE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    UNAVAILABLE_UNTIL_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menu_id: str
    item_id: str
    is_available: bool
    request_id: str
    unavailable_until: _timestamp_pb2.Timestamp
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ..., item_id: _Optional[str] = ..., is_available: _Optional[bool] = ..., request_id: _Optional[str] = ..., unavailable_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class SetItemAvailabilityResponse(_message.Message):
    __slots__ = ("version", "data")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    version: int
    data: bool
    def __init__(self, version: _Optional[int] = ..., data: _Optional[bool] = ...) -> None: ...

class GetLocationCatalogRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class GetLocationCatalogResponse(_message.Message):
    __slots__ = ("entries",)
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[CatalogEntry]
    def __init__(self, entries: _Optional[_Iterable[_Union[CatalogEntry, _Mapping]]] = ...) -> None: ...

class WatchCatalogRequest(_message.Message):
    __slots__ = ("view", "resume_token")
    VIEW_FIELD_NUMBER: _ClassVar[int]
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    view: CatalogView
    resume_token: str
    def __init__(self, view: _Optional[_Union[CatalogView, str]] = ..., resume_token: _Optional[str] = ...) -> None: ...

class WatchCatalogResponse(_message.Message):
    __slots__ = ("resume_token", "upsert", "removed_key", "synced", "reset", "heartbeat")
    RESUME_TOKEN_FIELD_NUMBER: _ClassVar[int]
    UPSERT_FIELD_NUMBER: _ClassVar[int]
    REMOVED_KEY_FIELD_NUMBER: _ClassVar[int]
    SYNCED_FIELD_NUMBER: _ClassVar[int]
    RESET_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    resume_token: str
    upsert: CatalogEntry
    removed_key: str
    synced: CatalogSynced
    reset: CatalogReset
    heartbeat: CatalogHeartbeat
    def __init__(self, resume_token: _Optional[str] = ..., upsert: _Optional[_Union[CatalogEntry, _Mapping]] = ..., removed_key: _Optional[str] = ..., synced: _Optional[_Union[CatalogSynced, _Mapping]] = ..., reset: _Optional[_Union[CatalogReset, _Mapping]] = ..., heartbeat: _Optional[_Union[CatalogHeartbeat, _Mapping]] = ...) -> None: ...

class CatalogEntry(_message.Message):
    __slots__ = ("key", "restaurant", "location", "menu_list", "menu", "origin", "campaign")
    KEY_FIELD_NUMBER: _ClassVar[int]
    RESTAURANT_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    MENU_LIST_FIELD_NUMBER: _ClassVar[int]
    MENU_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    key: str
    restaurant: _catalog_pb2.Restaurant
    location: CatalogLocation
    menu_list: CatalogMenuList
    menu: _catalog_pb2.Menu
    origin: _catalog_pb2.Origin
    campaign: CatalogCampaign
    def __init__(self, key: _Optional[str] = ..., restaurant: _Optional[_Union[_catalog_pb2.Restaurant, _Mapping]] = ..., location: _Optional[_Union[CatalogLocation, _Mapping]] = ..., menu_list: _Optional[_Union[CatalogMenuList, _Mapping]] = ..., menu: _Optional[_Union[_catalog_pb2.Menu, _Mapping]] = ..., origin: _Optional[_Union[_catalog_pb2.Origin, _Mapping]] = ..., campaign: _Optional[_Union[CatalogCampaign, _Mapping]] = ...) -> None: ...

class CatalogLocation(_message.Message):
    __slots__ = ("restaurant_id", "location", "timezone", "auto_accept_order", "ready_when_done")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_FIELD_NUMBER: _ClassVar[int]
    TIMEZONE_FIELD_NUMBER: _ClassVar[int]
    AUTO_ACCEPT_ORDER_FIELD_NUMBER: _ClassVar[int]
    READY_WHEN_DONE_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location: _catalog_pb2.Location
    timezone: str
    auto_accept_order: bool
    ready_when_done: bool
    def __init__(self, restaurant_id: _Optional[str] = ..., location: _Optional[_Union[_catalog_pb2.Location, _Mapping]] = ..., timezone: _Optional[str] = ..., auto_accept_order: _Optional[bool] = ..., ready_when_done: _Optional[bool] = ...) -> None: ...

class CatalogMenuList(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menus")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENUS_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menus: _containers.RepeatedCompositeFieldContainer[_catalog_pb2.MenuSummary]
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menus: _Optional[_Iterable[_Union[_catalog_pb2.MenuSummary, _Mapping]]] = ...) -> None: ...

class CatalogCampaign(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "origin_id", "campaign", "percent_off")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORIGIN_ID_FIELD_NUMBER: _ClassVar[int]
    CAMPAIGN_FIELD_NUMBER: _ClassVar[int]
    PERCENT_OFF_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    origin_id: str
    campaign: _catalog_pb2.Campaign
    percent_off: float
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., origin_id: _Optional[str] = ..., campaign: _Optional[_Union[_catalog_pb2.Campaign, _Mapping]] = ..., percent_off: _Optional[float] = ...) -> None: ...

class CatalogSynced(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CatalogReset(_message.Message):
    __slots__ = ("reason",)
    REASON_FIELD_NUMBER: _ClassVar[int]
    reason: str
    def __init__(self, reason: _Optional[str] = ...) -> None: ...

class CatalogHeartbeat(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
