"""Secrets at rest."""

from __future__ import annotations

import base64

import pytest

from services.kit.vault import Unreadable, Vault, is_sealed, read_keys

OLD, NEW = bytes(32), bytes(range(32))


def test_what_is_sealed_opens_for_its_owner_alone() -> None:
    vault = Vault([NEW])
    sealed = vault.seal("whsec_abc", "A1")
    assert is_sealed(sealed)
    assert "whsec_abc" not in sealed
    assert vault.seal("whsec_abc", "A1") != sealed
    assert vault.open(sealed, "a1") == "whsec_abc"
    with pytest.raises(Unreadable):
        vault.open(sealed, "b2")


def test_the_first_key_seals_and_all_open() -> None:
    sealed = Vault([OLD]).seal("secret", "a")
    both = Vault([NEW, OLD])
    assert both.open(sealed, "a") == "secret"
    assert (both.is_current(sealed), both.is_current(both.seal("secret", "a"))) == (False, True)
    with pytest.raises(Unreadable):
        Vault([NEW]).open(sealed, "a")


@pytest.mark.parametrize("change", [lambda s: s[:-2] + "AA", lambda s: s[:30], lambda s: s.replace("v1:", "v1:x")])
def test_what_was_changed_is_unreadable(change: object) -> None:
    assert callable(change)
    vault = Vault([NEW])
    with pytest.raises(Unreadable):
        vault.open(change(vault.seal("secret secret", "a")), "a")


def test_plain_text_of_the_old_system_is_read_as_it_is() -> None:
    assert Vault([NEW]).open("plain", "a") == "plain"


def test_keys_are_thirty_two_bytes_in_base64() -> None:
    text = ", ".join(base64.b64encode(key).decode() for key in (NEW, OLD))
    assert read_keys(text) == [NEW, OLD]
    assert read_keys("") == []
    for wrong in ("short", "AAAA", "!" * 44):
        with pytest.raises(ValueError, match=r"keys must be|each key"):
            read_keys(wrong)
