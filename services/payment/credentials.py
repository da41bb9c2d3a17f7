"""Gateway credentials at rest: sealed by the vault that all services share, each bound to its location."""

from __future__ import annotations

from services.kit.vault import Unreadable, Vault, is_sealed, read_keys

__all__ = ["Unreadable", "Vault", "is_sealed", "read_keys"]
