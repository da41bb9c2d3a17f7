"""UserService: RPCs in and out."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.json_format import MessageToDict
from orderbuddy.menu.v1 import user_service_pb2 as rpc
from orderbuddy.menu.v1 import user_service_pb2_grpc as rpc_grpc

from services.kit.errors import FieldViolation, InvalidInput
from services.kit.interceptor import Context
from services.kit.principal import Role
from services.menu.users import mapping
from services.menu.users.contacts import contact_query, phone_number, signed_up_at
from services.menu.users.memberships import memberships
from services.menu.users.repository import UserRepository

_RECORDS = 50


class UserServicer(rpc_grpc.UserServiceServicer):
    """Serves profiles, members and the audit record."""

    def __init__(self, repository: UserRepository) -> None:
        self._repository = repository

    async def GetUserAccess(self, request: rpc.GetUserAccessRequest, context: Context) -> rpc.GetUserAccessResponse:
        """Return what a signed-in person may act for."""
        profile = await self._repository.profile(request.user_id)
        roles = memberships(profile) if profile else {}
        return rpc.GetUserAccessResponse(
            memberships=[rpc.Membership(restaurant_id=name, role=int(role)) for name, role in roles.items()],  # type: ignore[arg-type]
            location_ids=await self._repository.location_ids(list(roles)) if roles else [],
        )

    async def CreateUser(self, request: rpc.CreateUserRequest, context: Context) -> rpc.CreateUserResponse:
        """Make a profile, or fill in what it lacks."""
        number = phone_number(request.phone_number) if request.HasField("phone_number") else None
        created_at = signed_up_at(MessageToDict(request.created_at))
        _check(request, number, created_at)
        assert created_at is not None
        email = request.email.strip().lower() if request.HasField("email") else None
        profile_id = await self._repository.create(request.user_id, email, number, created_at)
        return rpc.CreateUserResponse(user_id=profile_id)

    async def RemoveUser(self, request: rpc.RemoveUserRequest, context: Context) -> rpc.RemoveUserResponse:
        """Take everything personal out of a profile."""
        await self._repository.remove(request.user_id)
        return rpc.RemoveUserResponse()

    async def ListMembers(self, request: rpc.ListMembersRequest, context: Context) -> rpc.ListMembersResponse:
        """Return who may act for a restaurant."""
        members = await self._repository.members(request.restaurant_id)
        return rpc.ListMembersResponse(data=[mapping.member(m, request.restaurant_id) for m in members])

    async def AddMember(self, request: rpc.AddMemberRequest, context: Context) -> rpc.AddMemberResponse:
        """Let somebody act for a restaurant."""
        query = contact_query(request.contact)
        if query is None:
            raise InvalidInput([FieldViolation("contact", "must be a mail address or an international phone number")])
        changed = await self._repository.add_member(request.restaurant_id, query, Role(request.role))
        return rpc.AddMemberResponse(data=mapping.member(changed, request.restaurant_id))

    async def RemoveMember(self, request: rpc.RemoveMemberRequest, context: Context) -> rpc.RemoveMemberResponse:
        """End a membership."""
        await self._repository.remove_member(request.restaurant_id, request.user_id)
        return rpc.RemoveMemberResponse(data=True)

    async def ListAuditRecords(
        self, request: rpc.ListAuditRecordsRequest, context: Context
    ) -> rpc.ListAuditRecordsResponse:
        """Return who changed what."""
        limit = request.limit if request.HasField("limit") else _RECORDS
        records = await self._repository.audit(request.restaurant_id, request.before, limit)
        return rpc.ListAuditRecordsResponse(data=[mapping.audit_record(record) for record in records])


def _check(request: rpc.CreateUserRequest, number: str | None, created_at: datetime | None) -> None:
    """Refuse a profile that can't be made. Raises InvalidInput."""
    violations = []
    if not request.HasField("email") and not request.HasField("phone_number"):
        violations.append(FieldViolation("email", "or phoneNumber is required"))
    if request.HasField("phone_number") and number is None:
        violations.append(FieldViolation("phone_number", "must be an international phone number, with +"))
    if created_at is None:
        violations.append(FieldViolation("created_at", "must be milliseconds since 1970 or an instant in ISO form"))
    if violations:
        raise InvalidInput(violations)
