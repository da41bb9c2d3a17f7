from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class LocalizedText(_message.Message):
    __slots__ = ("en", "es", "pt")
    EN_FIELD_NUMBER: _ClassVar[int]
    ES_FIELD_NUMBER: _ClassVar[int]
    PT_FIELD_NUMBER: _ClassVar[int]
    en: str
    es: str
    pt: str
    def __init__(self, en: _Optional[str] = ..., es: _Optional[str] = ..., pt: _Optional[str] = ...) -> None: ...
