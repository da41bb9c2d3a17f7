"""A receiver of webhooks: verifies each, forgets none that it has acknowledged, does nothing twice.

    python -m examples.webhook_receiver PORT

Reads ORDERBUDDY_WEBHOOK_SECRET: the secret that was shown when the endpoint was made. After a rotation several may be
given, separated by spaces. Needs the package `standardwebhooks` and nothing else.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

LARGEST = 1_000_000
SEEN: dict[str, None] = {}
"""Ids of what was handled. A real receiver keeps them in its database, written together with what it does."""


def verified(secrets: Sequence[str], body: bytes, headers: dict[str, str]) -> dict[str, Any] | None:
    """Return the event; None when it is not from OrderBuddy, was changed on the way, or is older than five minutes."""
    for secret in secrets:
        try:
            event: dict[str, Any] = Webhook(secret).verify(body, headers)
        except (WebhookVerificationError, ValueError):
            continue
        return event
    return None


def handle(event: dict[str, Any]) -> None:
    """Do what has to be done. What takes long belongs into a queue: the answer is waited for 15 seconds."""
    data = event["data"]
    if event["type"].startswith("order."):
        order = data["order"]
        print(event["type"], order["orderCode"], order["status"], flush=True)
    elif event["type"].startswith("payment."):
        payment = data["payment"]
        print(event["type"], payment["orderId"], payment["amountCents"], flush=True)
    else:
        print(event["type"], flush=True)  # a test, or what is new: to acknowledge it does no harm


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to what is known or new, 400 to what is not genuine."""

    secrets: Sequence[str] = ()

    def do_POST(self) -> None:
        """Take an event."""
        length = int(self.headers.get("content-length", "0"))
        # The bytes as they came: what was parsed and written again has another signature.
        event = verified(self.secrets, self.rfile.read(length), dict(self.headers)) if length <= LARGEST else None
        if event is None:
            self._answer(400)
            return
        # Events come at least once: the same id again is the same event.
        if self.headers["webhook-id"] not in SEEN:
            handle(event)
            SEEN[self.headers["webhook-id"]] = None
        self._answer(204)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing but what is handled."""


def main(arguments: Sequence[str]) -> int:
    """Receive until interrupted."""
    Receiver.secrets = os.environ.get("ORDERBUDDY_WEBHOOK_SECRET", "").split()
    if len(arguments) != 1 or not arguments[0].isdecimal() or not Receiver.secrets:
        print(__doc__, file=sys.stderr)
        return 2
    with ThreadingHTTPServer(("127.0.0.1", int(arguments[0])), Receiver) as server:
        print(f"listening on {server.server_address[1]}", flush=True)
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
