"""Sealed tokens: they open for their own location with the right key, and show themselves nowhere."""

from __future__ import annotations

import base64
import secrets
import traceback

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.kit.vault import Unreadable, Vault, is_sealed, read_keys
from services.payment.settings import PaymentSettings
from tests.support import SECRET

LOCATION = "665000000000000000000101"
TOKEN = "the-secret-of-a-location"


def key(fill: int) -> str:
    return base64.b64encode(bytes([fill]) * 32).decode()


OLD = Vault(read_keys(key(1)))
BOTH = Vault(read_keys(f"{key(2)}, {key(1)}"))
SETTINGS = {
    "ORDERBUDDY_ASSERTION_SECRET": SECRET,
    "DB_CONN_STRING": "mongodb://x",
    "EMERGEPAY_ENVIRONMENT_URL": "https://api.emergepay.example/v1",
    "ORDERBUDDY_CREDENTIAL_KEYS": key(1),
}


@given(st.text(min_size=1, max_size=200))
def test_there_and_back(token: str) -> None:
    sealed = OLD.seal(token, LOCATION)
    assert is_sealed(sealed)
    assert OLD.open(sealed, LOCATION) == token


def test_the_same_is_sealed_differently_each_time() -> None:
    assert OLD.seal(TOKEN, LOCATION) != OLD.seal(TOKEN, LOCATION)
    assert TOKEN not in OLD.seal(TOKEN, LOCATION)


def test_what_the_old_system_wrote_is_read() -> None:
    assert not is_sealed(TOKEN)
    assert OLD.open(TOKEN, LOCATION) == TOKEN
    assert not OLD.is_current(TOKEN)


def test_keys_are_rotated() -> None:
    sealed = OLD.seal(TOKEN, LOCATION)
    assert (OLD.is_current(sealed), BOTH.is_current(sealed)) == (True, False)
    again = BOTH.seal(BOTH.open(sealed, LOCATION), LOCATION)
    assert BOTH.is_current(again)
    assert Vault(read_keys(key(2))).open(again, LOCATION) == TOKEN
    with pytest.raises(Unreadable):
        OLD.open(again, LOCATION)


def test_it_opens_for_its_own_location_only() -> None:
    sealed = OLD.seal(TOKEN, LOCATION.upper())
    assert OLD.open(sealed, LOCATION) == TOKEN  # an id is the same however its digits are written
    with pytest.raises(Unreadable):
        OLD.open(sealed, "665000000000000000000102")


@given(st.data())
def test_what_was_changed_does_not_open(data: st.DataObject) -> None:
    mark, _, text = OLD.seal(TOKEN, LOCATION).rpartition(":")
    content = bytearray(base64.urlsafe_b64decode(text))
    content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(Unreadable):
        OLD.open(f"{mark}:{base64.urlsafe_b64encode(bytes(content)).decode()}", LOCATION)


@pytest.mark.parametrize("rest", ["", ":", "aaaaaaaa:AAAA", "{name}:", "{name}:AAAA", "{name}:ä", "{name}:A"])
def test_what_was_never_sealed_does_not_open(rest: str) -> None:
    name = OLD.seal(TOKEN, LOCATION).split(":")[2]
    with pytest.raises(Unreadable):
        OLD.open("sealed:v1:" + rest.format(name=name), LOCATION)


@pytest.mark.parametrize(("text", "problem"), [("c2hvcnQ=", "32 bytes"), ("not base64!", "base64")])
def test_keys_that_are_none(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_keys(f"{key(1)},{text}")


def test_no_failure_shows_it() -> None:
    sealed = OLD.seal(TOKEN, LOCATION)
    texts = []
    for vault, location in ((Vault(read_keys(key(9))), LOCATION), (OLD, "another")):
        with pytest.raises(Unreadable) as caught:
            vault.open(sealed, location)
        texts += traceback.format_exception(caught.value)
    text = "".join(texts) + repr(OLD)
    for secret in (TOKEN, sealed.rpartition(":")[2], key(1), key(9)):
        assert secret not in text


def test_settings_keep_the_keys_to_themselves() -> None:
    settings = PaymentSettings.model_validate(SETTINGS)
    assert settings.keys() == [bytes([1]) * 32]
    assert key(1) not in repr(settings)
    with pytest.raises(ValidationError) as caught:
        PaymentSettings.model_validate(SETTINGS | {"ORDERBUDDY_CREDENTIAL_KEYS": f"{key(1)}!"})
    assert all(key(1) not in error["msg"] for error in caught.value.errors())


@pytest.mark.parametrize("missing", ["EMERGEPAY_ENVIRONMENT_URL", "ORDERBUDDY_CREDENTIAL_KEYS"])
def test_production_needs_the_gateway_and_keys(missing: str) -> None:
    keys = base64.b64encode(secrets.token_bytes(32)).decode()
    production = SETTINGS | {"ORDERBUDDY_PROFILE": "production", "ORDERBUDDY_CREDENTIAL_KEYS": keys}
    assert missing not in refused(production)
    assert missing in refused({name: value for name, value in production.items() if name != missing})


def refused(env: dict[str, str]) -> set[str]:
    """Return the settings that the production profile refuses."""
    with pytest.raises(ValidationError) as caught:
        PaymentSettings.model_validate(env)
    return {str(error["loc"][0]) for error in caught.value.errors()}
