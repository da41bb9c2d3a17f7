"""A key for notifications to browsers, for local use: `python -m tools.vapid FILE` makes it, unless it is there."""

from __future__ import annotations

import base64
import os
import pathlib
import sys

from cryptography.hazmat.primitives.asymmetric import ec


def make(path: pathlib.Path) -> None:
    """Write a new VAPID private key, raw and base64url, that only its owner can read."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32, "big")
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(base64.urlsafe_b64encode(key).rstrip(b"="))


if __name__ == "__main__":
    make(pathlib.Path(sys.argv[1]))
