"""Notifications to devices through Firebase Cloud Messaging: the Manage App, as web page and on Android."""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import firebase_admin
import google.auth.exceptions
import google.auth.transport.requests
from firebase_admin import credentials, exceptions, messaging
from firebase_admin._http_client import HttpxAsyncClient
from firebase_admin._retry import HttpxRetry

from services.notification.outbound import Fate, Push, Result
from services.notification.retry_after import retry_after

_TIMEOUT_SECONDS: Final = 10.0
_AT_ONCE: Final = 20
"""The library sends all that it is given at once, and its pool of connections takes time with the square of that."""
_TOKEN_URL: Final = "https://oauth2.googleapis.com/token"  # noqa: S105  an address
_CHANNEL: Final = "order_notifications"
"""The Manage App's Android build has made it (contract part B, 15.2)."""

logging.getLogger("firebase_admin").setLevel(logging.WARNING)  # below that it logs requests


class FcmPushes:
    """Sends notifications. Make it in the loop that it serves."""

    provider = "fcm"
    most = 500

    def __init__(
        self, project_id: str, client_email: str, private_key: str, url: str | None = None, token_url: str | None = None
    ) -> None:
        """`url` and `token_url` are those of a test's server."""
        account = {
            "type": "service_account",
            "project_id": project_id,
            "client_email": client_email,
            # Settings of one line have no line ends of their own.
            "private_key": private_key.replace("\\n", "\n"),
            "token_uri": token_url or _TOKEN_URL,
        }
        credential = credentials.Certificate(account)
        if url:
            # The library has no setting for it.
            messaging._MessagingService.FCM_URL = url + "/v1/projects/{0}/messages:send"  # noqa: SLF001
        # Apps are known by their names for as long as the process runs, and bound to the loop that uses them first.
        name = f"orderbuddy-{id(self)}"
        self._app = firebase_admin.initialize_app(credential, {"httpTimeout": _TIMEOUT_SECONDS}, name)
        self._credential = credential.get_credential()
        # The library tries again by itself, without ending the connection of the try before: a hundred failures, and
        # nothing is sent any more (7.7.0). What fails is tried again by whoever keeps the deliveries.
        service = messaging._get_messaging_service(self._app)  # noqa: SLF001  there is no setting for it
        service._async_client = HttpxAsyncClient(  # noqa: SLF001
            credential=self._credential, timeout=_TIMEOUT_SECONDS, retry_config=HttpxRetry(max_retries=0)
        )
        self._refreshing = asyncio.Lock()

    async def send(self, messages: Sequence[Push]) -> list[Result]:
        """Hand notifications over: up to 500, each answered for itself."""
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                await self._authorize()
        except (google.auth.exceptions.GoogleAuthError, TimeoutError) as error:
            return [Result(Fate.LATER, code=f"TOKEN_{type(error).__name__}") for _ in messages]
        results: list[Result] = []
        until = asyncio.get_running_loop().time() + _TIMEOUT_SECONDS + 2
        for first in range(0, len(messages), _AT_ONCE):
            results += await self._send(messages[first : first + _AT_ONCE], until)
        return results

    async def _send(self, messages: Sequence[Push], until: float) -> list[Result]:
        """Send some, by that time of the loop."""
        if asyncio.get_running_loop().time() >= until:
            return [Result(Fate.LATER, code="NO_TIME_LEFT") for _ in messages]
        try:
            async with asyncio.timeout_at(until):
                batch = await messaging.send_each_async([_message(push) for push in messages], app=self._app)
        except (exceptions.FirebaseError, TimeoutError) as error:
            return [Result(Fate.UNHEARD, code=type(error).__name__) for _ in messages]
        return [_result(response) for response in batch.responses]

    async def _authorize(self) -> None:
        """Get an access token when there is none that works. The library would do it, and block the loop with it."""
        async with self._refreshing:
            if not self._credential.valid:
                request = functools.partial(google.auth.transport.requests.Request(), timeout=_TIMEOUT_SECONDS)
                await asyncio.to_thread(self._credential.refresh, request)

    async def close(self) -> None:
        """End the connections."""
        # Deleting the app runs a loop of its own for that, which would be the wrong one.
        service = messaging._get_messaging_service(self._app)  # noqa: SLF001  there is no other way to them
        await service._async_client.aclose()  # noqa: SLF001
        await asyncio.to_thread(firebase_admin.delete_app, self._app)


def _message(push: Push) -> messaging.Message:
    """Return the message as the contract has it (part B, 15.2)."""
    notification = messaging.Notification(title=push.title, body=push.body)
    if push.platform == "web":
        return messaging.Message(token=push.token, notification=notification)
    sound = messaging.AndroidNotification(sound="default", channel_id=_CHANNEL)
    android = messaging.AndroidConfig(priority="high", notification=sound)
    return messaging.Message(token=push.token, notification=notification, android=android)


def _result(response: messaging.SendResponse) -> Result:
    error = response.exception
    if error is None:
        return Result(Fate.ACCEPTED, response.message_id or "")
    return Result(_fate(error), code=str(error.code), retry_after=_wish(error))


def _fate(error: exceptions.FirebaseError) -> Fate:
    match error:
        case messaging.UnregisteredError() | messaging.SenderIdMismatchError():
            return Fate.GONE
        case messaging.ThirdPartyAuthError() | exceptions.InvalidArgumentError():
            return Fate.REFUSED
        case exceptions.DeadlineExceededError() | exceptions.UnknownError():
            return Fate.UNHEARD
        case _:
            return Fate.LATER


def _wish(error: Any) -> Any:
    response = error.http_response
    header = response.headers.get("retry-after", "") if response is not None else ""
    return retry_after(header, datetime.now(UTC))
