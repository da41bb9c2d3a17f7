"""Settings of the edge. The names of the old deployment keep their meaning."""

from __future__ import annotations

import pathlib
from typing import Annotated, Final, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from edge.addresses import networks
from edge.limits import parse_limits
from services.kit.production import ENCRYPTED, FOLDER, needed, refused_when
from services.kit.settings import CommonSettings

_LOCAL_CORE: Final = "http://127.0.0.1:3567"
_PORTS: Final = {"http": 80, "https": 443}


def origin_of(uri: str) -> str:
    """Return a URI's origin as browsers write it: scheme and host, the port unless it is the scheme's own.

    Raises ValueError.
    """
    parts = urlsplit(uri)
    if parts.scheme not in _PORTS or not parts.hostname or "*" in parts.hostname:
        raise ValueError("must be a URI that begins with http:// or https://, of one host")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = "" if parts.port in (None, _PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


class EdgeSettings(CommonSettings):
    """What the edge reads."""

    # As the old system: phones in the restaurant's network reach it too.
    host: str = Field("0.0.0.0", validation_alias="HOST")  # noqa: S104
    port: int = Field(8000, ge=0, le=65535, validation_alias="PORT")
    api_endpoint: Annotated[str, needed("where clients reach the edge"), ENCRYPTED] = Field(
        "", validation_alias="API_ENDPOINT"
    )
    """Where clients reach the edge; unset: this machine's own port."""
    store_endpoint: Annotated[str, needed("where the Manage App is"), ENCRYPTED] = Field(
        "http://localhost:5174", validation_alias="STORE_ENDPOINT"
    )
    menu_endpoint: Annotated[str, needed("where the Order App is"), ENCRYPTED] = Field(
        "http://localhost:5173", validation_alias="MENU_ENDPOINT"
    )
    localhost_url: str | None = Field(None, validation_alias="LOCALHOST_URL")
    use_emulator: Annotated[str, refused_when("true", "lets pages of developers' machines call")] = Field(
        "", validation_alias="USEEMULATOR"
    )
    """`true` lets LOCALHOST_URL call too; anything else does not, as in the old system."""
    stale_limit_seconds: float = Field(900, gt=0, validation_alias="ORDERBUDDY_STALE_LIMIT_SECONDS")
    """How long guests' reads are answered from memory after the catalog stream broke."""
    deadline_seconds: float = Field(5.0, gt=0, validation_alias="ORDERBUDDY_EDGE_DEADLINE_SECONDS")
    """For each call to a service, its retries included."""
    body_limit_bytes: int = Field(100 * 1024, gt=0, validation_alias="ORDERBUDDY_BODY_LIMIT_BYTES")
    trusted_proxies: str = Field("", validation_alias="ORDERBUDDY_TRUSTED_PROXIES")
    """Addresses and networks, separated by commas, whose X-Forwarded-For tells who calls."""
    limits: str = Field("", validation_alias="ORDERBUDDY_LIMITS")
    """Limits that differ from the published ones, as `guest-writes=40/1200,…` (docs/limits.md)."""
    sockets_per_address: int = Field(1_000, gt=0, validation_alias="ORDERBUDDY_SOCKETS_PER_ADDRESS")
    most_connections: int = Field(20_000, gt=0, validation_alias="ORDERBUDDY_MOST_CONNECTIONS")
    """Of this process, WebSockets included. Fewer when the system allows fewer open files."""
    connections_per_address: int = Field(2_000, gt=0, validation_alias="ORDERBUDDY_CONNECTIONS_PER_ADDRESS")
    """WebSockets not included; trusted proxies have no such limit."""
    target_latency_seconds: float = Field(0.1, gt=0, validation_alias="ORDERBUDDY_TARGET_LATENCY_SECONDS")
    """How long the typical call to a service may take before fewer are let through (edge/shedding.py)."""
    sockets_need_session: bool = Field(default=False, validation_alias="ORDERBUDDY_SOCKETS_NEED_SESSION")
    """Whether Socket.IO's rooms of a restaurant are for its members only. The old apps connect without a session."""

    supertokens_uri: Annotated[str, needed("a real sign-in core"), ENCRYPTED] = Field(
        "", validation_alias="SUPERTOKENS_CONNECTION_URI"
    )
    """The sign-in core; unset: the local one of `make up`."""
    supertokens_api_key: Annotated[
        SecretStr | None, needed("a core without one signs in whoever reaches it as whomever they like")
    ] = Field(None, validation_alias="SUPERTOKENS_API_KEY")
    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    """Only whether it is set matters here."""
    assets_folder: Annotated[pathlib.Path | None, FOLDER] = Field(None, validation_alias="ORDERBUDDY_ASSETS_FOLDER")
    """Uploaded images when they are kept in a folder instead of blobs; served under /assets."""

    legacy_url: Annotated[str | None, ENCRYPTED] = Field(None, validation_alias="LEGACY_API_URL")
    """The old back end, to which the rules of the cut-over may send calls."""
    cutover_file: pathlib.Path | None = Field(None, validation_alias="ORDERBUDDY_CUTOVER_FILE")
    """The rules (docs/cut-over.md); read again when it changes."""
    legacy_deadline_seconds: float = Field(30.0, gt=0, validation_alias="ORDERBUDDY_LEGACY_DEADLINE_SECONDS")
    """How long the old back end may be silent."""

    @model_validator(mode="after")
    def _rules_need_a_target(self) -> Self:
        if self.cutover_file is not None and self.legacy_url is None:
            message = "ORDERBUDDY_CUTOVER_FILE needs LEGACY_API_URL"
            raise ValueError(message)
        return self

    @field_validator("legacy_url")
    @classmethod
    def _legacy_host(cls, value: str | None) -> str | None:
        if value is not None:
            origin_of(value)
        return value

    @model_validator(mode="after")
    def _local_core(self) -> Self:
        self.supertokens_uri = self.supertokens_uri or _LOCAL_CORE
        return self

    @field_validator("api_endpoint", "store_endpoint", "menu_endpoint", "localhost_url")
    @classmethod
    def _reachable(cls, value: str | None) -> str | None:
        if value:
            origin_of(value)
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        networks(value)
        return value

    @field_validator("limits")
    @classmethod
    def _are_limits(cls, value: str) -> str:
        parse_limits(value)
        return value

    @property
    def base_url(self) -> str:
        """Where clients reach the edge."""
        return self.api_endpoint or f"http://localhost:{self.port}"

    @property
    def allowed_origins(self) -> frozenset[str]:
        """Origins whose pages may call."""
        uris = [self.menu_endpoint, self.store_endpoint]
        if self.use_emulator == "true" and self.localhost_url:
            uris.append(self.localhost_url)
        return frozenset(origin_of(uri) for uri in uris)
