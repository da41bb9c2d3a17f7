"""Run the Notification service: `python -m services.notification`."""

from __future__ import annotations

from orderbuddy.notification.v1 import notification_service_pb2, notification_service_pb2_grpc

from services.kit.server import Runtime, run
from services.kit.settings import load
from services.notification.adapters.channels import Mails, Texts
from services.notification.adapters.console import ConsoleMails, ConsoleTexts
from services.notification.adapters.sendgrid_mails import SendGridMails
from services.notification.adapters.twilio_texts import TwilioTexts
from services.notification.repository import INDEXES, SubscriptionRepository
from services.notification.servicer import NotificationServicer
from services.notification.settings import NotificationSettings
from services.notification.webhooks.wiring import build_webhooks


async def build(runtime: Runtime) -> None:
    """Put the service together."""
    assert isinstance(runtime.settings, NotificationSettings)
    mails, texts = make_mails(runtime.settings), make_texts(runtime.settings)
    servicer = NotificationServicer(SubscriptionRepository(runtime.db), mails, texts)
    add = notification_service_pb2_grpc.add_NotificationServiceServicer_to_server
    runtime.serve(notification_service_pb2.DESCRIPTOR, add, servicer)
    runtime.indexes += INDEXES
    runtime.closing += [mails.close, texts.close]
    build_webhooks(runtime, runtime.settings)


def make_mails(settings: NotificationSettings) -> Mails:
    """Return what carries mails: SendGrid when it is configured."""
    if settings.sendgrid_api_key and settings.from_email:
        key = settings.sendgrid_api_key.get_secret_value()
        return SendGridMails(key, settings.from_email, settings.sendgrid_url)
    return ConsoleMails()


def make_texts(settings: NotificationSettings) -> Texts:
    """Return what carries text messages: Twilio when it is configured."""
    if settings.twilio_account_sid and settings.twilio_auth_token and settings.twilio_phone_number:
        token = settings.twilio_auth_token.get_secret_value()
        return TwilioTexts(settings.twilio_account_sid, token, settings.twilio_phone_number, settings.twilio_url)
    return ConsoleTexts()


if __name__ == "__main__":
    settings = load(NotificationSettings)
    run("notification", settings, settings.notification_address, build)
