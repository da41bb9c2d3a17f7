"""From an HTTP request to a call and back, for every route that the protos declare. Knows no method by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

import orjson
from google.protobuf import message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema

from edge.answers import VARY_ORIGIN, Answer, Problem, json_answer, problem
from edge.bodies import JsonObject
from edge.caller import Caller, Metadata
from edge.conditional import already_has, entity_tag
from edge.errors import RpcError, answer_for
from edge.forms import File
from edge.guest_pages import REVALIDATE
from edge.http_rules import FILE_CONTENT, FILE_NAME, Route, UnsupportedRule
from edge.rendering import field_renderer, renderer
from edge.schema import field_schema, message_schema
from edge.violations import describe, unknown_property

MASK: Final = "update_mask"
"""A request's field of this name says which fields the body held: in protobuf an empty list, null and none are one."""

HTTP_BODY: Final = "google.api.HttpBody"
"""A `response_body` of this type is the answer as it is: bytes and their content type."""

_MOST_QUERY_FIELDS: Final = 100
_INSTANT: Final = "google.protobuf.Timestamp"


class Endpoint:
    """A route, ready to answer."""

    def __init__(self, route: Route) -> None:
        """Compile what the route needs. Raises UnsupportedRule."""
        request, response = route.method.input_type, route.method.output_type
        self.route = route
        self.verb = route.verb
        self.segments = route.segments
        self.path_fields = [request.fields_by_name[name] for name in route.path_fields]
        self.query_fields = [f for f in request.fields if self._in_query(f)]
        self._has_mask = route.body == "*" and MASK in request.fields_by_name
        # Not the sender's to fill.
        self._ours = ({FILE_CONTENT, FILE_NAME} if route.upload_field else set()) | (
            {MASK} if self._has_mask else set()
        )
        self.body_schema = self._schema_of_body()
        self._outside = {f.json_name for f in (*self.path_fields, *self.query_fields)}
        self._by_name = {f.json_name: f for f in self.query_fields}
        self._names = {f.json_name: f.name for f in request.fields}
        whole = message_schema(
            request, ignores_unknown=route.ignores_unknown or bool(route.upload_field), without=self._ours
        )
        self._validator = SchemaValidator(whole)
        self._request_class = message_factory.GetMessageClass(request)
        self._body_field = request.fields_by_name[route.body] if route.body not in ("", "*") else None
        part = response.fields_by_name[route.response_body] if route.response_body else None
        is_file = part is not None and part.message_type is not None and part.message_type.full_name == HTTP_BODY
        self._file_field = part.name if part is not None and is_file else ""
        self._render = None if is_file else field_renderer(part) if part else renderer(response)

    @property
    def answers_with_file(self) -> bool:
        """Tell whether the answer is bytes of a kind of their own, and no JSON."""
        return self._render is None

    def _in_query(self, field: FieldDescriptor) -> bool:
        if self.route.body == "*" or field.name == self.route.body or field.name in self.route.path_fields:
            return False
        if field.message_type is not None and field.message_type.full_name != _INSTANT:
            raise UnsupportedRule(f"{field.full_name} is a message; a query holds only scalars and instants")
        return True

    def _schema_of_body(self) -> CoreSchema | None:
        """Return what the body itself must be, for the document; None when there is no body."""
        route = self.route
        if not route.body:
            return None
        if route.body != "*":
            return field_schema(route.method.input_type.fields_by_name[route.body])["schema"]
        whole = message_schema(route.method.input_type, ignores_unknown=route.ignores_unknown, without=self._ours)
        fields = {name: field for name, field in whole["fields"].items() if name not in route.path_fields}
        return core_schema.typed_dict_schema(fields, extra_behavior=whole.get("extra_behavior"))

    def decode(self, variables: Sequence[str], query: bytes, body: JsonObject, file: File | None) -> Message:
        """Make the request message. Raises Problem (400) with every violation."""
        values: dict[str, Any] = {}
        if self._body_field is not None:
            values[self._body_field.json_name] = body
        elif self.route.body:
            values.update(body)
            clash = [name for name in body if name in self._outside]
            if clash and not self.route.ignores_unknown and file is None:
                raise Problem(problem(400, [unknown_property(name) for name in clash]))
        if query and self.query_fields:
            values.update(self._read_query(query))
        values.update(zip((f.json_name for f in self.path_fields), variables, strict=True))
        try:
            checked = self._validator.validate_python(values)
        except ValidationError as error:
            raise Problem(problem(400, describe(error, self._skipped(error)))) from error
        if self._has_mask:
            checked[MASK] = FieldMask(paths=[self._names[name] for name in body])
        if file is not None:
            checked |= {FILE_CONTENT: file.content, FILE_NAME: file.name}
        return self._request_class(**checked)

    def _skipped(self, error: ValidationError) -> int:
        """Return how many leading parts of the paths the sender does not know: a body that is one field has one."""
        if self._body_field is None:
            return 0
        name = self._body_field.json_name
        inside = all(len(d["loc"]) > 1 and d["loc"][0] == name for d in error.errors(include_url=False))
        return 1 if inside else 0

    def _read_query(self, query: bytes) -> dict[str, Any]:
        """Return what the query says of the request's fields; what else is in it concerns others."""
        try:
            pairs = parse_qsl(
                query.decode(), keep_blank_values=True, errors="strict", max_num_fields=_MOST_QUERY_FIELDS
            )
        except ValueError as error:
            raise Problem(problem(400, "the query can't be decoded")) from error
        values: dict[str, Any] = {}
        for name, text in pairs:
            field = self._by_name.get(name)
            if field is None:
                continue
            value = _from_text(field, text)
            if field.is_repeated:
                values.setdefault(name, []).append(value)
            else:
                values[name] = value
        return values

    def encode(self, response: Message, headers: Mapping[bytes, bytes]) -> Answer:
        """Make the answer; a client that has it already gets 304."""
        if self.route.redirect_field:
            return _redirect(getattr(response, self.route.redirect_field))
        if self._render is None:
            return _raw(self.route.success_status, getattr(response, self._file_field))
        body = orjson.dumps(self._render(response))
        if self.verb != "GET":
            return json_answer(self.route.success_status, body)
        tag = entity_tag(body)
        validators = ((b"etag", b"W/" + tag), REVALIDATE)
        if already_has(headers.get(b"if-none-match"), (tag,)):
            return Answer(304, (*validators, VARY_ORIGIN), b"")
        return json_answer(self.route.success_status, body, validators)


def _redirect(location: str) -> Answer:
    # The target may change (a restaurant's name is in it), so no client should keep it.
    headers = ((b"location", location.encode("ascii")), (b"content-length", b"0"), (b"cache-control", b"no-store"))
    return Answer(302, (*headers, VARY_ORIGIN), b"")


def _raw(status: int, response: Any) -> Answer:
    """Answer with the bytes and content type of a google.api.HttpBody."""
    headers = (
        (b"content-type", response.content_type.encode("ascii")),
        (b"content-length", b"%d" % len(response.data)),
    )
    return Answer(status, (*headers, VARY_ORIGIN), response.data)


def _from_text(field: FieldDescriptor, text: str) -> object:
    """Read a query's text as the JSON that it would be in a body; what it is not stays text, and is refused as such."""
    is_text = field.cpp_type in {FieldDescriptor.CPPTYPE_STRING, FieldDescriptor.CPPTYPE_MESSAGE}
    if field.enum_type is not None or is_text:
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


class Transcoder:
    """Answers requests by calling services."""

    def __init__(self, routes: Iterable[Route], caller: Caller) -> None:
        """Compile all routes. Raises UnsupportedRule."""
        self.endpoints = [Endpoint(route) for route in routes]
        self.caller = caller

    async def answer(
        self,
        endpoint: Endpoint,
        variables: Sequence[str],
        query: bytes,
        body: JsonObject,
        file: File | None,
        headers: Mapping[bytes, bytes],
        metadata: Metadata,
    ) -> Answer:
        """Decode, call, encode. Every failure of the call becomes an answer; raises Problem for bad input."""
        request = endpoint.decode(variables, query, body, file)
        method = endpoint.route.method
        try:
            response = await self.caller.call(
                method, request, metadata=metadata, deadline_seconds=endpoint.route.deadline_seconds
            )
        except RpcError as error:
            return answer_for(error.status, method.input_type)
        return endpoint.encode(response, headers)
