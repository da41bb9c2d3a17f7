"""What went out to the vendors while recordings were played, against what the old system sent (their field `outbound`).

Texts are free, so of a message counts who gets it, from whom, and what it must carry: the restaurant, the order's code,
the link, the login code. Each recording's messages must arrive, and no others, but for listed defects.
"""

from __future__ import annotations

import json
import pathlib
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any, Final

from tests.servers.fcm import Fcm
from tests.servers.sendgrid import SendGrid
from tests.servers.short_links import ShortLinkServer
from tests.servers.twilio import NUMBER, Twilio

_PATIENCE_SECONDS: Final = 5.0
_CODE: Final = re.compile(r"#[0-9A-F]{4}\b")
_ID: Final = re.compile(r"\b[0-9a-f]{24}\b")
_LOGIN_CODE: Final = re.compile(r"\b\d{6}\b")

LOGIN_CODE: Final = "123456"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message, as far as it must be the same."""

    to: str
    """A number, address or token; `short link` for what the short-link service was given."""
    carries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Deviation:
    """An exchange whose recorded messages need not come: all, or those to one recipient."""

    why: str
    to: str = ""
    instead: tuple[Sent, ...] = ()
    """What may come."""

    def frees(self, sent: Sent) -> bool:
        """Tell whether a recorded message need not come."""
        return not self.to or sent.to == self.to


_STATUS_LINK: Final = "http://localhost:5173/status/cuppa_co/<id>"
DEVIATIONS: Final = {
    "payments.place-order/place.same-preview-again": Deviation("A2: the one order was told of already"),
    "flow.order-life/ready": Deviation("B20: nothing is sent to guests who did not ask for it"),
    "restaurant.order-status/accept": Deviation(
        "A12: guests are told of the acceptance when it comes, not when they order",
        instead=(Sent("+12065550133", (NUMBER, "OrderBuddy-Cuppa Co", "#code", _STATUS_LINK)),),
    ),
    "campaign/create.inactive": Deviation("B44: campaigns whose kind has no effect are refused"),
    "campaign/create.type-any": Deviation("B44: campaigns whose kind has no effect are refused"),
    "campaign.cookie-session/create": Deviation(
        "B44: a cookie session can create a campaign",
        instead=(Sent("short link", ("http://localhost:5173/entry/<id>?name=Cuppa%20Co",)),),
    ),
    "web-push/order.sends-push": Deviation("it subscribes in a step that is not among the samples", to="and:token-1"),
}
"""By scenario and id; A and B are the defects of the contract's parts."""


@dataclass
class Vendors:
    """The vendors' servers."""

    twilio: Twilio = field(default_factory=Twilio)
    sendgrid: SendGrid = field(default_factory=SendGrid)
    fcm: Fcm = field(default_factory=Fcm)
    links: ShortLinkServer = field(default_factory=ShortLinkServer)

    def clear(self) -> None:
        """Forget what was asked so far."""
        self.twilio.asked.clear()
        self.sendgrid.asked.clear()
        self.fcm.asked.clear()
        self.links.targets.clear()

    def sent(self) -> Counter[Sent]:
        """Return what they were asked to carry, refused or not."""
        found = [_text(form["To"], form["From"], form["Body"]) for form in self.twilio.asked]
        found += [_push(message) for message in self.fcm.asked]
        for mail in self.sendgrid.asked:
            text = next(part["value"] for part in mail["content"] if part["type"] == "text/plain")
            found.append(_mailed_code(mail["personalizations"][0]["to"][0]["email"], text))
        found += [_link(target) for target in self.links.targets.values()]
        return Counter(found)


def _text(to: str, sender: str, body: str) -> Sent:
    restaurant = re.findall(r"^OrderBuddy-[^:]+", body)
    return Sent(to, (sender, *restaurant, *_without_ids(body)))


def _without_ids(body: str) -> Iterator[str]:
    """Yield what a text carries besides its wording; ids and codes differ from run to run."""
    yield from ("#code" for _ in _CODE.findall(body))
    yield from (_ID.sub("<id>", url) for url in re.findall(r"https?://\S+", body))
    yield from ("ready" for _ in re.findall(r"\bready\b", body))
    yield from _LOGIN_CODE.findall(body)


def _push(message: dict[str, Any]) -> Sent:
    shown = message["notification"]
    rest = {name: value for name, value in message.items() if name not in ("token", "notification")}
    return Sent(message["token"], (shown["title"], _CODE.sub("#code", shown["body"]), json.dumps(rest, sort_keys=True)))


def _mailed_code(to: str, text: str) -> Sent:
    return Sent(to.lower(), tuple(_LOGIN_CODE.findall(text)))


def _link(target: str) -> Sent:
    return Sent("short link", (_ID.sub("<id>", target),))


def _recorded(call: dict[str, Any]) -> Sent | None:
    """Return a recorded call as a message; None for what is compared elsewhere: payments, and pictures' blobs."""
    body = call["body"]
    match call["host"]:
        case "api.twilio.com":
            return _text(body["To"], body["From"], body["Body"])
        case "fcm.googleapis.com":
            return _push(body["message"])
        case "api.supertokens.io":  # B12: login codes go by the restaurants' own mail provider now
            return Sent(body["email"].lower(), (body["userInputCode"],))
    return _link(body["redirectUrl"]) if call["path"] == "/add-qrdata" else None


@dataclass(frozen=True, slots=True)
class Expected:
    """What has to be sent in a scenario, and what may be."""

    must: Counter[Sent]
    may: Counter[Sent]


def expected(golden: pathlib.Path, played: str) -> Expected:
    """Return what has to be sent when the scenarios that a pattern names are played."""
    found = Expected(Counter(), Counter())
    pattern, _, only = played.partition("/")
    for line in (golden / "exchanges.jsonl").read_text(encoding="utf-8").splitlines():
        exchange = json.loads(line)
        if not fnmatch(exchange["scenario"], pattern) or (only and not fnmatch(exchange["id"], only)):
            continue
        sent = [each for call in exchange.get("outbound") or () if (each := _recorded(call)) is not None]
        deviation = DEVIATIONS.get(f"{exchange['scenario']}/{exchange['id']}")
        for each in sent:
            (found.may if deviation is not None and deviation.frees(each) else found.must)[each] += 1
        found.may.update(deviation.instead if deviation is not None else ())
    return found


def differences(wanted: Expected, vendors: Vendors) -> list[str]:
    """Wait for what has to be sent, and say what is missing or was sent besides."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while wanted.must - vendors.sent() and time.monotonic() < until:
        time.sleep(0.05)
    sent = vendors.sent()
    besides = (each for each in (sent - wanted.must - wanted.may).elements() if not _of_player(each))
    return [*_named("not sent", (wanted.must - sent).elements()), *_named("sent besides", besides)]


def _of_player(sent: Sent) -> bool:
    """Tell whether it is a login code: the player signs in besides what is recorded."""
    return sent.carries == (LOGIN_CODE,)


def _named(what: str, messages: Iterable[Sent]) -> list[str]:
    return [f"{what}: to {each.to}: {', '.join(each.carries)}" for each in messages]
