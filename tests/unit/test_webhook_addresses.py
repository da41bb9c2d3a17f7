"""Where webhooks are sent and where not, whatever a name leads to."""

from __future__ import annotations

import asyncio
import ipaddress
import pathlib
import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from services.notification.adapters.webhook_sender import Sent, WebhookSender, resolve
from services.notification.webhooks.addresses import Unreachable, check_address, check_url, is_public

INSIDE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.254",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.216.34",
    "::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd12::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "not an address",
]
OUTSIDE = ["1.1.1.1", "93.184.216.34", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "64:ff9b::1.1.1.1"]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_within_is_refused(address: str) -> None:
    with pytest.raises(Unreachable):
        check_address(address, loopback=False)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_outside_is_not(address: str) -> None:
    check_address(address, loopback=False)
    # Python's own opinion, where it has one, is no other.
    assert ipaddress.ip_address(address).is_global


@pytest.mark.parametrize("address", INSIDE)
def test_loopback_lets_in_this_machine_and_nothing_else(address: str) -> None:
    if address in ("127.0.0.1", "127.255.255.254", "::1"):
        check_address(address, loopback=True)
    else:
        with pytest.raises(Unreachable):
            check_address(address, loopback=True)


def test_no_address_is_public_that_python_calls_private() -> None:
    for number in range(0, 2**32, 65_537 * 7):
        address = ipaddress.IPv4Address(number)
        assert not is_public(address) or (address.is_global and not address.is_multicast), address


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example",
        "https://a.example/hooks?x=1",
        "https://a.example:443/",
        "https://a.example:80/",
        "https://a.example:8443/",
        "https://a.example:1025/",
        "https://a.example:65535/",
        "https://1.1.1.1/",
        "https://[2606:4700::1111]/",
        "https://xn--bcher-kva.example/",
    ],
)
def test_a_url_to_the_outside_is_taken(url: str) -> None:
    check_url(url, plain=False, loopback=False)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.example",
        "//a.example/",
        "http://a.example/",
        "ftp://a.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///hooks",
        "https://user@a.example/",
        "https://user:pass@a.example/",
        "https://@a.example/",
        "https://a.example/#part",
        "https://a.example/#",
        "https://a.example:22/",
        "https://a.example:25/",
        "https://a.example:0/",
        "https://a.example:1024/",
        "https://a.example:65536/",
        "https://a.example:x/",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://a.localhost/",
        "https://127.0.0.1/",
        "https://10.1.2.3/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://[::1/",
        "https://a.example /",
        "https://a.example/\r\nhost: b.example",
        "https://a.example\\@127.0.0.1/",
        "https://bücher.example/",
        "\thttps://a.example/",
    ],
)
def test_a_url_that_leads_within_or_is_none_is_refused(url: str) -> None:
    with pytest.raises(Unreachable):
        check_url(url, plain=False, loopback=False)


def test_tests_and_development_may_call_this_machine_without_encryption() -> None:
    check_url("http://127.0.0.1:5000/", plain=True, loopback=True)
    check_url("http://localhost:5000/", plain=True, loopback=True)
    for url in ("http://10.0.0.1/", "gopher://127.0.0.1/"):
        with pytest.raises(Unreachable):
            check_url(url, plain=True, loopback=True)


class Names:
    """What names lead to; counts how often it is asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def find(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        return self.answers.pop(0)


async def send(names: Names, url: str = "https://a.example/") -> Sent:
    sender = WebhookSender(find=names.find, timeout_seconds=2)
    try:
        return await sender.send(url, {}, "{}")
    finally:
        await sender.close()


@pytest.mark.parametrize("addresses", [["127.0.0.1"], ["93.184.216.34", "10.0.0.1"], ["::ffff:10.0.0.1"], []])
async def test_a_name_that_leads_within_is_not_called(addresses: list[str]) -> None:
    names = Names(addresses)
    sent = await send(names)
    wanted = "the address is not public" if addresses else "the host was not found"
    assert (sent.status, sent.error, names.asked) == (0, wanted, [("a.example", 443)])


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1"])
async def test_other_ways_to_write_an_address_lead_to_the_same(host: str) -> None:
    assert "127.0.0.1" in await resolve(host, 443)
    sender = WebhookSender(timeout_seconds=2)
    sent = await sender.send(f"https://{host}/", {}, "{}")
    await sender.close()
    assert (sent.status, sent.error) == (0, "the address is not public")


async def test_the_name_is_asked_once_and_the_checked_address_is_called() -> None:
    """Whoever answers with something else the second time is not asked a second time."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        names = Names(["127.0.0.1"], ["10.0.0.1"])
        sender = WebhookSender(plain=True, loopback=True, find=names.find, timeout_seconds=0.3)
        sent = await sender.send(f"http://shop.example:{port}/", {}, "{}")
        await sender.close()
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(2)
            head = connection.recv(65_536).decode()
    assert names.asked == [("shop.example", port)]
    assert head.startswith(f"POST / HTTP/1.1\r\nHost: shop.example:{port}\r\n")
    assert sent.error == "no answer within 0.3 seconds"


def certificate(folder: pathlib.Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return what a server of that name shows, and what a client believes that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / "server.pem"
    path.write_bytes(private + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=pem.decode())


@pytest.mark.parametrize(("asked", "status"), [("shop.example", 204), ("other.example", 0)])
async def test_tls_and_the_header_keep_the_name(tmp_path: pathlib.Path, asked: str, status: int) -> None:
    names: list[str | None] = []
    heads: list[bytes] = []
    server_side, client_side = certificate(tmp_path, "shop.example")
    server_side.sni_callback = lambda _socket, name, _context: names.append(name)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 204 Fine\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=server_side) as server:
        port = server.sockets[0].getsockname()[1]
        sender = WebhookSender(loopback=True, find=Names(["127.0.0.1"]).find, tls=client_side, timeout_seconds=5)
        sent = await sender.send(f"https://{asked}:{port}/hooks", {}, "{}")
        await sender.close()
    assert (sent.status, names) == (status, [asked])
    if status:
        assert heads[0].startswith(f"POST /hooks HTTP/1.1\r\nHost: {asked}:{port}\r\n".encode())
    else:
        assert "Hostname mismatch" in sent.error
        assert heads == []
