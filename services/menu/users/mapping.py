"""Profiles and audit records as messages."""

from __future__ import annotations

from google.protobuf.struct_pb2 import Value
from orderbuddy.menu.v1 import user_service_pb2 as rpc

from services.kit.mongo import Document
from services.kit.principal import Role
from services.kit.values import obj, objects, struct, text, text_or_none, timestamp
from services.menu.users.memberships import memberships


def member(profile: Document, restaurant_id: str) -> rpc.Member:
    """Return what a person is to a restaurant."""
    return rpc.Member(
        user_id=text(profile.get("userId")),
        email=text_or_none(profile.get("email")),
        phone_number=text_or_none(profile.get("phoneNumber")),
        role=int(memberships(profile).get(restaurant_id, Role.STAFF)),  # type: ignore[arg-type]
    )


def audit_record(document: Document) -> rpc.AuditRecord:
    """Return a record of who changed what."""
    target = obj(document.get("target"))
    return rpc.AuditRecord(
        id=str(document["_id"]),
        at=timestamp(document.get("at")),
        actor=text(document.get("actor")),
        action=text(document.get("action")),
        request_id=text(document.get("requestId")),
        collection=text(target.get("collection")),
        document_id=text(target.get("id")),
        changes=[_change(change) for change in objects(document.get("changes"))],
    )


def _change(change: Document | object) -> rpc.AuditChange:
    fields = obj(change)
    packed = struct({"from": fields.get("from"), "to": fields.get("to")})
    assert packed is not None
    # `from` is a word of Python's, so it can't be a keyword argument by name.
    values: dict[str, Value] = {name: packed.fields[name] for name in ("from", "to")}
    return rpc.AuditChange(path=text(fields.get("path")), **values)
