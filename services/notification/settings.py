"""Settings of the Notification service. The names of the old deployment keep their meaning."""

from __future__ import annotations

from pydantic import Field, SecretStr, model_validator

from services.kit.settings import SealingSettings


class NotificationSettings(SealingSettings):
    """What the Notification service reads."""

    twilio_account_sid: str | None = Field(None, validation_alias="TWILIO_ACCOUNT_SID")
    twilio_auth_token: SecretStr | None = Field(None, validation_alias="TWILIO_AUTH_TOKEN")
    twilio_phone_number: str | None = Field(None, validation_alias="TWILIO_PHONE_NUMBER")
    twilio_url: str | None = Field(None, validation_alias="ORDERBUDDY_TWILIO_URL")
    """Where Twilio's API is; for tests."""
    sendgrid_api_key: SecretStr | None = Field(None, validation_alias="SENDGRID_API_KEY")
    from_email: str | None = Field(None, validation_alias="FROM_EMAIL")
    sendgrid_url: str | None = Field(None, validation_alias="ORDERBUDDY_SENDGRID_URL")
    """Where SendGrid's API is; for tests."""
    webhooks_to_loopback: bool = Field(default=False, validation_alias="ORDERBUDDY_WEBHOOKS_TO_LOOPBACK")
    """Whether integrators' endpoints may be on this machine; for development and tests."""

    @property
    def has_twilio(self) -> bool:
        """Tell whether text messages can be sent."""
        return bool(self.twilio_account_sid and self.twilio_auth_token and self.twilio_phone_number)

    @property
    def has_sendgrid(self) -> bool:
        """Tell whether mails can be sent."""
        return bool(self.sendgrid_api_key and self.from_email)

    @model_validator(mode="after")
    def _real_providers_in_production(self) -> NotificationSettings:
        if self.profile == "production" and not (self.has_twilio and self.has_sendgrid):
            message = (
                "TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_PHONE_NUMBER, SENDGRID_API_KEY and FROM_EMAIL are "
                "needed: the production profile sends real messages"
            )
            raise ValueError(message)
        if self.profile == "production" and self.webhooks_to_loopback:
            message = "ORDERBUDDY_WEBHOOKS_TO_LOOPBACK is for tests; the production profile refuses it"
            raise ValueError(message)
        return self
