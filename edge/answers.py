"""What the edge answers: a status, headers and ready bytes. Made anywhere, sent in one place (app)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, NamedTuple

import orjson

Header = tuple[bytes, bytes]

JSON_TYPE: Final[Header] = (b"content-type", b"application/json; charset=utf-8")
VARY_ORIGIN: Final[Header] = (b"vary", b"Origin")

_TWO_KEYS: Final = frozenset({413, 415})


class Answer(NamedTuple):
    """A whole response, but for what is added to all (CORS, request id)."""

    status: int
    headers: Sequence[Header]
    body: bytes


class Problem(Exception):
    """The request gets this answer instead of the one it asked for."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(f"HTTP {answer.status}")
        self.answer = answer


def json_answer(status: int, body: bytes, headers: Sequence[Header] = ()) -> Answer:
    """Make an answer of ready JSON."""
    return Answer(status, (JSON_TYPE, (b"content-length", b"%d" % len(body)), VARY_ORIGIN, *headers), body)


def problem(status: int, message: str | Sequence[str], headers: Sequence[Header] = ()) -> Answer:
    """Make an error in the old system's form: `message`, standard phrase, code (413 and 415 have no phrase)."""
    content: Mapping[str, Any]
    if status in _TWO_KEYS:
        content = {"statusCode": status, "message": message}
    else:
        content = {"message": message, "error": HTTPStatus(status).phrase, "statusCode": status}
    return json_answer(status, orjson.dumps(content), headers)


INTERNAL_ERROR: Final = json_answer(500, orjson.dumps({"statusCode": 500, "message": "Internal server error"}))
"""Says nothing about what went wrong; the log does."""
