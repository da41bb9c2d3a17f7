"""Signing in and out: SuperTokens, passwordless, under `/login` (contract part B, section 3).

The SDK keeps itself in globals, so there is one SignIn per process.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

os.environ.setdefault("SUPERTOKENS_TLDEXTRACT_DISABLE_HTTP", "1")  # no look-up of domain lists on the internet

import orjson
from orderbuddy.notification.v1 import notification_service_pb2
from starlette.requests import Request
from supertokens_python import InputAppInfo, SupertokensConfig, init
from supertokens_python.framework.fastapi import get_middleware
from supertokens_python.framework.fastapi.fastapi_request import FastApiRequest
from supertokens_python.ingredients.emaildelivery.types import EmailDeliveryConfig
from supertokens_python.ingredients.smsdelivery.types import SMSDeliveryConfig
from supertokens_python.recipe import multitenancy, passwordless, session
from supertokens_python.recipe.multitenancy.constants import DEFAULT_TENANT_ID
from supertokens_python.recipe.multitenancy.interfaces import RecipeInterface as TenantInterface
from supertokens_python.recipe.passwordless.types import EmailTemplateVars, SMSTemplateVars
from supertokens_python.recipe.session.interfaces import RecipeInterface, SessionContainer
from supertokens_python.types import RecipeUserId

from edge.answers import VARY_ORIGIN, Answer, Problem, problem
from edge.bodies import JsonObject, Receive, Scope, read_object
from edge.caller import Caller, Metadata
from edge.doors import Doors
from edge.errors import UNAUTHENTICATED, RpcError
from edge.identity import Identity
from edge.limits import CODES, CODES_PER_RECIPIENT, Limits
from edge.routing import no_route
from edge.sessions import AWAY, fetch_keys, has_both, without_bearer
from edge.settings import EdgeSettings
from services.kit.telemetry import log

PREFIX: Final = "/login"
NOTIFICATION: Final = notification_service_pb2.DESCRIPTOR.services_by_name["NotificationService"]

_SEND_CODE: Final = NOTIFICATION.methods_by_name["SendLoginCode"]
_APP: Final = "OrderBuddy"
_LONGEST_NAME: Final = 50

_TEXTS: Final = ("email", "phoneNumber", "deviceId", "preAuthSessionId", "userInputCode", "linkCode")
_VERSIONS_HEADER: Final = b"fdi-version"
_VERSIONS: Final = re.compile(rb" *[0-9]{1,9}(\.[0-9]{1,9})* *(, *[0-9]{1,9}(\.[0-9]{1,9})* *)*")
_WRONG_VERSIONS: Final = problem(400, "fdi-version must be versions such as 3.1, separated by commas")
_CODE_IS_ASKED_FOR: Final = re.compile(rf"{PREFIX}/(public/)?signinup/code(/resend)?/?", re.IGNORECASE)
_NOT_SENT: Final = problem(500, "the code could not be sent")  # the old system's status, too

AsgiSend = Callable[[Any], Awaitable[None]]


class SignIn:
    """Serves everything under `/login`."""

    def __init__(self, settings: EdgeSettings, caller: Caller, identity: Identity, doors: Doors) -> None:
        """Set the SDK up; this calls nobody."""
        self._body_limit_bytes = settings.body_limit_bytes
        self._identity = identity
        self._doors = doors
        key = settings.supertokens_api_key
        init(
            app_info=InputAppInfo(
                app_name=_APP,
                api_domain=settings.base_url,
                website_domain=settings.store_endpoint,
                api_base_path=PREFIX,
                website_base_path=PREFIX,
            ),
            supertokens_config=SupertokensConfig(
                connection_uri=settings.supertokens_uri, api_key=key.get_secret_value() if key else None
            ),
            framework="fastapi",
            mode="asgi",
            telemetry=False,
            recipe_list=[
                multitenancy.init(override=multitenancy.MultitenancyOverrideConfig(functions=_with_one_tenant)),
                passwordless.init(
                    contact_config=passwordless.ContactEmailOrPhoneConfig(),
                    flow_type="USER_INPUT_CODE",
                    email_delivery=EmailDeliveryConfig(service=_CodesByMail(caller, identity.own, doors.limits)),
                    sms_delivery=SMSDeliveryConfig(service=_CodesBySms(caller, identity.own, doors.limits)),
                ),
                session.init(
                    cookie_secure=True,
                    expose_access_token_to_frontend_in_cookie_based_auth=True,
                    override=session.SessionOverrideConfig(functions=_with_claims(identity)),
                ),
            ],
        )
        self._app = get_middleware()(_nothing_here)  # type: ignore[no-untyped-call]

    async def answer(self, scope: Scope, receive: Receive, _request_id: str) -> Answer:
        """Answer a request whose path begins with `/login`. Raises Problem or ClientGone."""
        # The SDK reads JSON alone, and takes broken JSON for an empty body; here it is as on all routes.
        headers = dict(scope["headers"])
        if _CODE_IS_ASKED_FOR.fullmatch(scope["path"]):
            client = self._doors.addresses.of(scope, headers)
            refusal = self._doors.limits.refusal(CODES, client, time.perf_counter())
            if refusal is not None:
                raise Problem(refusal)
        body = await read_object(headers, receive, self._body_limit_bytes)
        _check(body, headers)
        try:
            await fetch_keys(FastApiRequest(Request(scope)))
            answer = await answer_of(self._app, await self._usable(scope), _replay(orjson.dumps(body) if body else b""))
            return answer._replace(headers=(*answer.headers, VARY_ORIGIN))
        except Problem:
            raise
        except RpcError as error:
            log.warning("login_code_not_sent")
            raise Problem(_NOT_SENT) from error
        except Exception as error:  # the SDK has no type of its own for a core that is away
            log.error("sign_in_failed", exc_info=error)
            raise Problem(AWAY) from error

    async def _usable(self, scope: Scope) -> Scope:
        """Return the request with one session: of a cookie and a bearer token the cookie, unless that is dead.

        The Manage App goes on sending a stale bearer token beside its cookie, which only signing out with the cookie
        takes back. Raises Problem (503).
        """
        if not has_both(scope) or scope["path"].endswith("/refresh"):
            return scope
        by_cookie = without_bearer(scope)
        try:
            await self._identity.session(by_cookie)
        except Problem as problem:
            if problem.answer is not UNAUTHENTICATED:
                raise
            return scope  # the SDK looks at the bearer token first
        return by_cookie


def _check(body: JsonObject, headers: Mapping[bytes, bytes]) -> None:
    """Refuse what the SDK would stumble over. Raises Problem (400)."""
    if not _VERSIONS.fullmatch(headers.get(_VERSIONS_HEADER, b"1")):
        raise Problem(_WRONG_VERSIONS)
    wrong = [name for name in _TEXTS if not isinstance(body.get(name, ""), str)]
    if wrong:
        raise Problem(problem(400, [f"{name} must be a string" for name in wrong]))


async def answer_of(app: Any, scope: Scope, receive: Receive) -> Answer:
    """Let an ASGI application answer, and return what it would have sent."""
    status, headers, parts = 500, [], []

    async def send(message: Any) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], list(message["headers"])
        else:
            parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return Answer(status, headers, b"".join(parts))


def _replay(body: bytes) -> Receive:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _nothing_here(scope: Scope, _receive: Receive, _send: AsgiSend) -> None:
    raise no_route(scope["method"], scope["raw_path"].decode("latin-1"))


class _Codes:
    """Hands one-time codes to the Notification service. A code that can't be sent fails the request that asked for it.

    Whoever waits for a code must learn that none comes.
    """

    def __init__(self, caller: Caller, identity: Callable[[], Metadata], limits: Limits) -> None:
        self._caller = caller
        self._identity = identity
        self._limits = limits

    async def _send(self, code: str | None, lifetime_milliseconds: int, **contact: str) -> None:
        """Send a code. Raises RpcError; Problem (429) when the recipient has had too many, whoever asked for them."""
        assert code is not None  # we send no magic links
        recipient = hashlib.sha256("".join(contact.values()).strip().lower().encode()).hexdigest()
        refusal = self._limits.refusal(CODES_PER_RECIPIENT, recipient, time.perf_counter())
        if refusal is not None:
            raise Problem(refusal)
        request = notification_service_pb2.SendLoginCodeRequest(
            code=code, lifetime_seconds=lifetime_milliseconds // 1000, **contact
        )
        await self._caller.call(_SEND_CODE, request, metadata=self._identity())


class _CodesByMail(_Codes, passwordless.EmailDeliveryInterface[EmailTemplateVars]):
    async def send_email(self, template_vars: EmailTemplateVars, user_context: dict[str, Any]) -> None:  # noqa: ARG002
        await self._send(template_vars.user_input_code, template_vars.code_life_time, email=template_vars.email)


class _CodesBySms(_Codes, passwordless.SMSDeliveryInterface[SMSTemplateVars]):
    async def send_sms(self, template_vars: SMSTemplateVars, user_context: dict[str, Any]) -> None:  # noqa: ARG002
        number = template_vars.phone_number
        await self._send(template_vars.user_input_code, template_vars.code_life_time, phone_number=number)


def _with_one_tenant(functions: TenantInterface) -> TenantInterface:
    """Refuse paths of other tenants; asked for one that it does not have, the core fails as if it were away."""

    async def get_tenant_id(tenant_id_from_frontend: str, user_context: dict[str, Any]) -> str:  # noqa: ARG001  the SDK's
        if tenant_id_from_frontend != DEFAULT_TENANT_ID:
            raise Problem(problem(404, f"there is no tenant {tenant_id_from_frontend[:_LONGEST_NAME]}"))
        return tenant_id_from_frontend

    # The SDK keeps the functions that it passes in here, not what it gets back.
    functions.get_tenant_id = get_tenant_id  # type: ignore[method-assign]
    return functions


def _with_claims(identity: Identity) -> Callable[[RecipeInterface], RecipeInterface]:
    """Write into each new session what the old clients read from it. Nothing of ours trusts these claims."""

    def override(functions: RecipeInterface) -> RecipeInterface:
        create = functions.create_new_session

        async def create_new_session(
            user_id: str,
            recipe_user_id: RecipeUserId,
            access_token_payload: dict[str, Any] | None,
            session_data_in_database: dict[str, Any] | None,
            disable_anti_csrf: bool | None,  # noqa: FBT001  the SDK's signature
            tenant_id: str,
            user_context: dict[str, Any],
        ) -> SessionContainer:
            restaurants, locations = await _claims(identity, user_id)
            payload = {**(access_token_payload or {}), "ob_restaurantId": restaurants, "ob_locationId": locations}
            return await create(
                user_id,
                recipe_user_id,
                payload,
                session_data_in_database,
                disable_anti_csrf,
                tenant_id,
                user_context,
            )

        functions.create_new_session = create_new_session  # type: ignore[method-assign]  # the SDK's way of overriding
        return functions

    return override


async def _claims(identity: Identity, user_id: str) -> tuple[Sequence[str], Sequence[str]]:
    try:
        access = await identity.access(user_id)
    except Problem:
        log.warning("claims_left_empty")
        return [], []
    return [m.restaurant_id for m in access.memberships], list(access.location_ids)
