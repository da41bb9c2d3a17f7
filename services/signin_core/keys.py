"""The keys that sign tokens. They outlive the process, or every restart would sign everybody out."""

from __future__ import annotations

import time
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from pymongo.errors import DuplicateKeyError

from services.kit.mongo import Database

_ALGORITHM: Final = "RS256"
_BITS: Final = 2048


class Keys:
    """Signs tokens and shows the public halves."""

    def __init__(self, db: Database) -> None:
        self._keys = db["keys"]
        self._loaded: dict[str, tuple[str, rsa.RSAPrivateKey]] = {}

    async def load(self) -> None:
        """Read the keys, or make them. Safe beside itself: the first one wins."""
        for kind, prefix in (("dynamic", "d"), ("static", "s")):
            stored = await self._keys.find_one({"_id": kind})
            if stored is None:
                new = {"_id": kind, "kid": f"{prefix}-{time.time_ns() // 1_000_000}", "pem": _new_pem()}
                try:
                    await self._keys.insert_one(new)
                    stored = new
                except DuplicateKeyError:
                    stored = await self._keys.find_one({"_id": kind})
            assert stored is not None
            key = serialization.load_pem_private_key(stored["pem"].encode(), password=None)
            assert isinstance(key, rsa.RSAPrivateKey)
            self._loaded[kind] = (stored["kid"], key)

    def sign(self, claims: dict[str, Any], *, dynamic: bool) -> str:
        """Return a token."""
        kid, key = self._loaded["dynamic" if dynamic else "static"]
        return jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"kid": kid, "typ": "JWT", "version": "5"})

    def verify(self, token: str) -> dict[str, Any]:
        """Return a token's claims, expired or not. Raises jwt.InvalidTokenError."""
        kid = jwt.get_unverified_header(token).get("kid")
        for known, key in self._loaded.values():
            if known == kid:
                claims: dict[str, Any] = jwt.decode(
                    token, key.public_key(), algorithms=[_ALGORITHM], options={"verify_exp": False}
                )
                return claims
        raise jwt.InvalidTokenError(f"no key is called {kid}")

    def public(self) -> list[dict[str, Any]]:
        """Return the public halves as JWKS."""
        keys = []
        for kid, key in self._loaded.values():
            shown: dict[str, Any] = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
            keys.append(shown | {"kid": kid, "alg": _ALGORITHM, "use": "sig"})
        return keys


def _new_pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
