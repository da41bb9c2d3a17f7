"""Which provider carries what, by the settings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.notification.adapters.console import Console
from services.notification.adapters.fcm_pushes import FcmPushes
from services.notification.adapters.sendgrid_mails import SendGridMails
from services.notification.adapters.smtp_mails import SmtpMails
from services.notification.adapters.twilio_texts import TwilioTexts
from services.notification.adapters.web_pushes import WebPushes
from services.notification.outbound import BrowserPush, Channel, Fate, Mail, Push, Result, Sms
from services.notification.settings import NotificationSettings


class Nobody:
    """A channel that was not set up. What would go by it is refused, so that people see why nothing came."""

    provider = "none"
    most = 1

    async def send(self, messages: Sequence[Any]) -> list[Result]:
        """Refuse messages."""
        return [Result(Fate.REFUSED, code="NO_PROVIDER") for _ in messages]

    async def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True)
class Channels:
    """Who carries messages of each type."""

    sms: Channel[Sms]
    mail: Channel[Mail]
    push: Channel[Push]
    browser: Channel[BrowserPush]

    async def close(self) -> None:
        """End the connections."""
        for channel in (self.sms, self.mail, self.push, self.browser):
            await channel.close()


def make_channels(settings: NotificationSettings) -> Channels:
    """Return the channels: the providers that are configured. Make them in the loop that they serve."""
    otherwise = Console() if settings.profile == "embedded" else Nobody()
    return Channels(
        sms=_texts(settings) or otherwise,
        mail=_mails(settings) or otherwise,
        push=_pushes(settings) or otherwise,
        browser=_browsers(settings) or otherwise,
    )


def _texts(settings: NotificationSettings) -> Channel[Sms] | None:
    if settings.twilio_account_sid and settings.twilio_auth_token and settings.twilio_phone_number:
        token = settings.twilio_auth_token.get_secret_value()
        return TwilioTexts(settings.twilio_account_sid, token, settings.twilio_phone_number, settings.twilio_url)
    return None


def _mails(settings: NotificationSettings) -> Channel[Mail] | None:
    if settings.smtp_url:
        return SmtpMails(settings.smtp_url.get_secret_value(), settings.sender)
    if settings.sendgrid_api_key and settings.from_email:
        key = settings.sendgrid_api_key.get_secret_value()
        return SendGridMails(key, settings.from_email, settings.sendgrid_url)
    return None


def _pushes(settings: NotificationSettings) -> Channel[Push] | None:
    project, address, key = settings.firebase_project_id, settings.firebase_client_email, settings.firebase_private_key
    if project and address and key:
        return FcmPushes(project, address, key.get_secret_value(), settings.fcm_url, settings.fcm_token_url)
    return None


def _browsers(settings: NotificationSettings) -> Channel[BrowserPush] | None:
    if settings.vapid_private_key:
        return WebPushes(settings.vapid_private_key.get_secret_value(), settings.vapid_subject)
    return None
