"""What the production profile asks of settings, as marks on their fields: refused, needed, encrypted.

A mark judges the setting's text as it was given (None: it is not set), so that it can speak even when other settings
are wrong. `docs/operating.md` lists what is asked and why. No message holds the value of a setting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

PLAIN_HOSTS: Final = "ORDERBUDDY_PLAIN_HOSTS"
"""The setting that names the hosts to which connections may go unencrypted."""

Rule = Callable[[str | None, frozenset[str]], Sequence[str]]
"""From a setting's text and the hosts that may be reached unencrypted to what is wrong."""

_TRUE: Final = frozenset({"1", "true", "t", "yes", "y", "on"})
"""What pydantic takes for true."""

_ENCRYPTED: Final = frozenset({"https", "smtps"})
_FEWEST_CHARACTERS: Final = 12
"""Different ones in a secret: 32 random hexadecimal digits have fewer once in a thousand times, 64 never."""

_DEVELOPMENT_ACCOUNT: Final = "devstoreaccount1"
"""Azurite's own, whose key everybody knows."""


@dataclass(frozen=True, slots=True)
class InProduction:
    """A mark on a field: `Annotated[str, InProduction(rule)]`."""

    rule: Rule


def _refused(why: str) -> InProduction:
    return InProduction(lambda text, _: [] if text is None else [f"{why}; the production profile refuses it"])


FOR_TESTS: Final = _refused("is for tests")
"""Refused when it is set."""

FOLDER: Final = _refused("keeps pictures in a folder of one machine, which other replicas do not see")


def refused_when(value: str, why: str) -> InProduction:
    """Refuse one value, whatever the case of its letters; `true` stands for all that is read as true."""
    refused = _TRUE if value == "true" else {value.lower()}

    def rule(text: str | None, _: frozenset[str]) -> Sequence[str]:
        return [f"{why}; the production profile refuses it"] if (text or "").lower() in refused else []

    return InProduction(rule)


def needed(what: str) -> InProduction:
    """Ask for a setting that has a default only elsewhere."""
    return InProduction(lambda text, _: [f"is needed in the production profile: {what}"] if text is None else [])


def _random(text: str | None, _: frozenset[str]) -> Sequence[str]:
    simple = text is not None and len(set(text)) < _FEWEST_CHARACTERS
    return ["can be guessed; make one with: openssl rand -hex 32"] if simple else []


RANDOM: Final = InProduction(_random)
"""Refuses secrets that nobody made by chance."""


def _unencrypted(hosts: Iterable[str], plain_hosts: frozenset[str]) -> Sequence[str]:
    named = sorted(set(hosts) - plain_hosts)
    if not named:
        return []
    return [f"goes unencrypted to {', '.join(named)}; use TLS, or name the host in {PLAIN_HOSTS} if nobody can listen"]


def _encrypted(text: str | None, plain_hosts: frozenset[str]) -> Sequence[str]:
    parts = urlsplit(text or "")
    return [] if not parts.scheme or parts.scheme in _ENCRYPTED else _unencrypted([parts.hostname or ""], plain_hosts)


ENCRYPTED: Final = InProduction(_encrypted)
"""A URL whose scheme begins TLS, unless its host may be reached without."""


def _database(text: str | None, plain_hosts: frozenset[str]) -> Sequence[str]:
    """Judge a connection string of MongoDB. The driver itself says what can't be read."""
    parts = urlsplit(text or "")
    if not parts.scheme.startswith("mongodb"):
        return []
    options = {name.lower(): value.lower() for name, value in parse_qsl(parts.query)}
    user, _, places = parts.netloc.rpartition("@")
    hosts = [place.rpartition(":")[0] or place for place in places.split(",")]
    found: list[str] = []
    by_dns = parts.scheme == "mongodb+srv"
    if options.get("tls", options.get("ssl", "true" if by_dns else "false")) != "true":
        found += _unencrypted(hosts, plain_hosts)
    if any(options.get(name) == "true" for name in _UNCHECKED):
        found.append("takes any certificate for the database's (tlsInsecure, tlsAllowInvalid…)")
    if not user and "authmechanism" not in options:
        found.append("has no user: a database without access control is open to whoever reaches it")
    one = len(hosts) == 1 and "replicaset" not in options and options.get("directconnection") != "false"
    if options.get("directconnection") == "true" or (one and not by_dns):
        found.append(
            "names no replica set: without one there are no transactions and no change streams (add replicaSet=…; "
            "for one mongos of a sharded cluster directConnection=false)"
        )
    if options.get("w", "majority") != "majority" or options.get("journal", options.get("j", "true")) != "true":
        found.append(
            "asks for writes that a failing server can lose; leave w and journal away: they are majority, true"
        )
    return found


_UNCHECKED: Final = ("tlsinsecure", "tlsallowinvalidcertificates", "tlsallowinvalidhostnames")

DATABASE: Final = InProduction(_database)
"""A connection string that is encrypted, knows a user and finds the primary."""


def _blobs(text: str | None, plain_hosts: frozenset[str]) -> Sequence[str]:
    """Judge a connection string of Azure's storage."""
    parts = (part.partition("=") for part in (text or "").split(";") if part.strip())
    options = {name.strip().lower(): value.strip() for name, _, value in parts}
    if options.get("usedevelopmentstorage", "").lower() == "true" or options.get("accountname") == _DEVELOPMENT_ACCOUNT:
        return ["uses the development account, whose key everybody knows"]
    endpoint = options.get("blobendpoint") or (
        f"http://{options.get('accountname', '')}.blob.{options.get('endpointsuffix', 'core.windows.net')}"
        if options.get("defaultendpointsprotocol", "https").lower() == "http"
        else ""
    )
    return _encrypted(endpoint, plain_hosts)


BLOBS: Final = InProduction(_blobs)
"""A storage account of one's own, encrypted."""
