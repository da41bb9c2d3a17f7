"""What the production profile refuses to start without, or with: all of it in one message. Secrets from files."""

from __future__ import annotations

import base64
import os
import pathlib
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest

from services.emergepay_local.settings import LocalEmergePaySettings
from services.kit.production import BLOBS, DATABASE, ENCRYPTED, InProduction
from services.kit.settings import is_secret, load, name_of, problems_of
from services.notification.settings import NotificationSettings
from services.signin_core.settings import CoreSettings
from tests.certificates import Authority
from tests.support import SECRET
from tools.preflight import PROCESSES, main, names_of, problems

GOOD = {
    "ORDERBUDDY_PROFILE": "production",
    "ORDERBUDDY_ASSERTION_SECRET": SECRET,
    "ORDERBUDDY_CREDENTIAL_KEYS": base64.b64encode(bytes(range(32))).decode(),
    "DB_CONN_STRING": "mongodb://shop:word@a.example,b.example/?replicaSet=rs0&tls=true",
    "API_ENDPOINT": "https://api.example",
    "STORE_ENDPOINT": "https://manage.example",
    "MENU_ENDPOINT": "https://order.example",
    "SUPERTOKENS_CONNECTION_URI": "https://core.example",
    "SUPERTOKENS_API_KEY": "a key of the core",
    "EMERGEPAY_ENVIRONMENT_URL": "https://secure.example/virtualterminal/v1",
    "AZURE_STORAGE_CONNECTION_STRING": "AccountName=shop;AccountKey=a2V5;EndpointSuffix=core.windows.net",
    "TWILIO_ACCOUNT_SID": "AC1",
    "TWILIO_AUTH_TOKEN": "a token of Twilio's",
    "TWILIO_PHONE_NUMBER": "+15005550006",
    "SENDGRID_API_KEY": "a key of SendGrid's",
    "FROM_EMAIL": "noreply@shop.example",
    "ORDERBUDDY_TLS_CA": "",
    "ORDERBUDDY_TLS_CERT": "",
    "ORDERBUDDY_TLS_KEY": "",
}
"""Enough; the files of the certificates are made by a fixture."""

UNSAFE = {
    "ORDERBUDDY_PROFILE": "production",
    "ORDERBUDDY_ASSERTION_SECRET": "0123" * 10,
    "ORDERBUDDY_CREDENTIAL_KEYS": base64.b64encode(bytes(32)).decode(),
    "ORDERBUDDY_CLOCK": "2026-01-15T20:30:00Z",
    "ORDERBUDDY_CRASH_AT": "charged",
    "ORDERBUDDY_LOGIN_CODE": "123456",
    "ORDERBUDDY_CORE_USERS": "users.json",
    "ORDERBUDDY_LOG_LEVEL": "DEBUG",
    "DB_CONN_STRING": "mongodb://a.example/?w=1",
    "API_ENDPOINT": "http://api.example",
    "STORE_ENDPOINT": "http://manage.example",
    "MENU_ENDPOINT": "http://order.example",
    "USEEMULATOR": "true",
    "SUPERTOKENS_CONNECTION_URI": "http://core.example",
    "EMERGEPAY_ENVIRONMENT_URL": "http://127.0.0.1:3198/virtualterminal/v1",
    "AZURE_STORAGE_CONNECTION_STRING": "UseDevelopmentStorage=true",
    "ORDERBUDDY_ASSETS_FOLDER": ".orderbuddy/assets",
    "SMART_SCAN_URL": "http://links.example",
    "LEGACY_API_URL": "http://old.example",
    "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.example:4318",
    "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector.example:4318/v1/traces",
    "ORDERBUDDY_OPENAI_URL": "http://127.0.0.1:1/v1",
    "ORDERBUDDY_TWILIO_URL": "http://127.0.0.1:2",
    "ORDERBUDDY_SENDGRID_URL": "http://127.0.0.1:3",
    "ORDERBUDDY_FCM_URL": "http://127.0.0.1:4",
    "ORDERBUDDY_FCM_TOKEN_URL": "http://127.0.0.1:4/token",
    "ORDERBUDDY_SMTP_URL": "smtp://someone:hushhush@mails.example",
    "NODE_ENV": "local",
    "ORDERBUDDY_VAPID_PRIVATE_KEY": "a key of ours",
    "ORDERBUDDY_PUSH_TO_LOOPBACK": "true",
    "ORDERBUDDY_WEBHOOKS_TO_LOOPBACK": "yes",
    "TAX_RATE": "7",
    "ORDERBUDDY_PROFIL": "production",
}
"""Every setting that production refuses, one that is wrong in any profile, and one that is misspelt."""

TLS = {"ORDERBUDDY_TLS_CA", "ORDERBUDDY_TLS_CERT", "ORDERBUDDY_TLS_KEY"}
MISSING = (
    TLS
    | {"SUPERTOKENS_API_KEY", "FROM_EMAIL", "ORDERBUDDY_VAPID_SUBJECT"}
    | {f"TWILIO_{name}" for name in ("ACCOUNT_SID", "AUTH_TOKEN", "PHONE_NUMBER")}
)
"""What UNSAFE leaves out, though production needs it."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(autouse=True, scope="module")
def _certificates(authority: Authority) -> None:
    GOOD.update(authority.sign("edge", "edge.internal").env)


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {name for kinds in PROCESSES.values() for name in names_of(*kinds)}
    for name in list(os.environ):
        if name in known or name.startswith("ORDERBUDDY_"):
            monkeypatch.delenv(name)


def put(monkeypatch: pytest.MonkeyPatch, env: dict[str, str]) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)


def marked() -> Iterator[str]:
    for kinds in PROCESSES.values():
        for kind in kinds:
            for field, info in kind.model_fields.items():
                if any(isinstance(mark, InProduction) for mark in info.metadata):
                    yield name_of(field, info)


def named(message: str) -> set[str]:
    return set(re.findall(r"^  ([A-Z_]+): ", message, re.MULTILINE))


def test_every_unsafe_setting_at_once_is_one_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put(monkeypatch, UNSAFE)
    assert main() == 1
    message = capsys.readouterr().err
    assert named(message) == UNSAFE.keys() - {"ORDERBUDDY_PROFILE", "ORDERBUDDY_VAPID_PRIVATE_KEY"} | MISSING
    assert set(marked()) <= named(message)
    for secret in ("0123", "AAAA", "hushhush", "a key of ours", "123456"):
        assert secret not in message


def test_a_process_names_all_that_it_reads_and_does_not_start() -> None:
    env = {name: value for name, value in os.environ.items() if not name.startswith("ORDERBUDDY_")}
    run = subprocess.run(
        [sys.executable, "-m", "services.notification"], env=env | UNSAFE, capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    read = set(names_of(NotificationSettings))
    assert named(run.stderr) == (UNSAFE.keys() & read) - {
        "ORDERBUDDY_PROFILE",
        "ORDERBUDDY_VAPID_PRIVATE_KEY",
    } | (MISSING & read)


def test_real_systems_are_enough(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    put(monkeypatch, GOOD)
    assert main() == 0
    assert "can start" in capsys.readouterr().out


@pytest.mark.parametrize("name", sorted(GOOD.keys() - {"ORDERBUDDY_PROFILE"}))
def test_each_of_them_is_needed(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    put(monkeypatch, {other: value for other, value in GOOD.items() if other != name})
    assert {wrong for wrong, _ in problems()} == {name}


def test_it_tells_when_the_profile_is_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, GOOD | {"ORDERBUDDY_PROFILE": "embedded"})
    assert [name for name, _ in problems()] == ["ORDERBUDDY_PROFILE"]
    assert os.environ["ORDERBUDDY_PROFILE"] == "embedded"


def test_what_only_a_developers_machine_reads_is_not_misspelt(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, GOOD)
    local = set(names_of(CoreSettings, LocalEmergePaySettings))
    for name in local - {name for kinds in PROCESSES.values() for name in names_of(*kinds)}:
        monkeypatch.setenv(name, "1")
    assert problems() == {}


@pytest.mark.parametrize("kind", [CoreSettings, LocalEmergePaySettings])
def test_local_stand_ins_do_not_start(monkeypatch: pytest.MonkeyPatch, kind: type[CoreSettings]) -> None:
    put(monkeypatch, GOOD)
    with pytest.raises(SystemExit, match=r"ORDERBUDDY_PROFILE: this .* the production profile needs"):
        load(kind)


OPEN = "goes unencrypted"
ALONE = "names no replica set"
LOSSY = "asks for writes that a failing server can lose"


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        ("mongodb+srv://u:p@cluster.example/", []),
        ("mongodb+srv://u:p@cluster.example/?tls=false", [OPEN]),
        ("mongodb://u:p@a,b/?tls=true", []),
        ("mongodb://u:p@a:1,b:2/?replicaSet=rs0&ssl=true&w=majority&journal=true", []),
        ("mongodb://a/?replicaSet=rs0&tls=true&authMechanism=MONGODB-X509", []),
        ("mongodb://u:p@inside,[::1]:27017/?replicaSet=rs0", []),
        ("mongodb://u:p@inside,outside:27017/?replicaSet=rs0", [OPEN]),
        ("mongodb://u:p@mongos/?tls=true", [ALONE]),
        ("mongodb://u:p@mongos/?tls=true&directConnection=false", []),
        ("mongodb://u:p@a,b/?tls=true&directConnection=true", [ALONE]),
        ("mongodb://a/?replicaSet=rs0&tls=true", ["has no user"]),
        ("mongodb://u:p@a/?replicaSet=rs0&tls=true&w=1", [LOSSY]),
        ("mongodb://u:p@a/?replicaSet=rs0&tls=true&journal=false", [LOSSY]),
        ("mongodb://u:p@a/?replicaSet=rs0&tls=true&tlsAllowInvalidHostnames=true", ["takes any certificate"]),
    ],
)
def test_a_connection_string_of_the_database(uri: str, found: list[str]) -> None:
    problems = DATABASE.rule(uri, frozenset({"inside", "[::1]"}))
    assert len(problems) == len(found)
    assert all(problem.startswith(start) for problem, start in zip(problems, found, strict=True))
    assert not any("outside" not in problem and OPEN in problem and "inside" in problem for problem in problems)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("AccountName=shop;AccountKey=a2V5", True),
        ("BlobEndpoint=https://blobs.example/shop;AccountName=shop;AccountKey=a2V5", True),
        ("BlobEndpoint=http://inside:10000/shop;AccountName=shop;AccountKey=a2V5", True),
        ("BlobEndpoint=http://blobs.example/shop;AccountName=shop;AccountKey=a2V5", False),
        ("DefaultEndpointsProtocol=http;AccountName=shop;AccountKey=a2V5", False),
        ("BlobEndpoint=http://inside:10000/devstoreaccount1;AccountName=devstoreaccount1;AccountKey=a2V5", False),
        ("UseDevelopmentStorage=true", False),
    ],
)
def test_a_connection_string_of_pictures(text: str, safe: bool) -> None:
    assert (list(BLOBS.rule(text, frozenset({"inside"}))) == []) is safe


def test_a_host_may_be_named_to_which_nobody_listens() -> None:
    assert ENCRYPTED.rule("http://core:3567", frozenset({"core"})) == []
    assert ENCRYPTED.rule("http://core.example:3567", frozenset({"core"})) != []


def test_each_secret_can_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    secrets = {
        name_of(field, info)
        for kinds in PROCESSES.values()
        for kind in kinds
        for field, info in kind.model_fields.items()
        if is_secret(info)
    }
    assert {"ORDERBUDDY_ASSERTION_SECRET", "DB_CONN_STRING", "TWILIO_AUTH_TOKEN"} < secrets
    for name, value in GOOD.items():
        if name in secrets:
            (tmp_path / name).write_text(f"{value}\n")
            monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
        else:
            monkeypatch.setenv(name, value)
    assert problems() == {}
    settings = load(NotificationSettings)
    assert settings.twilio_auth_token is not None
    assert settings.twilio_auth_token.get_secret_value() == GOOD["TWILIO_AUTH_TOKEN"]


def test_what_can_t_be_read_from_a_file_is_told_with_all_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    both = tmp_path / "both"
    both.write_text("hushhush" * 8)
    wrong = {"TWILIO_AUTH_TOKEN_FILE": str(both), "ORDERBUDDY_ASSERTION_SECRET_FILE": str(tmp_path / "gone")}
    given = {name: value for name, value in GOOD.items() if name != "ORDERBUDDY_ASSERTION_SECRET"}
    put(monkeypatch, given | wrong | {"DB_NAME": "x", "ORDERBUDDY_CLOCK": "soon"})
    found = problems_of(NotificationSettings)
    assert [name for name, _ in found] == [
        "ORDERBUDDY_ASSERTION_SECRET",
        "TWILIO_AUTH_TOKEN",
        "ORDERBUDDY_CLOCK",
        "ORDERBUDDY_CLOCK",
    ]
    texts = dict(found)
    assert texts["ORDERBUDDY_ASSERTION_SECRET"].endswith("gone: No such file or directory")
    assert texts["TWILIO_AUTH_TOKEN"] == "is set, and TWILIO_AUTH_TOKEN_FILE too; set one of them"
    assert "hushhush" not in str(found)


def test_certificates_are_judged_at_the_start_in_any_profile(
    monkeypatch: pytest.MonkeyPatch, authority: Authority, tmp_path: pathlib.Path
) -> None:
    mine, other = authority.sign("mine", "a.internal"), Authority(tmp_path, "other").sign("theirs", "b.internal")
    put(monkeypatch, GOOD | {"ORDERBUDDY_PROFILE": "embedded"})

    def found(**changed: object) -> dict[str, str]:
        put(monkeypatch, mine.env | {f"ORDERBUDDY_{name}": str(value) for name, value in changed.items()})
        return dict(problems_of(NotificationSettings))

    assert found() == {}
    assert found(TLS_KEY="") == {
        "ORDERBUDDY_TLS_KEY": "is missing: ORDERBUDDY_TLS_CA, ORDERBUDDY_TLS_CERT, ORDERBUDDY_TLS_KEY are set together"
    }
    assert found(TLS_KEY=other.key) == {
        "ORDERBUDDY_TLS_KEY": "is not the key of the certificate in ORDERBUDDY_TLS_CERT"
    }
    assert found(TLS_CA=other.ca) == {"ORDERBUDDY_TLS_CERT": "is not signed by an authority in ORDERBUDDY_TLS_CA"}
    assert found(TLS_CA=tmp_path / "gone") == {
        "ORDERBUDDY_TLS_CA": f"can't be read, {tmp_path / 'gone'}: No such file or directory"
    }
    assert found(TLS_CERT=mine.key) == {"ORDERBUDDY_TLS_CERT": f"is no certificate in PEM form: {mine.key}"}
    assert found(TLS_KEY=mine.cert) == {
        "ORDERBUDDY_TLS_KEY": f"is no private key without password in PEM form: {mine.cert}"
    }
    assert found(PUBLIC_TLS_CERT=mine.cert, PUBLIC_TLS_KEY=other.key) == {
        "ORDERBUDDY_PUBLIC_TLS_KEY": "is not the key of the certificate in ORDERBUDDY_PUBLIC_TLS_CERT"
    }
    assert found(PUBLIC_TLS_KEY="").keys() == {"ORDERBUDDY_PUBLIC_TLS_KEY"}
