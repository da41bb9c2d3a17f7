"""Forms with a file (multipart/form-data), read as they arrive and within a limit."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any, Final, NamedTuple

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData, Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from edge.answers import Problem, problem
from edge.bodies import UTF8, ClientGone, JsonObject, Receive, too_large

MULTIPART: Final = b"multipart/form-data"
_FORM_OVERHEAD_BYTES: Final = 64 * 1024
"""What a form may have beside its file: other fields, boundaries."""
_MOST_FIELDS: Final = 20


class File(NamedTuple):
    """A file that was sent."""

    name: str
    content: bytes


def is_form(headers: Mapping[bytes, bytes]) -> bool:
    """Tell whether the body is a form that may hold a file."""
    return headers.get(b"content-type", b"").partition(b";")[0].strip().lower() == MULTIPART


async def read_form(
    headers: Mapping[bytes, bytes], receive: Receive, field: str, most_bytes: int
) -> tuple[JsonObject, File]:
    """Return the form's texts, and its one file, which `field` holds.

    Raises Problem (400, 413) or ClientGone.
    """
    length = headers.get(b"content-length")
    if length is not None and int(length) > most_bytes + _FORM_OVERHEAD_BYTES:
        raise too_large()
    _check_charset(headers[b"content-type"])
    lines = Headers(raw=[(b"content-type", headers[b"content-type"])])
    # One file and a second one: a second one is refused below, in our words.
    parser = MultiPartParser(lines, _chunks(receive, most_bytes), max_files=2, max_fields=_MOST_FIELDS)
    try:
        form = await parser.parse()
    except (MultiPartException, MultipartParseError, KeyError, UnicodeDecodeError) as error:
        raise Problem(problem(400, f"the form can't be read: {error}")) from error
    try:
        return _texts(form), await _only_file(form, field, most_bytes)
    finally:
        await form.close()


def _check_charset(content_type: bytes) -> None:
    """Refuse what is not UTF-8. Raises Problem (400).

    The parser would take any codec of Python's: some raise what it does not expect, some yield texts that can't be
    written again. What is not the UTF-8 that it should be, the parser reads as Latin-1, which does no harm.
    """
    charset = parse_options_header(content_type)[1].get(b"charset", b"utf-8")
    if charset.strip().lower() not in UTF8:
        raise Problem(problem(400, "the form can't be read: charset must be utf-8"))


async def _chunks(receive: Receive, most_bytes: int) -> AsyncGenerator[bytes, None]:
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > most_bytes + _FORM_OVERHEAD_BYTES:
            raise too_large()
        if chunk:
            yield chunk
        if not message.get("more_body", False):
            return


def _texts(form: FormData) -> dict[str, Any]:
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


async def _only_file(form: FormData, field: str, most_bytes: int) -> File:
    files = [(name, value) for name, value in form.multi_items() if isinstance(value, UploadFile)]
    if not files:
        raise Problem(problem(400, f"{field} must be a file"))
    if len(files) > 1 or files[0][0] != field:
        raise Problem(problem(400, f"{field} must be the only file"))
    content = await files[0][1].read()
    if len(content) > most_bytes:
        raise too_large()
    return File(files[0][1].filename or "", content)
