"""The end of a person's account, which lies half with SuperTokens and half with the Menu service."""

from __future__ import annotations

from typing import Final

from orderbuddy.menu.v1 import user_service_pb2
from supertokens_python.asyncio import delete_user, get_user
from supertokens_python.types import User

from edge.answers import VARY_ORIGIN, Answer, Problem, problem
from edge.bodies import JsonObject, Receive, Scope, read_object
from edge.caller import Caller
from edge.errors import UNAUTHENTICATED, RpcError, answer_for
from edge.identity import USERS, Identity, Who
from edge.routing import no_route
from edge.sessions import AWAY
from services.kit.telemetry import log

_REMOVE: Final = USERS.methods_by_name["RemoveUser"]
CREATE_USER: Final = USERS.methods_by_name["CreateUser"].full_name
_PATH: Final = "/users/delete-user"
_DELETED: Final = b"User deleted"


async def own_contact(who: Who, body: JsonObject) -> None:
    """Refuse a profile with a contact that its owner has not proved by signing in with it.

    People are made members by their contact: whoever could claim another's would get in in their place. Raises Problem.
    """
    if not who.user_id:
        return  # a device: the service refuses it
    account = await _account(who.user_id)
    mail, number = body.get("email"), body.get("phoneNumber")
    wrong = []
    if isinstance(mail, str) and mail.strip().lower() not in {known.lower() for known in account.emails}:
        wrong.append("email must be the one that you sign in with")
    if isinstance(number, str) and _digits(number) not in {_digits(known) for known in account.phone_numbers}:
        wrong.append("phoneNumber must be the one that you sign in with")
    if wrong:
        raise Problem(problem(400, wrong))


async def _account(user_id: str) -> User:
    try:
        account = await get_user(user_id)
    except Exception as error:  # the SDK has no type of its own for a core that is away
        log.warning("account_not_read", kind=type(error).__name__)
        raise Problem(AWAY) from error
    if account is None:
        raise Problem(UNAUTHENTICATED)  # its session has outlived it
    return account


def _digits(number: str) -> str:
    return "".join(filter(str.isdigit, number))


class Accounts:
    """Deletes accounts: one's own only, and the answer comes when it is done (contract part B, defect 4)."""

    def __init__(self, caller: Caller, identity: Identity, body_limit_bytes: int) -> None:
        self._caller = caller
        self._identity = identity
        self._body_limit_bytes = body_limit_bytes

    async def delete(self, scope: Scope, receive: Receive, _request_id: str) -> Answer:
        """Delete the caller's account. Raises Problem or ClientGone.

        The profile goes first: while the account is there its owner can call again, should the second step fail. So
        here, and only here, the session is enough: the profile may say already that the account was deleted.
        """
        body = await read_object(dict(scope["headers"]), receive, self._body_limit_bytes)
        raw_path = scope["raw_path"].decode("latin-1")
        if scope["method"] != "POST" or raw_path.lower().removesuffix("/") != _PATH:
            raise no_route(scope["method"], raw_path)
        session = await self._identity.session(scope)
        user_id = body.get("userId")
        if not isinstance(user_id, str) or not user_id:
            raise Problem(problem(400, ["userId must be a string"]))
        if user_id != session.user_id:
            raise Problem(problem(403, "Forbidden resource"))
        request = user_service_pb2.RemoveUserRequest(user_id=user_id)
        try:
            await self._caller.call(_REMOVE, request, metadata=self._identity.own())
        except RpcError as error:
            raise Problem(answer_for(error.status, _REMOVE.input_type)) from error
        try:
            await delete_user(user_id)
        except Exception as error:  # the SDK has no type of its own for a core that is away
            log.warning("account_not_deleted", kind=type(error).__name__)
            raise Problem(AWAY) from error
        headers = ((b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(_DELETED)))
        return Answer(200, (*headers, VARY_ORIGIN), _DELETED)
