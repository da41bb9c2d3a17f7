"""Request bodies, from bytes to a JSON object, within limits.

Parsing comes before routing, as in the old system: broken JSON is 400 wherever it is sent. A body in a form that is
not read at all (plain text, for example) counts as missing.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson

from edge.answers import Problem, problem

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
JsonObject = dict[str, Any]

_JSON: Final = b"application/json"
_FORM: Final = b"application/x-www-form-urlencoded"
UTF8: Final = frozenset({b"utf-8", b"utf8", b"us-ascii"})
"""Names of the charset that bodies are in."""

_MOST_FORM_FIELDS: Final = 1_000


class ClientGone(Exception):
    """The client hung up before the request was complete; there is nobody to answer."""


async def read_object(headers: Mapping[bytes, bytes], receive: Receive, limit: int) -> JsonObject:
    """Return the body as a JSON object; a missing one is empty, an array has its positions as keys.

    Raises Problem (400, 413, 415) or ClientGone.
    """
    length = headers.get(b"content-length")
    if b"transfer-encoding" not in headers and length in (None, b"0"):
        return {}
    media_type, _, parameters = headers.get(b"content-type", b"").partition(b";")
    media_type = media_type.strip().lower()
    if media_type not in (_JSON, _FORM):
        return {}
    _check_encodings(headers, parameters)
    if length is not None and int(length) > limit:
        raise too_large()
    body = await _read(receive, limit)
    if not body:
        return {}
    return _parse_json(body) if media_type == _JSON else _parse_form(body)


def _check_encodings(headers: Mapping[bytes, bytes], parameters: bytes) -> None:
    encoding = headers.get(b"content-encoding", b"identity").strip().lower()
    if encoding != b"identity":
        raise Problem(problem(415, f"unsupported content encoding {_quoted(encoding)}"))
    for parameter in parameters.split(b";"):
        name, _, value = parameter.partition(b"=")
        charset = value.strip().strip(b'"').lower()
        if name.strip().lower() == b"charset" and charset not in UTF8:
            raise Problem(problem(415, f"unsupported charset {_quoted(charset)}"))


def _quoted(header: bytes) -> str:
    return '"' + header[:50].decode("ascii", "replace").upper() + '"'


def too_large() -> Problem:
    """Return the refusal of a body beyond the limit."""
    return Problem(problem(413, "request entity too large"))


async def _read(receive: Receive, limit: int) -> bytes:
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise too_large()
        parts.append(part)
        if not message.get("more_body", False):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _parse_json(body: bytes) -> JsonObject:
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Problem(problem(400, f"the body is not valid JSON: {error}")) from error
    if isinstance(parsed, dict):
        return parsed
    if isinstance(parsed, list):
        return {str(position): element for position, element in enumerate(parsed)}
    raise Problem(problem(400, "the body is not a JSON object or array"))


def _parse_form(body: bytes) -> JsonObject:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FORM_FIELDS)
    except UnicodeDecodeError as error:
        raise Problem(problem(400, "the body is not valid UTF-8")) from error
    except ValueError as error:
        raise Problem(problem(413, "too many parameters")) from error
    form: dict[str, list[str]] = {}
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in form.items()}
