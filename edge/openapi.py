"""The OpenAPI document, made of the same routes and schemas that answer requests."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import CoreSchema

from edge.errors import HTTP_STATUSES
from edge.rendering import may_be_left_out
from edge.schema import enum_prefix, field_schema
from edge.transcoding import Endpoint

Json = dict[str, Any]

TITLE: Final = "OrderBuddy API"
VERSION: Final = "1.0"

_JSON: Final = "application/json"
_FORM: Final = "multipart/form-data"
_BODY_STATUSES: Final = frozenset({413, 415})
_ERROR: Final[Json] = {
    "type": "object",
    "description": "What went wrong, as the old system said it.",
    "properties": {
        "message": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
        "error": {"type": "string"},
        "statusCode": {"type": "integer"},
    },
    "required": ["message", "statusCode"],
}
_SPECIAL: Final[Mapping[str, Json]] = {
    "google.protobuf.Timestamp": {"type": "string", "format": "date-time"},
    "google.protobuf.Struct": {"type": "object"},
    "google.protobuf.ListValue": {"type": "array"},
    "google.protobuf.Value": {},
}


class _WithoutTitles(GenerateJsonSchema):
    """Titles made up from field names say nothing that the names do not."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002  pydantic's signature
        """Return false."""
        return False


def accepted(schema: CoreSchema) -> Json:
    """Return a schema of ours as JSON Schema."""
    return _WithoutTitles(by_alias=True).generate(schema, mode="validation")


def document(endpoints: Iterable[Endpoint], base_url: str) -> Json:
    """Return the OpenAPI 3.1 document."""
    schemas: dict[str, Json] = {"Error": _ERROR}
    paths: dict[str, Json] = {}
    for endpoint in endpoints:
        path = "/" + "/".join(_json_segment(endpoint, s) for s in endpoint.segments)
        paths.setdefault(path, {})[endpoint.verb.lower()] = _operation(endpoint, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": TITLE, "version": VERSION},
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "responses": {str(status): _error_response(status) for status in (*HTTP_STATUSES, *_BODY_STATUSES)},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _json_segment(endpoint: Endpoint, segment: str) -> str:
    if not segment.startswith("{"):
        return segment
    return "{" + endpoint.route.method.input_type.fields_by_name[segment[1:-1]].json_name + "}"


def _operation(endpoint: Endpoint, schemas: dict[str, Json]) -> Json:
    route = endpoint.route
    service = route.method.containing_service.name
    operation: Json = {
        "operationId": f"{service}_{route.method.name}_{'_'.join(route.path_fields)}_{route.segments[0]}",
        "tags": [service.removesuffix("Service")],
        "summary": re.sub(r"(?<!^)(?=[A-Z])", " ", route.method.name).capitalize(),
        "parameters": [
            *(_parameter(field, "path") for field in endpoint.path_fields),
            *(_parameter(field, "query") for field in endpoint.query_fields),
        ],
        "responses": _responses(endpoint, schemas),
    }
    if endpoint.body_schema is not None:
        schema = accepted(endpoint.body_schema)
        if route.upload_field:
            schema["properties"][route.upload_field] = {"type": "string", "format": "binary"}
            schema.setdefault("required", []).append(route.upload_field)
        media_type = _FORM if route.upload_field else _JSON
        operation["requestBody"] = {"required": True, "content": {media_type: {"schema": schema}}}
    if not route.open_to_guests:
        operation["security"] = [{"bearer": []}]
    return operation


def _parameter(field: FieldDescriptor, place: str) -> Json:
    described = field_schema(field)
    schema = described["schema"]
    if schema["type"] == "nullable":
        schema = schema["schema"]
    required = place == "path" or bool(described.get("required"))
    return {"name": field.json_name, "in": place, "required": required, "schema": accepted(schema)}


def _responses(endpoint: Endpoint, schemas: dict[str, Json]) -> Json:
    route = endpoint.route
    output = route.method.output_type
    if route.redirect_field:
        responses: Json = {"302": {"description": "Elsewhere", "headers": {"Location": {"schema": {"type": "string"}}}}}
    elif endpoint.answers_with_file:
        responses = {str(route.success_status): {"description": "Success", "content": {"*/*": {}}}}
    else:
        content = (
            _field(output.fields_by_name[route.response_body], schemas)
            if route.response_body
            else _message(output, schemas)
        )
        responses = {str(route.success_status): {"description": "Success", "content": {_JSON: {"schema": content}}}}
    if endpoint.verb == "GET":
        responses["304"] = {"description": "What the client has (If-None-Match) is still right"}
    # A GET with a body is odd but has its body parsed, so it can be refused for it.
    for status in sorted(HTTP_STATUSES | _BODY_STATUSES):
        responses[str(status)] = {"$ref": f"#/components/responses/{status}"}
    return responses


def _error_response(status: int) -> Json:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": HTTPStatus(status).phrase, "content": {_JSON: {"schema": schema}}}


def _message(message: Descriptor, schemas: dict[str, Json]) -> Json:
    """Return a reference to an answer's type, described as it is rendered."""
    if message.full_name in _SPECIAL:
        return dict(_SPECIAL[message.full_name])
    if message.name not in schemas:
        properties: Json = {}
        schemas[message.name] = {"type": "object", "properties": properties}
        properties.update({field.json_name: _field(field, schemas) for field in message.fields})
        schemas[message.name]["required"] = [f.json_name for f in message.fields if not may_be_left_out(f)]
    return {"$ref": f"#/components/schemas/{message.name}"}


def _field(field: FieldDescriptor, schemas: dict[str, Json]) -> Json:
    if field.message_type is not None:
        one = _message(field.message_type, schemas)
    elif field.enum_type is not None:
        prefix = enum_prefix(field)
        one = {"type": "string", "enum": [value.name.removeprefix(prefix) for value in field.enum_type.values]}
    elif field.cpp_type in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        one = {"type": ["number", "null"]}
    elif field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        one = {"type": "boolean"}
    elif field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        one = {"type": "string"}
    else:
        one = {"type": "integer"}
    if field.is_repeated:
        return {"type": "array", "items": one}
    return {"anyOf": [one, {"type": "null"}]} if field.message_type is not None else one
