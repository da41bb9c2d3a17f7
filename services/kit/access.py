"""Who may call a method, as its proto options declare it (orderbuddy.options.v1.access)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from orderbuddy.options.v1 import options_pb2

from services.kit.context import Call
from services.kit.errors import Forbidden, Unauthenticated
from services.kit.principal import CallerKind, DeviceKind, Role

_KINDS: Final = {
    options_pb2.CALLER_ANYONE: CallerKind.ANYONE,
    options_pb2.CALLER_STAFF: CallerKind.STAFF,
    options_pb2.CALLER_DEVICE: CallerKind.DEVICE,
    options_pb2.CALLER_SERVICE: CallerKind.SERVICE,
}
_DEVICES: Final = {
    options_pb2.DEVICE_POS: DeviceKind.POS,
    options_pb2.DEVICE_PRINTER: DeviceKind.PRINTER,
    options_pb2.DEVICE_DISPLAY: DeviceKind.DISPLAY,
}
_TENANT_FIELD: Final = "restaurant_id"
_LOCATION_FIELD: Final = "location_id"
_USER_FIELD: Final = "user_id"
_FIELDS: Final[Mapping[int, str]] = {
    options_pb2.TENANCY_RESTAURANT_ID: _TENANT_FIELD,
    options_pb2.TENANCY_USER: _USER_FIELD,
}
_NAMING_A_RESTAURANT: Final = frozenset({options_pb2.TENANCY_RESTAURANT_ID, options_pb2.TENANCY_RESOURCE})


class UndeclaredAccess(Exception):
    """A method does not say, or not fully, who may call it; a server that has it must not start."""


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Who may call one method."""

    method: str
    kinds: frozenset[CallerKind]
    tenancy: int
    least_role: Role = Role.STAFF
    devices: frozenset[DeviceKind] = frozenset(DeviceKind)

    def check(self, call: Call, request: Message) -> None:
        """Let the caller in or raise Unauthenticated or Forbidden; nothing has been read or validated yet."""
        principal = call.principal
        if CallerKind.ANYONE not in self.kinds and principal.kind not in self.kinds:
            if principal.kind is CallerKind.ANYONE:
                raise Unauthenticated("SIGN_IN_REQUIRED", "this needs a caller that has signed in")
            raise Forbidden("CALLER_NOT_ALLOWED", "this kind of caller may not do this")
        is_device = principal.kind is CallerKind.DEVICE and CallerKind.ANYONE not in self.kinds
        if is_device and principal.device not in self.devices:
            raise Forbidden("DEVICE_NOT_ALLOWED", "this kind of device may not do this")
        if self.tenancy == options_pb2.TENANCY_RESTAURANT_ID:
            call.require(getattr(request, _TENANT_FIELD))
            if is_device and _LOCATION_FIELD in request.DESCRIPTOR.fields_by_name:
                call.require_location(getattr(request, _LOCATION_FIELD))
        elif self.tenancy == options_pb2.TENANCY_USER and principal.kind is CallerKind.STAFF:
            user_id: str = getattr(request, _USER_FIELD)
            if user_id != principal.subject:
                raise Forbidden("FOREIGN_USER", "one may do this only for oneself")

    def confirm(self, call: Call) -> None:
        """Raise AssertionError when a method has answered without the check that it owed (a bug of ours)."""
        if self.tenancy == options_pb2.TENANCY_RESOURCE and not call.tenant_checked:
            raise AssertionError(f"{self.method} answered without checking whose document it was")
        if self.tenancy in _NAMING_A_RESTAURANT and call.owes_location_check:
            raise AssertionError(f"{self.method} answered a device without checking the location")


def declared_access(method: MethodDescriptor) -> options_pb2.Access | None:
    """Return the method's access option as it stands; None when there is none."""
    extension: Any = options_pb2.access  # the generated stub calls extensions plain field descriptors
    options = method.GetOptions()
    declared: options_pb2.Access = options.Extensions[extension]
    return declared if options.HasExtension(extension) else None


def rule_of(method: MethodDescriptor) -> AccessRule:
    """Read a method's rule. Raises UndeclaredAccess when it is missing or makes no sense."""
    access = declared_access(method)
    if access is None:
        raise UndeclaredAccess(f"{method.full_name} does not declare who may call it")
    if not access.callers or any(c not in _KINDS for c in access.callers):
        raise UndeclaredAccess(f"{method.full_name} names no proper callers")
    if access.tenancy == options_pb2.TENANCY_UNSPECIFIED:
        raise UndeclaredAccess(f"{method.full_name} does not say where its tenant comes from")
    field = _FIELDS.get(access.tenancy)
    if field is not None and field not in method.input_type.fields_by_name:
        raise UndeclaredAccess(f"{method.full_name} has no field {field} to check")
    if access.least_role and access.tenancy not in _NAMING_A_RESTAURANT:
        raise UndeclaredAccess(f"{method.full_name} asks for a role, but names no restaurant")
    kinds = frozenset(_KINDS[c] for c in access.callers)
    if CallerKind.DEVICE in kinds and access.tenancy not in _NAMING_A_RESTAURANT:
        raise UndeclaredAccess(f"{method.full_name} lets devices in, but names no restaurant to hold them to")
    if CallerKind.ANYONE in kinds and access.tenancy in _NAMING_A_RESTAURANT:
        raise UndeclaredAccess(f"{method.full_name} is open to everybody, who have no restaurant to be held to")
    if access.devices and (CallerKind.DEVICE not in kinds or any(d not in _DEVICES for d in access.devices)):
        raise UndeclaredAccess(f"{method.full_name} names devices that it doesn't let in")
    devices = frozenset(_DEVICES[d] for d in access.devices) or frozenset(DeviceKind)
    least = Role(access.least_role or Role.STAFF)
    return AccessRule(f"/{method.containing_service.full_name}/{method.name}", kinds, access.tenancy, least, devices)


def rules_of(services: Iterable[ServiceDescriptor]) -> dict[str, AccessRule]:
    """Read the rules of all methods, by `/package.Service/Method`.

    Raises UndeclaredAccess naming every method that lacks one.
    """
    rules, problems = {}, []
    for service in services:
        for method in service.methods:
            try:
                rule = rule_of(method)
                rules[rule.method] = rule
            except UndeclaredAccess as problem:
                problems.append(str(problem))
    if problems:
        raise UndeclaredAccess("; ".join(problems))
    return rules
