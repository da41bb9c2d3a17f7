"""Write who may call what into docs/permissions.md, from the protos: behind `make permissions`."""

from __future__ import annotations

import importlib
import pathlib
import pkgutil
from typing import Any, Final

import orderbuddy
from google.protobuf.descriptor import MethodDescriptor
from orderbuddy.options.v1 import options_pb2

from edge.http_rules import routes_of
from tools.processes import ROOT

DOCUMENT: Final = ROOT / "docs" / "permissions.md"

_HEAD: Final = """# Who may do what

Made from the protos' options by `make permissions`; a test fails when it is not up to date. Roles of people at a
restaurant: **staff** runs the shift, **manager** runs the place, **owner** owns it; each may do what the lesser ones
may. Who came with the old system is an owner. "Own" is the restaurant, user or document that the request is about,
for a device the location as well; where kinds of devices are named, no others are let in. Anything else is refused
(403, PERMISSION_DENIED) before it is looked at, and so is nobody in particular (401, UNAUTHENTICATED).

| RPC | REST | guests | people | devices | services |
|---|---|---|---|---|---|
"""
_ROLES: Final = {0: "staff", 1: "staff", 2: "manager", 3: "owner"}


def _methods() -> list[MethodDescriptor]:
    services = []
    for module in pkgutil.walk_packages([str(pathlib.Path(orderbuddy.__path__[0]))], "orderbuddy."):
        if module.name.endswith("_pb2"):
            services += importlib.import_module(module.name).DESCRIPTOR.services_by_name.values()
    return [method for service in sorted(services, key=lambda s: str(s.full_name)) for method in service.methods]


def _people(access: options_pb2.Access) -> str:
    if options_pb2.CALLER_STAFF not in access.callers:
        return ""
    if access.tenancy == options_pb2.TENANCY_USER:
        return "oneself"
    if access.tenancy == options_pb2.TENANCY_NONE:
        return "all"
    return f"own {_ROLES[access.least_role]}"


def _devices(access: options_pb2.Access) -> str:
    if options_pb2.CALLER_DEVICE not in access.callers:
        return ""
    kinds = [options_pb2.Device.Name(d).removeprefix("DEVICE_").lower() for d in access.devices]
    return f"own {', '.join(kinds)}".strip()


def _row(method: MethodDescriptor) -> str:
    extension: Any = options_pb2.access
    access: options_pb2.Access = method.GetOptions().Extensions[extension]
    routes = "<br>".join(f"`{r.label}`" for r in routes_of([method.containing_service]) if r.method is method)
    cells = (
        f"{method.containing_service.name.removesuffix('Service')}.**{method.name}**",
        routes,
        "yes" if options_pb2.CALLER_ANYONE in access.callers else "",
        _people(access),
        _devices(access),
        "yes" if options_pb2.CALLER_SERVICE in access.callers else "",
    )
    return f"| {' | '.join(cells)} |\n"


def table() -> str:
    """Return the page."""
    return _HEAD + "".join(_row(method) for method in _methods())


if __name__ == "__main__":
    DOCUMENT.write_text(table(), encoding="utf-8")
