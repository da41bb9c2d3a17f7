"""Settings of the local EmergePay."""

from __future__ import annotations

import pathlib
from collections.abc import Iterator, Mapping

from pydantic import Field

from services.kit.settings import CommonSettings


class LocalEmergePaySettings(CommonSettings):
    """What the local EmergePay reads."""

    port: int = Field(3198, ge=0, le=65535, validation_alias="ORDERBUDDY_EMERGEPAY_PORT")
    ledger_path: pathlib.Path | None = Field(None, validation_alias="ORDERBUDDY_EMERGEPAY_LEDGER")
    """File that keeps the ledger; unset: it is in memory, and ends with the process."""
    auto_card: bool = Field(default=True, validation_alias="ORDERBUDDY_EMERGEPAY_AUTO_CARD")
    """A card is entered for every token at once, so that nobody has to play the guest."""
    any_token: bool = Field(default=False, validation_alias="ORDERBUDDY_EMERGEPAY_ANY_TOKEN")
    """For recordings: tokens that were never given out are taken."""
    decline_cents: int | None = Field(None, ge=0, le=99, validation_alias="ORDERBUDDY_EMERGEPAY_DECLINE_CENTS")
    """Charges whose amount ends in so many cents are declined; unset: none is."""

    @classmethod
    def production_problems(cls, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Refuse to start at all."""
        yield from super().production_problems(given)
        yield "ORDERBUDDY_PROFILE", "this EmergePay moves no real money; the production profile needs the real one"
