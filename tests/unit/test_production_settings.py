"""What the production profile refuses to start without, or with."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic_settings import BaseSettings

from edge.settings import EdgeSettings
from services.kit.settings import ServiceSettings
from services.menu.images.settings import ImageSettings
from services.notification.settings import NotificationSettings
from services.signin_core.settings import CoreSettings
from tests.support import SECRET

SERVICE = {"ORDERBUDDY_ASSERTION_SECRET": SECRET, "DB_CONN_STRING": "mongodb://x", "ORDERBUDDY_PROFILE": "production"}
REAL = {
    "SUPERTOKENS_CONNECTION_URI": "https://core.example",
    "AZURE_STORAGE_CONNECTION_STRING": "x",
    **dict.fromkeys(("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_PHONE_NUMBER"), "x"),
    **dict.fromkeys(("SENDGRID_API_KEY", "FROM_EMAIL"), "x"),
    "ORDERBUDDY_CREDENTIAL_KEYS": base64.b64encode(bytes(32)).decode(),
}


@pytest.mark.parametrize(
    ("kind", "needed"),
    [
        (EdgeSettings, "SUPERTOKENS_CONNECTION_URI"),
        (ImageSettings, "AZURE_STORAGE_CONNECTION_STRING"),
        (NotificationSettings, "TWILIO_ACCOUNT_SID"),
        (NotificationSettings, "FROM_EMAIL"),
        (NotificationSettings, "ORDERBUDDY_CREDENTIAL_KEYS"),
    ],
)
def test_it_needs_the_real_systems(kind: type[BaseSettings], needed: str) -> None:
    with pytest.raises(ValidationError, match=needed):
        kind.model_validate(SERVICE | {name: value for name, value in REAL.items() if name != needed})
    kind.model_validate(SERVICE | REAL)


@pytest.mark.parametrize("kind", [EdgeSettings, ServiceSettings, NotificationSettings])
def test_it_refuses_a_set_clock(kind: type[Any]) -> None:
    with pytest.raises(ValidationError, match="ORDERBUDDY_CLOCK"):
        kind.model_validate(SERVICE | REAL | {"ORDERBUDDY_CLOCK": "2026-01-15T20:30:00Z"})


def test_it_refuses_the_local_sign_in_core() -> None:
    with pytest.raises(ValidationError, match="development and tests"):
        CoreSettings.model_validate(SERVICE)


def test_it_refuses_webhooks_to_this_machine() -> None:
    with pytest.raises(ValidationError, match="ORDERBUDDY_WEBHOOKS_TO_LOOPBACK"):
        NotificationSettings.model_validate(SERVICE | REAL | {"ORDERBUDDY_WEBHOOKS_TO_LOOPBACK": "true"})
