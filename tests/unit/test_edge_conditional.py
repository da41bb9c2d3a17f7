"""ETags, encodings, origins, request ids and settings: the small rules of HTTP."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from edge.conditional import already_has, best_encoding, entity_tag
from edge.request_ids import request_id_of
from edge.settings import EdgeSettings, origin_of
from tests.support import SECRET

TAGS = frozenset({b'"abc"', b'"abc-br"'})


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, False),
        (b"", False),
        (b'"abc"', True),
        (b'W/"abc"', True),
        (b'"abc-br"', True),
        (b'"x", W/"abc" ,"y"', True),
        (b"*", True),
        (b'"x"', False),
        (b"abc", False),
        (b'"ab', False),
        (b'w/"xabc"', False),
    ],
)
def test_if_none_match_compares_weakly(header: bytes | None, expected: bool) -> None:
    assert already_has(header, TAGS) is expected


def test_a_tag_depends_on_every_byte() -> None:
    assert entity_tag(b"a") == entity_tag(b"a") != entity_tag(b"b")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"", "identity"),
        (b"identity", "identity"),
        (b"gzip", "gzip"),
        (b"gzip, deflate, br", "br"),
        (b"GZIP, BR", "br"),
        (b"br;q=0, gzip", "gzip"),
        (b"br;q=0.5, gzip;q=0.8", "gzip"),
        (b"gzip;q=0", "identity"),
        (b"*", "br"),
        (b"*;q=0", "identity"),
        (b"br;q=0, *", "gzip"),
        (b"gzip;q=0, br;q=0, *;q=1", "identity"),
        (b"br; q=1.0", "br"),
        (b"br;q=high", "identity"),
        (b"deflate", "identity"),
        (b"\xff\xfe", "identity"),
        (b",;,=", "identity"),
    ],
)
def test_accept_encoding_is_honoured(header: bytes, expected: str) -> None:
    assert best_encoding(header) == expected


@given(st.binary(max_size=40))
def test_any_header_has_an_answer(header: bytes) -> None:
    assert best_encoding(header) in ("br", "gzip", "identity")
    already_has(header, TAGS)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"global#1", b"global#1"),
        (b"with space", b"with space"),
        (b"x" * 200, b"x" * 200),
        (b"x" * 5_000, b"x" * 200),
        (b"caf\xc3\xa9\x00!", b"caf!"),
    ],
)
def test_a_request_id_is_taken_as_far_as_it_is_printable(header: bytes, expected: bytes) -> None:
    assert request_id_of(header) == expected


@pytest.mark.parametrize("header", [None, b"", b"\xff\xfe"])
def test_without_a_request_id_there_is_a_fresh_uuid(header: bytes | None) -> None:
    first, second = (uuid.UUID(request_id_of(header).decode()) for _ in range(2))
    assert first.version == second.version == 4
    assert first.variant == uuid.RFC_4122
    assert first != second


@pytest.mark.parametrize(
    ("uri", "origin"),
    [
        ("https://menu.example.com/", "https://menu.example.com"),
        ("https://menu.example.com:443/app?x=1", "https://menu.example.com"),
        ("http://LOCALHOST:5173", "http://localhost:5173"),
        ("http://[::1]:5173", "http://[::1]:5173"),
    ],
)
def test_an_endpoint_has_the_origin_that_browsers_send(uri: str, origin: str) -> None:
    assert origin_of(uri) == origin


def settings(**environment: Any) -> EdgeSettings:
    return EdgeSettings.model_validate({"ORDERBUDDY_ASSERTION_SECRET": SECRET, **environment})


def test_the_defaults_are_those_of_the_apps_on_this_machine() -> None:
    defaults = settings()
    assert defaults.port == 8000
    assert defaults.base_url == "http://localhost:8000"
    assert defaults.allowed_origins == {"http://localhost:5173", "http://localhost:5174"}
    assert defaults.body_limit_bytes == 102_400


@pytest.mark.parametrize(("switch", "allowed"), [("true", True), ("TRUE", False), ("1", False), ("", False)])
def test_localhost_url_counts_only_with_the_emulator_switch(switch: str, allowed: bool) -> None:
    found = settings(LOCALHOST_URL="https://localhost", USEEMULATOR=switch).allowed_origins
    assert ("https://localhost" in found) is allowed


def test_a_broken_endpoint_is_named() -> None:
    with pytest.raises(ValidationError, match="MENU_ENDPOINT"):
        settings(MENU_ENDPOINT="menu.example.com")
