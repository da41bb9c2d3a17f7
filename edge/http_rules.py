"""REST routes as the protos declare them: google.api.http and orderbuddy.options.v1 of every method.

What this edge can't do is refused here, when the process starts, and not when a guest asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from google.api import annotations_pb2, http_pb2
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor, ServiceDescriptor
from orderbuddy.options.v1 import options_pb2

from services.kit.access import rule_of
from services.kit.principal import CallerKind

_VERBS: Final = ("get", "put", "post", "delete", "patch")
_VARIABLE: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_LITERAL: Final = re.compile(r"[A-Za-z0-9._~-]+")
FILE_CONTENT: Final = "content"
FILE_NAME: Final = "file_name"
"""Fields of a request that a form's file fills."""

_BODILESS: Final = frozenset({"GET", "DELETE"})


class UnsupportedRule(Exception):
    """A method's HTTP rule asks for something this edge can't do; the edge must not start."""


@dataclass(frozen=True, slots=True)
class Route:
    """One verb and path that reaches one method."""

    method: MethodDescriptor
    verb: str
    template: str
    """As declared: `/menu-app/order/{order_id}`."""
    segments: tuple[str, ...]
    """Parts of the template; variables in braces."""
    path_fields: tuple[str, ...]
    """Request fields that the variables fill, in order."""
    body: str
    """`*`: the whole request; else one field of it; empty: there is no body."""
    response_body: str
    """The response's field that is the answer; empty: the whole response."""
    success_status: int
    ignores_unknown: bool
    """Unknown fields of the body's top level are ignored instead of refused."""
    open_to_guests: bool
    upload_field: str = ""
    """Form field that holds the file, when the route takes a form with a file."""
    max_body_bytes: int = 0
    """0: the limit of all routes."""
    redirect_field: str = ""
    """The response's field that holds the URL to which the answer redirects."""
    deadline_seconds: int = 0
    """0: that of all routes."""

    @property
    def label(self) -> str:
        """Name for metrics and logs."""
        return f"{self.verb} {self.template}"


def routes_of(services: Iterable[ServiceDescriptor]) -> list[Route]:
    """Read the routes of all methods. Raises UnsupportedRule or UndeclaredAccess."""
    routes = [route for service in services for method in service.methods for route in _routes(method)]
    shapes: dict[tuple[str, tuple[str, ...]], Route] = {}
    for route in routes:
        shape = (route.verb, tuple("{}" if s.startswith("{") else s.lower() for s in route.segments))
        other = shapes.setdefault(shape, route)
        if other is not route:
            raise UnsupportedRule(f"{route.method.full_name} and {other.method.full_name} both claim {route.label}")
    return routes


def _routes(method: MethodDescriptor) -> Iterator[Route]:
    extension: Any = annotations_pb2.http
    if not method.GetOptions().HasExtension(extension):
        return
    if method.client_streaming or method.server_streaming:
        raise UnsupportedRule(f"{method.full_name} streams; streams have no REST route")
    rule: http_pb2.HttpRule = method.GetOptions().Extensions[extension]
    for binding in (rule, *rule.additional_bindings):
        yield _route(method, binding)


def _route(method: MethodDescriptor, rule: http_pb2.HttpRule) -> Route:
    verb = rule.WhichOneof("pattern")
    if verb not in _VERBS:
        raise UnsupportedRule(f"{method.full_name}: no verb, or a custom one")
    template: str = getattr(rule, verb)
    segments, path_fields = _parse(method, template)
    rest_option: Any = options_pb2.rest
    rest: options_pb2.Rest = method.GetOptions().Extensions[rest_option]
    route = Route(
        method=method,
        verb=verb.upper(),
        template=template,
        segments=segments,
        path_fields=path_fields,
        body=rule.body,
        response_body=rule.response_body,
        success_status=rest.success_status or 200,
        ignores_unknown=rest.ignores_unknown_fields,
        open_to_guests=CallerKind.ANYONE in rule_of(method).kinds,
        upload_field=rest.upload.form_field,
        max_body_bytes=rest.max_body_bytes,
        redirect_field=rest.redirect_field,
        deadline_seconds=rest.deadline_seconds,
    )
    _check(route)
    return route


def _parse(method: MethodDescriptor, template: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if not template.startswith("/") or template == "/":
        raise UnsupportedRule(f"{method.full_name}: {template} is no path")
    segments = tuple(template[1:].split("/"))
    fields = []
    for segment in segments:
        variable = _VARIABLE.fullmatch(segment)
        if variable:
            fields.append(variable[1])
        elif not _LITERAL.fullmatch(segment):
            raise UnsupportedRule(f"{method.full_name}: can't match {segment!r} in {template}")
    return segments, tuple(fields)


def _check(route: Route) -> None:
    """Refuse what can't be decoded or encoded. Raises UnsupportedRule."""
    name = route.method.full_name
    request, response = route.method.input_type.fields_by_name, route.method.output_type.fields_by_name
    for field_name in route.path_fields:
        field = request.get(field_name)
        if field is None or field.is_repeated or field.cpp_type != FieldDescriptor.CPPTYPE_STRING:
            raise UnsupportedRule(f"{name}: path field {field_name} must be one text of the request")
    if len(set(route.path_fields)) != len(route.path_fields):
        raise UnsupportedRule(f"{name}: a path field occurs twice in {route.template}")
    if route.verb in _BODILESS and route.body:
        raise UnsupportedRule(f"{name}: {route.verb} has no body")
    if route.body and route.body != "*":
        body = request.get(route.body)
        if body is None or body.is_repeated or body.message_type is None:
            raise UnsupportedRule(f"{name}: body {route.body} must be one message of the request")
    if route.response_body and route.response_body not in response:
        raise UnsupportedRule(f"{name}: the response has no field {route.response_body}")
    if route.upload_field and (route.body != "*" or not {FILE_CONTENT, FILE_NAME} <= set(request)):
        raise UnsupportedRule(f"{name}: an upload has body * and the fields {FILE_CONTENT} and {FILE_NAME}")
    if route.redirect_field and route.redirect_field not in response:
        raise UnsupportedRule(f"{name}: the response has no field {route.redirect_field}")
    if not 200 <= route.success_status < 300:
        raise UnsupportedRule(f"{name}: {route.success_status} is no status of success")
