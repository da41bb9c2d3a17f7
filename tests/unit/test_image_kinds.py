"""Which pictures are taken."""

from __future__ import annotations

import pytest

from services.menu.images.image_kinds import JPEG, PNG, WEBP, ImageKind, by_content, by_name


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n...", PNG),
        (b"\xff\xd8\xff\xe1", JPEG),
        (b"RIFF....WEBPVP8 ", WEBP),
        (b"RIFF....WAVE", None),
        (b"GIF89a", None),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", None),
        (b"", None),
    ],
)
def test_content_shows_its_kind(content: bytes, kind: ImageKind | None) -> None:
    assert by_content(content) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.png", PNG),
        ("A.JPG", JPEG),
        ("a.b.jpeg", JPEG),
        ("x.webp", WEBP),
        ("png", None),
        ("a.svg", None),
        ("a.", None),
    ],
)
def test_a_name_tells_its_kind(name: str, kind: ImageKind | None) -> None:
    assert by_name(name) == kind
