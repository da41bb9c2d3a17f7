"""Secrets at rest: sealed with a key from the settings, bound to whom they belong to (a location, an endpoint).

A sealed secret says which key sealed it, so that keys can be changed: the first seals, all open. Gateway credentials
that the old system wrote are plain text and are read as they are, until the command that seals them is run:
`python -m tools.seal_credentials`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_MARK: Final = "sealed:v1:"
_NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32


class Unreadable(Exception):
    """What is stored was sealed with a key that we do not have, for another owner, or was changed."""


class Vault:
    """Seals and opens secrets. `keys` are 32 bytes each, the one that seals first."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {_name(key): AESGCM(key) for key in keys}
        self._newest = _name(keys[0])

    def seal(self, secret: str, owner_id: str) -> str:
        """Return a secret as it is stored."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._keys[self._newest].encrypt(nonce, secret.encode(), owner_id.lower().encode())
        return f"{_MARK}{self._newest}:{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, stored: str, owner_id: str) -> str:
        """Return the secret. Raises Unreadable."""
        if not is_sealed(stored):
            return stored
        name, _, text = stored.removeprefix(_MARK).partition(":")
        try:
            data = base64.urlsafe_b64decode(text)
            opened = self._keys[name].decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], owner_id.lower().encode())
            return opened.decode()
        except (KeyError, InvalidTag, ValueError, binascii.Error) as error:
            raise Unreadable(name) from error

    def is_current(self, stored: str) -> bool:
        """Tell whether what is stored is sealed with the key that seals now."""
        return stored.startswith(f"{_MARK}{self._newest}:")


def is_sealed(stored: str) -> bool:
    """Tell whether what is stored is sealed; if not, it is the secret itself."""
    return stored.startswith(_MARK)


def read_keys(setting: str) -> list[bytes]:
    """Read keys in base64, separated by commas. Raises ValueError."""
    keys = []
    for text in filter(None, (part.strip() for part in setting.split(","))):
        try:
            key = base64.b64decode(text, altchars=b"-_", validate=True)
        except binascii.Error as error:
            raise ValueError("keys must be in base64") from error
        if len(key) != KEY_BYTES:
            message = f"each key must have {KEY_BYTES} bytes"
            raise ValueError(message)
        keys.append(key)
    return keys


def _name(key: bytes) -> str:
    return hashlib.sha256(b"name of a key\0" + key).hexdigest()[:8]
