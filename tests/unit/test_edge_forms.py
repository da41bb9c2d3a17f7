"""Forms whose texts are in another encoding than they say, or in none that can be read."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from edge.answers import Problem
from edge.forms import File, read_form

SURROGATE = b"\xed\xa0\x80"


def form(*dispositions: bytes) -> bytes:
    parts = [b"--b\r\ncontent-disposition: form-data; " + d + b"\r\n\r\nx\r\n" for d in dispositions]
    return b"".join(parts) + b"--b--\r\n"


async def read(body: bytes, parameters: bytes = b"") -> tuple[dict[str, Any], File]:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    headers = {b"content-type": b"multipart/form-data; boundary=b" + parameters}
    return await read_form(headers, receive, "file", 1_000)


FILE = b'name="file"; filename="a.png"'


@pytest.mark.parametrize("charset", [b"", b"; charset=utf-8", b'; charset="UTF-8"', b"; charset=utf8; x=y"])
async def test_texts_are_utf_8(charset: bytes) -> None:
    texts, file = await read(form(b'name="caf\xc3\xa9"', b'name="file"; filename="\xc3\xa9.png"'), charset)
    assert (texts, file) == ({"café": "x"}, File("é.png", b"x"))


@pytest.mark.parametrize(
    "charset",
    [b"klingon", b"undefined", b"punycode", b"unicode_escape", b"utf-7", b"utf-16", b"hex", b"a\0b", b"", b"\xff"],
)
async def test_another_charset_is_refused(charset: bytes) -> None:
    with pytest.raises(Problem) as refused:
        await read(form(b'name="file"; filename="\\ud800.png"'), b"; charset=" + charset)
    answer = refused.value.answer
    assert (answer.status, orjson.loads(answer.body)["message"]) == (
        400,
        "the form can't be read: charset must be utf-8",
    )


@pytest.mark.parametrize(
    "disposition",
    [
        b'name="file"; filename="' + SURROGATE + b'.png"',
        b'name="file"; filename="\xff.png"',
    ],
)
async def test_names_that_are_no_utf_8_can_be_passed_on(disposition: bytes) -> None:
    _, file = await read(form(disposition))
    assert file.name.encode()


async def test_texts_that_are_no_utf_8_can_be_passed_on() -> None:
    texts, _ = await read(form(FILE)[:-7] + form(b'name="' + SURROGATE + b'"').replace(b"x", SURROGATE))
    ((name, value),) = texts.items()
    assert name.encode()
    assert value.encode()
