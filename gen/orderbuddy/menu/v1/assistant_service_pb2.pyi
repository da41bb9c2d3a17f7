import datetime

from buf.validate import validate_pb2 as _validate_pb2
from google.api import annotations_pb2 as _annotations_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from orderbuddy.options.v1 import options_pb2 as _options_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class TranslationJobState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    TRANSLATION_JOB_STATE_UNSPECIFIED: _ClassVar[TranslationJobState]
    TRANSLATION_JOB_STATE_QUEUED: _ClassVar[TranslationJobState]
    TRANSLATION_JOB_STATE_RUNNING: _ClassVar[TranslationJobState]
    TRANSLATION_JOB_STATE_DONE: _ClassVar[TranslationJobState]
    TRANSLATION_JOB_STATE_FAILED: _ClassVar[TranslationJobState]
TRANSLATION_JOB_STATE_UNSPECIFIED: TranslationJobState
TRANSLATION_JOB_STATE_QUEUED: TranslationJobState
TRANSLATION_JOB_STATE_RUNNING: TranslationJobState
TRANSLATION_JOB_STATE_DONE: TranslationJobState
TRANSLATION_JOB_STATE_FAILED: TranslationJobState

class FindWorkingHoursRequest(_message.Message):
    __slots__ = ("restaurant_name", "restaurant_address", "request_id")
    RESTAURANT_NAME_FIELD_NUMBER: _ClassVar[int]
    RESTAURANT_ADDRESS_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_name: str
    restaurant_address: str
    request_id: str
    def __init__(self, restaurant_name: _Optional[str] = ..., restaurant_address: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class FindWorkingHoursResponse(_message.Message):
    __slots__ = ("open_hours",)
    OPEN_HOURS_FIELD_NUMBER: _ClassVar[int]
    open_hours: _containers.RepeatedCompositeFieldContainer[WorkingDay]
    def __init__(self, open_hours: _Optional[_Iterable[_Union[WorkingDay, _Mapping]]] = ...) -> None: ...

class ReadWorkingHoursRequest(_message.Message):
    __slots__ = ("text", "request_id")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    text: str
    request_id: str
    def __init__(self, text: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class ReadWorkingHoursResponse(_message.Message):
    __slots__ = ("open_hours",)
    OPEN_HOURS_FIELD_NUMBER: _ClassVar[int]
    open_hours: _containers.RepeatedCompositeFieldContainer[WorkingDay]
    def __init__(self, open_hours: _Optional[_Iterable[_Union[WorkingDay, _Mapping]]] = ...) -> None: ...

class WorkingDay(_message.Message):
    __slots__ = ("day", "is_closed", "periods")
    DAY_FIELD_NUMBER: _ClassVar[int]
    IS_CLOSED_FIELD_NUMBER: _ClassVar[int]
    PERIODS_FIELD_NUMBER: _ClassVar[int]
    day: str
    is_closed: bool
    periods: _containers.RepeatedCompositeFieldContainer[WorkingPeriod]
    def __init__(self, day: _Optional[str] = ..., is_closed: _Optional[bool] = ..., periods: _Optional[_Iterable[_Union[WorkingPeriod, _Mapping]]] = ...) -> None: ...

class WorkingPeriod(_message.Message):
    __slots__ = ("start", "end")
    START_FIELD_NUMBER: _ClassVar[int]
    END_FIELD_NUMBER: _ClassVar[int]
    start: str
    end: str
    def __init__(self, start: _Optional[str] = ..., end: _Optional[str] = ...) -> None: ...

class TranslateTextRequest(_message.Message):
    __slots__ = ("message", "language_codes", "request_id")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    message: str
    language_codes: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, message: _Optional[str] = ..., language_codes: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class TranslateTextResponse(_message.Message):
    __slots__ = ("translations",)
    TRANSLATIONS_FIELD_NUMBER: _ClassVar[int]
    translations: _containers.RepeatedCompositeFieldContainer[Translation]
    def __init__(self, translations: _Optional[_Iterable[_Union[Translation, _Mapping]]] = ...) -> None: ...

class Translation(_message.Message):
    __slots__ = ("code", "value")
    CODE_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    code: str
    value: str
    def __init__(self, code: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class TranslateTextsRequest(_message.Message):
    __slots__ = ("messages", "language_codes", "request_id")
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_CODES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedScalarFieldContainer[str]
    language_codes: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, messages: _Optional[_Iterable[str]] = ..., language_codes: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class TranslateTextsResponse(_message.Message):
    __slots__ = ("messages",)
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    messages: _containers.RepeatedCompositeFieldContainer[TranslatedText]
    def __init__(self, messages: _Optional[_Iterable[_Union[TranslatedText, _Mapping]]] = ...) -> None: ...

class TranslatedText(_message.Message):
    __slots__ = ("translations",)
    TRANSLATIONS_FIELD_NUMBER: _ClassVar[int]
    translations: _containers.RepeatedCompositeFieldContainer[Translation]
    def __init__(self, translations: _Optional[_Iterable[_Union[Translation, _Mapping]]] = ...) -> None: ...

class TranslateWaitingMenusRequest(_message.Message):
    __slots__ = ("request_id",)
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    request_id: str
    def __init__(self, request_id: _Optional[str] = ...) -> None: ...

class TranslateWaitingMenusResponse(_message.Message):
    __slots__ = ("succeeded", "message")
    SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    succeeded: bool
    message: str
    def __init__(self, succeeded: _Optional[bool] = ..., message: _Optional[str] = ...) -> None: ...

class TranslateMenuItemRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menu_id", "item_id", "languages", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    ITEM_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menu_id: str
    item_id: str
    languages: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ..., item_id: _Optional[str] = ..., languages: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class TranslateMenuItemResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: TranslatedItem
    def __init__(self, data: _Optional[_Union[TranslatedItem, _Mapping]] = ...) -> None: ...

class TranslatedItem(_message.Message):
    __slots__ = ("version", "translated", "texts")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    TRANSLATED_FIELD_NUMBER: _ClassVar[int]
    TEXTS_FIELD_NUMBER: _ClassVar[int]
    version: int
    translated: int
    texts: _containers.RepeatedCompositeFieldContainer[ItemText]
    def __init__(self, version: _Optional[int] = ..., translated: _Optional[int] = ..., texts: _Optional[_Iterable[_Union[ItemText, _Mapping]]] = ...) -> None: ...

class ItemText(_message.Message):
    __slots__ = ("field", "en", "translations")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    EN_FIELD_NUMBER: _ClassVar[int]
    TRANSLATIONS_FIELD_NUMBER: _ClassVar[int]
    field: str
    en: str
    translations: _containers.RepeatedCompositeFieldContainer[Translation]
    def __init__(self, field: _Optional[str] = ..., en: _Optional[str] = ..., translations: _Optional[_Iterable[_Union[Translation, _Mapping]]] = ...) -> None: ...

class TranslateMenuRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "menu_id", "languages", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    LANGUAGES_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    menu_id: str
    languages: _containers.RepeatedScalarFieldContainer[str]
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ..., languages: _Optional[_Iterable[str]] = ..., request_id: _Optional[str] = ...) -> None: ...

class TranslateMenuResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: TranslationJob
    def __init__(self, data: _Optional[_Union[TranslationJob, _Mapping]] = ...) -> None: ...

class GetTranslationJobRequest(_message.Message):
    __slots__ = ("restaurant_id", "job_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    job_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., job_id: _Optional[str] = ...) -> None: ...

class GetTranslationJobResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: TranslationJob
    def __init__(self, data: _Optional[_Union[TranslationJob, _Mapping]] = ...) -> None: ...

class TranslationJob(_message.Message):
    __slots__ = ("id", "restaurant_id", "location_id", "menu_id", "state", "languages", "total", "done", "error", "attempts", "created_at", "updated_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    MENU_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    LANGUAGES_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    ATTEMPTS_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    restaurant_id: str
    location_id: str
    menu_id: str
    state: TranslationJobState
    languages: _containers.RepeatedScalarFieldContainer[str]
    total: int
    done: int
    error: str
    attempts: int
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., menu_id: _Optional[str] = ..., state: _Optional[_Union[TranslationJobState, str]] = ..., languages: _Optional[_Iterable[str]] = ..., total: _Optional[int] = ..., done: _Optional[int] = ..., error: _Optional[str] = ..., attempts: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
