"""TLS between edge and services, in which both sides show a certificate of one authority.

Assertions say who calls (services/kit/principal.py), and certificates who may say so. Files are read once, at the
start: a certificate is renewed by a rolling restart.
"""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import grpc
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from services.kit.addresses import hosts_of

CA: Final = "ORDERBUDDY_TLS_CA"
CERT: Final = "ORDERBUDDY_TLS_CERT"
KEY: Final = "ORDERBUDDY_TLS_KEY"
SERVER_NAME: Final = "ORDERBUDDY_TLS_SERVER_NAME"
PUBLIC_CERT: Final = "ORDERBUDDY_PUBLIC_TLS_CERT"
PUBLIC_KEY: Final = "ORDERBUDDY_PUBLIC_TLS_KEY"

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server shows, in PEM form."""

    chain: bytes
    key: bytes = field(repr=False)

    def for_everybody(self) -> grpc.ServerCredentials:
        """Return how a server takes connections of clients that show no certificate."""
        return grpc.ssl_server_credentials([(self.key, self.chain)])


@dataclass(frozen=True, slots=True)
class Tls:
    """What a process shows to the others, and whom it believes."""

    authority: bytes
    own: Certificate
    server_name: str = ""
    """What servers' certificates must name; empty: the host that is connected to."""

    def server_credentials(self) -> grpc.ServerCredentials:
        """Return how a server takes connections: only those of clients with a certificate of the authority."""
        pairs = [(self.own.key, self.own.chain)]
        return grpc.ssl_server_credentials(pairs, root_certificates=self.authority, require_client_auth=True)

    def channel_credentials(self) -> grpc.ChannelCredentials:
        """Return how a client connects."""
        return grpc.ssl_channel_credentials(self.authority, self.own.key, self.own.chain)

    def name_at(self, address: str) -> str:
        """Return what certificates must name instead of the host, or nothing. Raises ValueError."""
        hosts = {place.host for place in hosts_of(address)}
        if self.server_name or "," not in address:
            return self.server_name
        if len(hosts) > 1:
            message = f"a list of different hosts needs {SERVER_NAME}, a name that is in all their certificates"
            raise ValueError(message)
        return hosts.pop()


def read_tls(ca: pathlib.Path, cert: pathlib.Path, key: pathlib.Path, server_name: str = "") -> Tls:
    """Read files that `problems` has judged. Raises OSError."""
    return Tls(ca.read_bytes(), read_certificate(cert, key), server_name)


def read_certificate(cert: pathlib.Path, key: pathlib.Path) -> Certificate:
    """Read files that `problems` has judged. Raises OSError."""
    return Certificate(cert.read_bytes(), key.read_bytes())


def names_in(chain: bytes) -> Sequence[str]:
    """Return the hosts that a certificate names. Raises ValueError when there are none."""
    try:
        names = x509.load_pem_x509_certificates(chain)[0].extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
    except x509.ExtensionNotFound:
        names = None
    found = [str(name.value) for name in names.value] if names else []
    if not found:
        message = "the certificate names no host: it needs subject alternative names"
        raise ValueError(message)
    return found


def problems(given: Mapping[str, str], *, needed: bool) -> Iterator[tuple[str, str]]:
    """Yield names of settings and what is wrong with them, by the paths given."""
    yield from _incomplete(given, (CA, CERT, KEY), needed=needed)
    yield from _incomplete(given, (PUBLIC_CERT, PUBLIC_KEY), needed=False)
    found: list[tuple[str, str]] = []
    authorities = _read(given, CA, x509.load_pem_x509_certificates, found)
    chain = _read(given, CERT, x509.load_pem_x509_certificates, found)
    key = _read(given, KEY, _private_key, found)
    if chain and key and chain[0].public_key() != key.public_key():
        found.append((KEY, f"is not the key of the certificate in {CERT}"))
    if chain and authorities and not _is_signed(chain[0], [*chain[1:], *authorities]):
        found.append((CERT, f"is not signed by an authority in {CA}"))
    public = _read(given, PUBLIC_CERT, x509.load_pem_x509_certificates, found)
    public_key = _read(given, PUBLIC_KEY, _private_key, found)
    if public and public_key and public[0].public_key() != public_key.public_key():
        found.append((PUBLIC_KEY, f"is not the key of the certificate in {PUBLIC_CERT}"))
    yield from found


def _incomplete(given: Mapping[str, str], names: Sequence[str], *, needed: bool) -> Iterator[tuple[str, str]]:
    missing = [name for name in names if not given.get(name)]
    if missing and (needed or len(missing) < len(names)):
        why = "is needed in the production profile" if needed else "is missing"
        yield from ((name, f"{why}: {', '.join(names)} are set together") for name in missing)


def _private_key(pem: bytes) -> Any:
    return load_pem_private_key(pem, password=None)


def _read(
    given: Mapping[str, str], name: str, parse: Callable[[bytes], Read], found: list[tuple[str, str]]
) -> Read | None:
    path = given.get(name)
    if not path:
        return None
    try:
        return parse(pathlib.Path(path).read_bytes())
    except OSError as error:
        found.append((name, f"can't be read, {path}: {error.strerror}"))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        what = "private key without password" if parse is _private_key else "certificate"
        found.append((name, f"is no {what} in PEM form: {path}"))
    return None


def _is_signed(leaf: x509.Certificate, issuers: Sequence[x509.Certificate]) -> bool:
    for issuer in issuers:
        try:
            leaf.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature):
            continue
        return True
    return False
