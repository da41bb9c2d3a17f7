"""Who may call a method, as its proto options declare it (orderbuddy.options.v1.access)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from orderbuddy.options.v1 import options_pb2

from services.kit.errors import Forbidden, Unauthenticated
from services.kit.principal import CallerKind, Principal

_KINDS: Final = {
    options_pb2.CALLER_ANYONE: CallerKind.ANYONE,
    options_pb2.CALLER_STAFF: CallerKind.STAFF,
    options_pb2.CALLER_DEVICE: CallerKind.DEVICE,
    options_pb2.CALLER_SERVICE: CallerKind.SERVICE,
}
_TENANT_FIELD: Final = "restaurant_id"


class UndeclaredAccess(Exception):
    """A method does not say, or not fully, who may call it; a server that has it must not start."""


@dataclass(frozen=True, slots=True)
class AccessRule:
    """Who may call one method."""

    method: str
    kinds: frozenset[CallerKind]
    tenancy: int

    def check(self, principal: Principal, request: Message) -> None:
        """Let the caller in or raise Unauthenticated or Forbidden; nothing has been read or validated yet."""
        if CallerKind.ANYONE not in self.kinds and principal.kind not in self.kinds:
            if principal.kind is CallerKind.ANYONE:
                raise Unauthenticated("SIGN_IN_REQUIRED", "this needs a caller that has signed in")
            raise Forbidden("CALLER_NOT_ALLOWED", "this kind of caller may not do this")
        if self.tenancy == options_pb2.TENANCY_RESTAURANT_ID:
            restaurant_id: str = getattr(request, _TENANT_FIELD)
            if not principal.may_act_for(restaurant_id):
                raise Forbidden("FOREIGN_RESTAURANT", "not one of the caller's restaurants (or it might not exist)")


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
    if access.tenancy == options_pb2.TENANCY_RESOURCE:
        raise UndeclaredAccess(
            f"{method.full_name} takes its tenant from the document: missing, nothing checks that yet"
        )
    if access.tenancy == options_pb2.TENANCY_RESTAURANT_ID and _TENANT_FIELD not in method.input_type.fields_by_name:
        raise UndeclaredAccess(f"{method.full_name} has no field {_TENANT_FIELD} to check")
    kinds = frozenset(_KINDS[c] for c in access.callers)
    return AccessRule(f"/{method.containing_service.full_name}/{method.name}", kinds, access.tenancy)


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
