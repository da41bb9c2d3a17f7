"""Which pictures are taken: those whose content is what their file's name says."""

from __future__ import annotations

from typing import Final, NamedTuple


class ImageKind(NamedTuple):
    """A kind of picture."""

    extension: str
    media_type: str


PNG: Final = ImageKind("png", "image/png")
JPEG: Final = ImageKind("jpg", "image/jpeg")
WEBP: Final = ImageKind("webp", "image/webp")

_BY_EXTENSION: Final = {"png": PNG, "jpg": JPEG, "jpeg": JPEG, "webp": WEBP}


def by_content(content: bytes) -> ImageKind | None:
    """Return the kind that the first bytes show, or None."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if content.startswith(b"\xff\xd8\xff"):
        return JPEG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    return None


def by_name(file_name: str) -> ImageKind | None:
    """Return the kind that a file's extension tells, or None."""
    _, dot, extension = file_name.rpartition(".")
    return _BY_EXTENSION.get(extension.lower()) if dot else None
