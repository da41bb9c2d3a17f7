"""Settings of the Notification service. The names of the old deployment keep their meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Self

from pydantic import Field, SecretStr, model_validator

from services.kit.production import ENCRYPTED, FOR_TESTS, needed, refused_when
from services.kit.settings import SealingSettings

_LOCAL_SMTP: Final = "smtp://localhost:1025"
_LOCAL_SENDER: Final = "noreply@orderbuddy.test"
_LOCAL_SUBJECT: Final = "mailto:ops@orderbuddy.test"

_TEXTS: Final = needed("login codes go out as text messages")
_TO_LOOPBACK: Final = refused_when("true", "lets what others register reach into this machine")


class NotificationSettings(SealingSettings):
    """What the Notification service reads."""

    twilio_account_sid: Annotated[str | None, _TEXTS] = Field(None, validation_alias="TWILIO_ACCOUNT_SID")
    twilio_auth_token: Annotated[SecretStr | None, _TEXTS] = Field(None, validation_alias="TWILIO_AUTH_TOKEN")
    twilio_phone_number: Annotated[str | None, _TEXTS] = Field(None, validation_alias="TWILIO_PHONE_NUMBER")
    twilio_url: Annotated[str | None, FOR_TESTS] = Field(None, validation_alias="ORDERBUDDY_TWILIO_URL")
    """Where Twilio's API is; for tests."""
    sendgrid_api_key: SecretStr | None = Field(None, validation_alias="SENDGRID_API_KEY")
    from_email: Annotated[str | None, needed("who mails are from")] = Field(None, validation_alias="FROM_EMAIL")
    sendgrid_url: Annotated[str | None, FOR_TESTS] = Field(None, validation_alias="ORDERBUDDY_SENDGRID_URL")
    """Where SendGrid's API is; for tests."""
    smtp_url: Annotated[SecretStr | None, ENCRYPTED] = Field(None, validation_alias="ORDERBUDDY_SMTP_URL")
    """A mail server of one's own, instead of SendGrid: smtp://user:password@host:port, or smtps://."""
    node_env: Annotated[str, refused_when("local", "sends mails to a catcher on this machine")] = Field(
        "", validation_alias="NODE_ENV"
    )
    """`local` sends mails to localhost:1025, as in the old system; nothing else counts."""
    allow_message: bool | None = Field(None, validation_alias="ALLOW_MESSAGE")
    """Whether text messages about orders are sent; login codes always are. Unset: only in the embedded profile."""
    menu_endpoint: Annotated[str, needed("where the Order App is"), ENCRYPTED] = Field(
        "http://localhost:5173", validation_alias="MENU_ENDPOINT"
    )
    """Where the Order App is; texts link to an order's status page."""

    firebase_project_id: str | None = Field(None, validation_alias="FIREBASE_PROJECT_ID")
    firebase_client_email: str | None = Field(None, validation_alias="FIREBASE_CLIENT_EMAIL")
    firebase_private_key: SecretStr | None = Field(None, validation_alias="FIREBASE_PRIVATE_KEY")
    fcm_url: Annotated[str | None, FOR_TESTS] = Field(None, validation_alias="ORDERBUDDY_FCM_URL")
    fcm_token_url: Annotated[str | None, FOR_TESTS] = Field(None, validation_alias="ORDERBUDDY_FCM_TOKEN_URL")
    """Where FCM and its tokens are; for tests."""
    vapid_private_key: SecretStr | None = Field(None, validation_alias="ORDERBUDDY_VAPID_PRIVATE_KEY")
    """For notifications to browsers: raw, base64url (`make setup` makes one for local use)."""
    vapid_subject: str = Field(_LOCAL_SUBJECT, validation_alias="ORDERBUDDY_VAPID_SUBJECT")
    """Whom the browsers' makers may ask about our notifications."""
    push_to_loopback: Annotated[bool, _TO_LOOPBACK] = Field(
        default=False, validation_alias="ORDERBUDDY_PUSH_TO_LOOPBACK"
    )
    """Whether a browser's push service may be on this machine; for development and tests."""

    sms_per_minute: int = Field(60, gt=0, validation_alias="ORDERBUDDY_SMS_PER_MINUTE")
    """Text messages of one restaurant; more wait."""
    sms_segment_cents: float = Field(0.83, ge=0, validation_alias="ORDERBUDDY_SMS_SEGMENT_CENTS")
    """What a segment (160 characters, 70 with letters that need UCS-2) costs, for the cap."""
    sms_cents_per_day: int = Field(5_000, gt=0, validation_alias="ORDERBUDDY_SMS_CENTS_PER_DAY")
    """What one restaurant's text messages may cost a day (UTC); beyond it they are given up."""
    webhooks_to_loopback: Annotated[bool, _TO_LOOPBACK] = Field(
        default=False, validation_alias="ORDERBUDDY_WEBHOOKS_TO_LOOPBACK"
    )
    """Whether integrators' endpoints may be on this machine; for development and tests."""

    @property
    def has_twilio(self) -> bool:
        """Tell whether text messages can be sent."""
        return bool(self.twilio_account_sid and self.twilio_auth_token and self.twilio_phone_number)

    @property
    def has_mail(self) -> bool:
        """Tell whether mails can be sent."""
        return bool(self.from_email and (self.sendgrid_api_key or self.smtp_url))

    @property
    def sends_texts(self) -> bool:
        """Tell whether text messages about orders are sent."""
        return self.allow_message if self.allow_message is not None else self.profile == "embedded"

    @property
    def sender(self) -> str:
        """Who mails are from."""
        return self.from_email or _LOCAL_SENDER

    @model_validator(mode="after")
    def _local_mails(self) -> Self:
        if self.node_env == "local" and self.smtp_url is None and self.profile != "production":
            self.smtp_url = SecretStr(_LOCAL_SMTP)
        return self

    @classmethod
    def production_problems(cls, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Ask for a way for mails, and for somebody whom the browsers' makers can ask."""
        yield from super().production_problems(given)
        if not given.keys() & {"SENDGRID_API_KEY", "ORDERBUDDY_SMTP_URL"}:
            yield (
                "SENDGRID_API_KEY",
                "is needed in the production profile, or ORDERBUDDY_SMTP_URL: login codes are mailed",
            )
        if "ORDERBUDDY_VAPID_PRIVATE_KEY" in given and "ORDERBUDDY_VAPID_SUBJECT" not in given:
            yield "ORDERBUDDY_VAPID_SUBJECT", "is needed in the production profile beside ORDERBUDDY_VAPID_PRIVATE_KEY"
