"""Who may call what, worked out from the protos' options alone: the expectation of the tenancy tests."""

from __future__ import annotations

import importlib
import pathlib
import pkgutil
import re
from enum import Enum
from typing import Any

import orderbuddy
from google.api import annotations_pb2
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from orderbuddy.options.v1 import options_pb2

from services.kit.principal import DeviceKind

LUNA, SOL = "luna", "sol"
HERE, ELSEWHERE = "a" * 24, "b" * 24
"""Two locations of Luna; everybody tries everything at the first one."""
WITHOUT_SERVER: frozenset[str] = frozenset()
"""Services that nobody serves yet; each leaves this list when it is there."""


class Who(Enum):
    """Somebody who tries everything at a location of the restaurant Luna."""

    ANONYMOUS = "anonymous"
    EXPIRED = "expired session"
    STRANGER = "other tenant's owner"
    STAFF = "own staff"
    MANAGER = "own manager"
    OWNER = "own owner"
    POS = "pos of the location"
    PRINTER = "printer of the location"
    DISPLAY = "display of the location"
    DEVICE_ELSEWHERE = "device of another location"
    OTHER_DEVICE = "device of another restaurant"
    SERVICE = "another part of the system"


_ROLES = {
    Who.STAFF: options_pb2.ROLE_STAFF,
    Who.MANAGER: options_pb2.ROLE_MANAGER,
    Who.OWNER: options_pb2.ROLE_OWNER,
}
_KINDS = {
    Who.STRANGER: options_pb2.CALLER_STAFF,
    Who.STAFF: options_pb2.CALLER_STAFF,
    Who.MANAGER: options_pb2.CALLER_STAFF,
    Who.OWNER: options_pb2.CALLER_STAFF,
    Who.POS: options_pb2.CALLER_DEVICE,
    Who.PRINTER: options_pb2.CALLER_DEVICE,
    Who.DISPLAY: options_pb2.CALLER_DEVICE,
    Who.DEVICE_ELSEWHERE: options_pb2.CALLER_DEVICE,
    Who.OTHER_DEVICE: options_pb2.CALLER_DEVICE,
    Who.SERVICE: options_pb2.CALLER_SERVICE,
}
DEVICES: dict[Who, tuple[str, str, DeviceKind]] = {
    Who.POS: (LUNA, HERE, DeviceKind.POS),
    Who.PRINTER: (LUNA, HERE, DeviceKind.PRINTER),
    Who.DISPLAY: (LUNA, HERE, DeviceKind.DISPLAY),
    Who.DEVICE_ELSEWHERE: (LUNA, ELSEWHERE, DeviceKind.POS),
    # At a location of the same id, so that it is refused for its restaurant.
    Who.OTHER_DEVICE: (SOL, HERE, DeviceKind.POS),
}
"""Each device's restaurant, location and kind."""
_DEVICES = {
    DeviceKind.POS: options_pb2.DEVICE_POS,
    DeviceKind.PRINTER: options_pb2.DEVICE_PRINTER,
    DeviceKind.DISPLAY: options_pb2.DEVICE_DISPLAY,
}
ALLOWED, UNKNOWN, FORBIDDEN = "allowed", "unauthenticated", "forbidden"


def services() -> list[ServiceDescriptor]:
    """Return every service of ours, found by looking at the generated modules."""
    found = []
    for module in pkgutil.walk_packages([str(pathlib.Path(orderbuddy.__path__[0]))], "orderbuddy."):
        if module.name.endswith("_pb2"):
            found += importlib.import_module(module.name).DESCRIPTOR.services_by_name.values()
    return sorted(found, key=lambda service: service.full_name)


def methods() -> list[MethodDescriptor]:
    """Return every RPC of ours."""
    return [method for service in services() for method in service.methods]


def served(method: MethodDescriptor) -> bool:
    """Tell whether somebody serves it."""
    return method.containing_service.full_name not in WITHOUT_SERVER


def access_of(method: MethodDescriptor) -> options_pb2.Access:
    """Return what a method declares."""
    extension: Any = options_pb2.access
    access: options_pb2.Access = method.GetOptions().Extensions[extension]
    return access


def expected(method: MethodDescriptor, who: Who) -> str:
    """Return what must happen when somebody calls it for that place (or, where a user is named, for Luna's owner)."""
    access = access_of(method)
    if options_pb2.CALLER_ANYONE in access.callers:
        return ALLOWED
    kind = _KINDS.get(who)
    if kind is None:
        return UNKNOWN
    if kind not in access.callers:
        return FORBIDDEN
    if who in DEVICES and access.devices and _DEVICES[DEVICES[who][2]] not in access.devices:
        return FORBIDDEN
    if access.tenancy in (options_pb2.TENANCY_RESTAURANT_ID, options_pb2.TENANCY_RESOURCE):
        foreign = who in (Who.STRANGER, Who.OTHER_DEVICE, Who.DEVICE_ELSEWHERE)
        too_low = who in _ROLES and _ROLES[who] < access.least_role
        return FORBIDDEN if foreign or too_low else ALLOWED
    if access.tenancy == options_pb2.TENANCY_USER and kind == options_pb2.CALLER_STAFF:
        return ALLOWED if who is Who.OWNER else FORBIDDEN
    return ALLOWED


def rest_paths(method: MethodDescriptor) -> list[tuple[str, str]]:
    """Return the REST routes that reach a method, as (verb, template)."""
    extension: Any = annotations_pb2.http
    if not method.GetOptions().HasExtension(extension):
        return []
    rule = method.GetOptions().Extensions[extension]
    return [
        (verb.upper(), getattr(binding, verb))
        for binding in (rule, *rule.additional_bindings)
        if (verb := binding.WhichOneof("pattern"))
    ]


def minimal(schema: dict[str, Any]) -> Any:
    """Return the least that a JSON schema of ours accepts."""
    if "anyOf" in schema:
        return minimal(next(s for s in schema["anyOf"] if s.get("type") != "null"))
    if "$ref" in schema or schema == {}:
        return 1
    if "enum" in schema:
        return next(value for value in schema["enum"] if value)
    if "const" in schema:
        return schema["const"]
    match schema["type"]:
        case "object":
            properties = schema.get("properties", {})
            return {name: minimal(properties[name]) for name in schema.get("required", ())}
        case "array":
            return [minimal(schema["items"]) for _ in range(schema.get("minItems", 0))]
        case "string":
            return _text(schema)
        case "boolean":
            return False
        case _:
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)


def _text(schema: dict[str, Any]) -> str:
    candidates = (
        *("a", "a" * 24, "a@b.co", "+12065550155", "12:00", "2026-01-15T20:30:00Z", "https://a.example"),
        *(f"B{'a' * 86}", "a" * 22),  # a browser's key and secret
    )
    pattern, least = schema.get("pattern", ""), schema.get("minLength", 0)
    return next(text for text in candidates if re.search(pattern, text) and len(text) >= least)
