"""Settings from the environment. Names that the old deployment used keep working.

Each process has its own subclass of CommonSettings; parts of a process may have subclasses of Settings of their own.
What the production profile refuses or needs is marked on the fields (services/kit/production.py), or yielded by
`production_problems` where several fields count together, so that everything wrong is told at once.

A secret (a field of type SecretStr) NAME may be given as NAME_FILE instead: the path of a file that holds it.
"""

from __future__ import annotations

import hashlib
import os
import pathlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, Final, Literal, NoReturn, Self, TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import Field, ModelWrapValidatorHandler, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from services.kit import tls
from services.kit.addresses import listening_place, target_of
from services.kit.clock import make_clock
from services.kit.production import (
    DATABASE,
    ENCRYPTED,
    FOR_TESTS,
    PLAIN_HOSTS,
    RANDOM,
    InProduction,
    needed,
    refused_when,
)
from services.kit.vault import read_keys

SECRET_LENGTH = 32
"""Characters that the assertion secret must have at least (256 bits in base16 have 64)."""

FILE_SUFFIX: Final = "_FILE"
_FILE_PROBLEMS: Final = "problems of files"
"""Key of what SecretFiles could not read, among the values that it hands on."""

SettingsType = TypeVar("SettingsType", bound="Settings")


def name_of(field: str, info: FieldInfo) -> str:
    """Return the environment's name of a field."""
    return info.validation_alias if isinstance(info.validation_alias, str) else field


def is_secret(info: FieldInfo) -> bool:
    """Tell whether a field holds a secret: such a one may come from a file."""
    return SecretStr in (info.annotation, *get_args(info.annotation))


class SecretFiles(PydanticBaseSettingsSource):
    """Reads NAME from the file that NAME_FILE names, for each secret."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return a field's value; raise ValueError when it can't be read."""
        name = name_of(field_name, field)
        path = os.environ.get(name + FILE_SUFFIX) if is_secret(field) else None
        if not path:
            return None, name, False
        if os.environ.get(name):
            raise ValueError(f"is set, and {name}{FILE_SUFFIX} too; set one of them")
        try:
            return pathlib.Path(path).read_text(encoding="utf-8").rstrip("\r\n"), name, False
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no text"
            raise ValueError(f"can't be read from the file that {name}{FILE_SUFFIX} names, {path}: {reason}") from error

    def __call__(self) -> dict[str, Any]:
        """Return what the files hold."""
        values: dict[str, Any] = {}
        problems: dict[str, str] = {}
        for field, info in self.settings_cls.model_fields.items():
            try:
                value, name, _ = self.get_field_value(info, field)
            except ValueError as error:
                problems[name_of(field, info)] = str(error)
            else:
                if value:
                    values[name] = value
        return values | {_FILE_PROBLEMS: problems}


class Settings(BaseSettings):
    """What settings of a process, or of a part of one, have in common."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, populate_by_name=True)

    profile: Literal["embedded", "production"] = Field("embedded", validation_alias="ORDERBUDDY_PROFILE")
    plain_hosts: str = Field("", validation_alias=PLAIN_HOSTS)
    """Hosts, separated by commas, to which the production profile may connect without TLS."""

    @classmethod
    def production_problems(cls, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:  # noqa: ARG003  for subclasses
        """Yield names and what is wrong with them in production, by the texts given: what marks on one field can't say.

        Subclasses extend this.
        """
        yield from ()

    @classmethod
    def joint_problems(cls, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:  # noqa: ARG003  for subclasses
        """Yield names and what is wrong with them in any profile, where several settings count together.

        Subclasses extend this.
        """
        yield from ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the base class's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read the environment, and the files that it names."""
        return init_settings, env_settings, SecretFiles(settings_cls)

    @model_validator(mode="wrap")
    @classmethod
    def _everything_wrong_at_once(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        """Add what production asks to what is wrong otherwise. Errors carry no values: some are secrets."""
        if not isinstance(data, dict) or _FILE_PROBLEMS not in data:
            return handler(data)  # of model_validate, which comes here again with what the sources have
        found: list[tuple[str, str]] = list(data[_FILE_PROBLEMS].items())
        unread = dict(found)
        try:
            made = handler(data)
        except ValidationError as error:
            wrong = [(".".join(str(part) for part in e["loc"]) or "settings", e["msg"]) for e in error.errors()]
            found += [(name, message) for name, message in wrong if name not in unread]
        given = _given(cls, data)
        found += cls.joint_problems(given)
        if given.get("ORDERBUDDY_PROFILE") == "production":
            found += [(name, message) for name, message in _for_production(cls, given) if name not in unread]
        if found:
            raise ValidationError.from_exception_data(
                cls.__name__,
                [
                    InitErrorDetails(
                        type=PydanticCustomError("setting", "{problem}", {"problem": message}), loc=(name,), input=None
                    )
                    for name, message in found
                ],
            )
        return made


def _given(kind: type[Settings], data: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of the settings that are set, by their names in the environment."""
    found = {}
    for field, info in kind.model_fields.items():
        name = name_of(field, info)
        value = data.get(name, data.get(field))
        if value is not None:
            found[name] = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    return found


def _for_production(kind: type[Settings], given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    plain_hosts = frozenset(host.strip() for host in given.get(PLAIN_HOSTS, "").split(",")) - {""}
    for field, info in kind.model_fields.items():
        name = name_of(field, info)
        for mark in info.metadata:
            if isinstance(mark, InProduction):
                yield from ((name, problem) for problem in mark.rule(given.get(name), plain_hosts))
    yield from kind.production_problems(given)


class CommonSettings(Settings):
    """What every process reads."""

    assertion_secret: Annotated[SecretStr, RANDOM] = Field(validation_alias="ORDERBUDDY_ASSERTION_SECRET")
    clock: Annotated[str | None, FOR_TESTS] = Field(None, validation_alias="ORDERBUDDY_CLOCK")
    crash_at: Annotated[str | None, FOR_TESTS] = Field(None, validation_alias="ORDERBUDDY_CRASH_AT")
    """Where the process dies, for tests (services/kit/crash.py)."""
    login_code: Annotated[str | None, FOR_TESTS] = Field(None, validation_alias="ORDERBUDDY_LOGIN_CODE")
    """Everybody's code at the local sign-in core, instead of random ones. Only the core uses it; all refuse it."""
    core_users: Annotated[pathlib.Path | None, FOR_TESTS] = Field(None, validation_alias="ORDERBUDDY_CORE_USERS")
    """Accounts with given ids at the local sign-in core, as JSON; the same."""
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        refused_when("DEBUG", "lets libraries write what they send, and whom"),
    ] = Field("INFO", validation_alias="ORDERBUDDY_LOG_LEVEL")
    log_format: Literal["json", "human"] = Field("json", validation_alias="ORDERBUDDY_LOG_FORMAT")
    otlp_endpoint: Annotated[str | None, ENCRYPTED] = Field(None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    """A collector to which traces go over HTTP; the exporter itself reads this and the other standard variables."""
    otlp_traces_endpoint: Annotated[str | None, ENCRYPTED] = Field(
        None, validation_alias="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
    )
    otlp_protocol: Literal["http/protobuf"] = Field("http/protobuf", validation_alias="OTEL_EXPORTER_OTLP_PROTOCOL")
    """The one that is spoken: another one in the environment is refused instead of being ignored."""
    application_insights: SecretStr | None = Field(None, validation_alias="APPLICATIONINSIGHTS_CONNECTION_STRING")
    """Where traces go in Azure."""
    menu_address: str = Field("127.0.0.1:50051", validation_alias="ORDERBUDDY_MENU_ADDRESS")
    ordering_address: str = Field("127.0.0.1:50052", validation_alias="ORDERBUDDY_ORDERING_ADDRESS")
    payment_address: str = Field("127.0.0.1:50053", validation_alias="ORDERBUDDY_PAYMENT_ADDRESS")
    station_address: str = Field("127.0.0.1:50054", validation_alias="ORDERBUDDY_STATION_ADDRESS")
    notification_address: str = Field("127.0.0.1:50055", validation_alias="ORDERBUDDY_NOTIFICATION_ADDRESS")

    tls_ca: pathlib.Path | None = Field(None, validation_alias=tls.CA)
    """Who signs the certificates of edge and services (services/kit/tls.py). Set the three together."""
    tls_cert: pathlib.Path | None = Field(None, validation_alias=tls.CERT)
    tls_key: pathlib.Path | None = Field(None, validation_alias=tls.KEY)
    tls_server_name: str = Field("", validation_alias=tls.SERVER_NAME)
    """What services' certificates name, if not the hosts that are connected to."""
    drain_seconds: float = Field(0.0, ge=0, validation_alias="ORDERBUDDY_DRAIN_SECONDS")
    """How long after SIGTERM everything is still served while health says that others should be asked."""

    @classmethod
    def joint_problems(cls, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Judge the certificates."""
        yield from super().joint_problems(given)
        yield from tls.problems(given, needed=given.get("ORDERBUDDY_PROFILE") == "production")

    def between_services(self) -> tls.Tls | None:
        """Return what this process shows to the others; None: it talks to them unencrypted. Raises OSError."""
        if self.tls_ca is None or self.tls_cert is None or self.tls_key is None:
            return None
        return tls.read_tls(self.tls_ca, self.tls_cert, self.tls_key, self.tls_server_name)

    @field_validator("assertion_secret")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value()) < SECRET_LENGTH:
            message = f"must have at least {SECRET_LENGTH} characters"
            raise ValueError(message)
        return value

    @field_validator("menu_address", "ordering_address", "payment_address", "station_address", "notification_address")
    @classmethod
    def _readable_address(cls, value: str) -> str:
        target_of(value)
        return value

    @field_validator("clock")
    @classmethod
    def _readable_clock(cls, value: str | None) -> str | None:
        make_clock(value)
        return value

    @field_validator("otlp_endpoint", "otlp_traces_endpoint")
    @classmethod
    def _readable_endpoint(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "http://none")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            message = "must be like http://collector:4318"
            raise ValueError(message)
        return value

    @property
    def traces_to_otlp(self) -> bool:
        """Whether a collector is configured."""
        return bool(self.otlp_endpoint or self.otlp_traces_endpoint)


class ServiceSettings(CommonSettings):
    """What every gRPC service reads."""

    db_conn_string: Annotated[SecretStr, DATABASE] = Field(validation_alias="DB_CONN_STRING")
    """Holds a password, as a rule."""
    db_name: str = Field("orderbuddy", validation_alias="DB_NAME", min_length=1)
    deadline_seconds: float = Field(10.0, gt=0, validation_alias="ORDERBUDDY_DEADLINE_SECONDS")
    """For calls that bring no deadline."""
    grace_seconds: float = Field(5.0, ge=0, validation_alias="ORDERBUDDY_GRACE_SECONDS")
    """How long calls under way may go on after SIGTERM."""
    most_calls: int = Field(256, gt=0, validation_alias="ORDERBUDDY_MOST_CALLS")
    """Unary calls that are served at a time (services/kit/protection.py)."""
    device_calls_per_second: float = Field(20, gt=0, validation_alias="ORDERBUDDY_DEVICE_CALLS_PER_SECOND")
    """Of one device, for ever; ten times as many at once."""
    metrics_port: int | None = Field(None, validation_alias="ORDERBUDDY_METRICS_PORT")
    """Where /metrics is served in Prometheus form; unset: nowhere."""
    listen: str | None = Field(None, validation_alias="ORDERBUDDY_LISTEN")
    """Where the service listens (`host:port`) when others find it elsewhere; unset: at its own address."""

    public_listen: str | None = Field(None, validation_alias="ORDERBUDDY_PUBLIC_LISTEN")
    """Where devices and guests are served that have no certificate (`host:port`); unset: nowhere."""
    public_tls_cert: pathlib.Path | None = Field(None, validation_alias=tls.PUBLIC_CERT)
    """What is shown there; unset: what is shown to edge and services."""
    public_tls_key: pathlib.Path | None = Field(None, validation_alias=tls.PUBLIC_KEY)

    @field_validator("listen", "public_listen")
    @classmethod
    def _one_place(cls, value: str | None) -> str | None:
        return None if value is None else listening_place(value)

    def public_certificate(self) -> tls.Certificate | None:
        """Return what is shown to devices and guests; None: they are served unencrypted. Raises OSError."""
        if self.public_tls_cert is not None and self.public_tls_key is not None:
            return tls.read_certificate(self.public_tls_cert, self.public_tls_key)
        between = self.between_services()
        return None if between is None else between.own

    def listening_place(self, name: str) -> str:
        """Return where the service with that name listens, or end the process with a message that says what to set."""
        try:
            return self.listen or listening_place(getattr(self, f"{name}_address"))
        except ValueError as error:
            refuse_to_start([(f"ORDERBUDDY_{name.upper()}_ADDRESS", str(error))])


class SealingSettings(ServiceSettings):
    """What services read that keep other systems' secrets (services/kit/vault.py)."""

    credential_keys: Annotated[
        SecretStr | None, needed("other systems' secrets are sealed with a key of their own"), RANDOM
    ] = Field(None, validation_alias="ORDERBUDDY_CREDENTIAL_KEYS")
    """Keys of 32 bytes in base64, separated by commas; the first seals."""

    @field_validator("credential_keys")
    @classmethod
    def _readable(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not read_keys(value.get_secret_value()):
            message = "must hold at least one key"
            raise ValueError(message)
        return value

    def keys(self) -> list[bytes]:
        """Return the keys; in the embedded profile one made from the secret that its parts share."""
        if self.credential_keys is not None:
            return read_keys(self.credential_keys.get_secret_value())
        return [hashlib.sha256(b"credentials\0" + self.assertion_secret.get_secret_value().encode()).digest()]


def problems_of(*kinds: type[Settings]) -> list[tuple[str, str]]:
    """Return everything wrong with the environment for some settings: names, and what is wrong, each once."""
    found: dict[tuple[str, str], None] = {}
    for kind in kinds:
        try:
            kind()
        except ValidationError as error:
            found |= {(str(e["loc"][0]), e["msg"].removeprefix("Value error, ")): None for e in error.errors()}
    return list(found)


def load(settings: type[SettingsType], *parts: type[Settings]) -> SettingsType:
    """Read a process's settings, or end the process with one message that names everything wrong with them.

    `parts` are the settings that parts of the process read by themselves later: they are judged here already.
    """
    if problems := problems_of(settings, *parts):
        refuse_to_start(problems)
    return settings()


def refuse_to_start(problems: Iterable[tuple[str, str]]) -> NoReturn:
    """End the process with one message: names of settings, and what is wrong with them."""
    sys.exit("Can't start, the settings are wrong:\n" + "\n".join(f"  {name}: {what}" for name, what in problems))
