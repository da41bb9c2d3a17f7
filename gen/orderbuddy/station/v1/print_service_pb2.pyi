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

class PrintFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRINT_FORMAT_UNSPECIFIED: _ClassVar[PrintFormat]
    PRINT_FORMAT_ESC_POS: _ClassVar[PrintFormat]
    PRINT_FORMAT_TEXT: _ClassVar[PrintFormat]
    PRINT_FORMAT_PNG: _ClassVar[PrintFormat]

class PrintKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRINT_KIND_UNSPECIFIED: _ClassVar[PrintKind]
    PRINT_KIND_RECEIPT: _ClassVar[PrintKind]
    PRINT_KIND_TICKET: _ClassVar[PrintKind]

class PrintJobState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    PRINT_JOB_STATE_UNSPECIFIED: _ClassVar[PrintJobState]
    PRINT_JOB_STATE_QUEUED: _ClassVar[PrintJobState]
    PRINT_JOB_STATE_SENT: _ClassVar[PrintJobState]
    PRINT_JOB_STATE_PRINTED: _ClassVar[PrintJobState]
    PRINT_JOB_STATE_FAILED: _ClassVar[PrintJobState]
    PRINT_JOB_STATE_EXPIRED: _ClassVar[PrintJobState]
PRINT_FORMAT_UNSPECIFIED: PrintFormat
PRINT_FORMAT_ESC_POS: PrintFormat
PRINT_FORMAT_TEXT: PrintFormat
PRINT_FORMAT_PNG: PrintFormat
PRINT_KIND_UNSPECIFIED: PrintKind
PRINT_KIND_RECEIPT: PrintKind
PRINT_KIND_TICKET: PrintKind
PRINT_JOB_STATE_UNSPECIFIED: PrintJobState
PRINT_JOB_STATE_QUEUED: PrintJobState
PRINT_JOB_STATE_SENT: PrintJobState
PRINT_JOB_STATE_PRINTED: PrintJobState
PRINT_JOB_STATE_FAILED: PrintJobState
PRINT_JOB_STATE_EXPIRED: PrintJobState

class RegisteredPrinter(_message.Message):
    __slots__ = ("id", "name", "format", "columns", "language", "receipts", "station_ids", "registered_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    STATION_IDS_FIELD_NUMBER: _ClassVar[int]
    REGISTERED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    name: str
    format: PrintFormat
    columns: int
    language: str
    receipts: bool
    station_ids: _containers.RepeatedScalarFieldContainer[str]
    registered_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., name: _Optional[str] = ..., format: _Optional[_Union[PrintFormat, str]] = ..., columns: _Optional[int] = ..., language: _Optional[str] = ..., receipts: _Optional[bool] = ..., station_ids: _Optional[_Iterable[str]] = ..., registered_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class RegisterPrinterRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "name", "format", "columns", "language", "receipts", "station_ids")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    LANGUAGE_FIELD_NUMBER: _ClassVar[int]
    RECEIPTS_FIELD_NUMBER: _ClassVar[int]
    STATION_IDS_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    name: str
    format: PrintFormat
    columns: int
    language: str
    receipts: bool
    station_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., name: _Optional[str] = ..., format: _Optional[_Union[PrintFormat, str]] = ..., columns: _Optional[int] = ..., language: _Optional[str] = ..., receipts: _Optional[bool] = ..., station_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RegisterPrinterResponse(_message.Message):
    __slots__ = ("printer",)
    PRINTER_FIELD_NUMBER: _ClassVar[int]
    printer: RegisteredPrinter
    def __init__(self, printer: _Optional[_Union[RegisteredPrinter, _Mapping]] = ...) -> None: ...

class ListRegisteredPrintersRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class ListRegisteredPrintersResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[RegisteredPrinter]
    def __init__(self, data: _Optional[_Iterable[_Union[RegisteredPrinter, _Mapping]]] = ...) -> None: ...

class WatchPrintJobsRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class WatchPrintJobsResponse(_message.Message):
    __slots__ = ("job", "content")
    JOB_FIELD_NUMBER: _ClassVar[int]
    CONTENT_FIELD_NUMBER: _ClassVar[int]
    job: PrintJob
    content: bytes
    def __init__(self, job: _Optional[_Union[PrintJob, _Mapping]] = ..., content: _Optional[bytes] = ...) -> None: ...

class PrintJob(_message.Message):
    __slots__ = ("id", "printer_id", "kind", "format", "order_id", "order_code", "station_id", "state", "attempt", "reason", "created_at", "ended_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    PRINTER_ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_CODE_FIELD_NUMBER: _ClassVar[int]
    STATION_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    ENDED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    printer_id: str
    kind: PrintKind
    format: PrintFormat
    order_id: str
    order_code: str
    station_id: str
    state: PrintJobState
    attempt: int
    reason: str
    created_at: _timestamp_pb2.Timestamp
    ended_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., printer_id: _Optional[str] = ..., kind: _Optional[_Union[PrintKind, str]] = ..., format: _Optional[_Union[PrintFormat, str]] = ..., order_id: _Optional[str] = ..., order_code: _Optional[str] = ..., station_id: _Optional[str] = ..., state: _Optional[_Union[PrintJobState, str]] = ..., attempt: _Optional[int] = ..., reason: _Optional[str] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., ended_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class AcknowledgePrintJobRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "job_id", "state", "reason")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    JOB_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    job_id: str
    state: PrintJobState
    reason: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., job_id: _Optional[str] = ..., state: _Optional[_Union[PrintJobState, str]] = ..., reason: _Optional[str] = ...) -> None: ...

class AcknowledgePrintJobResponse(_message.Message):
    __slots__ = ("job",)
    JOB_FIELD_NUMBER: _ClassVar[int]
    job: PrintJob
    def __init__(self, job: _Optional[_Union[PrintJob, _Mapping]] = ...) -> None: ...

class PrintOrderRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id", "order_id", "printer_id", "station_id", "request_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    PRINTER_ID_FIELD_NUMBER: _ClassVar[int]
    STATION_ID_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    order_id: str
    printer_id: str
    station_id: str
    request_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ..., order_id: _Optional[str] = ..., printer_id: _Optional[str] = ..., station_id: _Optional[str] = ..., request_id: _Optional[str] = ...) -> None: ...

class PrintOrderResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: PrintJob
    def __init__(self, data: _Optional[_Union[PrintJob, _Mapping]] = ...) -> None: ...

class ListPrintJobsRequest(_message.Message):
    __slots__ = ("restaurant_id", "location_id")
    RESTAURANT_ID_FIELD_NUMBER: _ClassVar[int]
    LOCATION_ID_FIELD_NUMBER: _ClassVar[int]
    restaurant_id: str
    location_id: str
    def __init__(self, restaurant_id: _Optional[str] = ..., location_id: _Optional[str] = ...) -> None: ...

class ListPrintJobsResponse(_message.Message):
    __slots__ = ("data",)
    DATA_FIELD_NUMBER: _ClassVar[int]
    data: _containers.RepeatedCompositeFieldContainer[PrintJob]
    def __init__(self, data: _Optional[_Iterable[_Union[PrintJob, _Mapping]]] = ...) -> None: ...
