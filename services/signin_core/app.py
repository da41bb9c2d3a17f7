"""The core's HTTP interface (CDI 5.4). Paths work with and without a tenant before them, as in the real core."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from services.kit.clock import make_clock
from services.kit.mongo import connect, database, ensure_indexes
from services.signin_core import passwordless, sessions, users
from services.signin_core.keys import Keys
from services.signin_core.passwordless import Passwordless
from services.signin_core.reading import (
    BadInput,
    Json,
    contact,
    contacts,
    number,
    optional_object,
    optional_text,
    parsed,
    text,
)
from services.signin_core.sessions import Sessions
from services.signin_core.settings import CoreSettings
from services.signin_core.tokens import Tokens
from services.signin_core.users import TENANT, Users, as_json

VERSIONS: Final = ["5.4"]
MOST_USERS_ON_A_PAGE: Final = 500
LONGEST_JWT_SECONDS: Final = 100 * 365 * 24 * 3600  # the SDK's default
OPEN: Final = "/.well-known/jwks.json"
"""The SDK fetches it without its key, as from the real core: what is there is public."""

Handler = Callable[[Request, Json], Awaitable[Json]]


class Core:
    """Answers requests. Every handler takes the request and its JSON body."""

    def __init__(self, settings: CoreSettings) -> None:
        self._settings = settings
        clock = make_clock(settings.clock)
        self._client = connect(settings)
        self._db = database(self._client, settings.core_db_name)
        self.users = Users(self._db, clock)
        self.codes = Passwordless(self._db, self.users, clock, settings.login_code)
        self.keys = Keys(self._db)
        self.tokens = Tokens(self._db, self.keys, clock, clock_is_set=settings.clock is not None)
        self.sessions = Sessions(self._db, self.tokens)

    @contextlib.asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """Prepare the database, and leave it."""
        await ensure_indexes(self._db, [*users.INDEXES, *passwordless.INDEXES, *sessions.INDEXES])
        await self.keys.load()
        await self.tokens.load()
        await self.reset()
        yield
        await self._client.close()

    async def reset(self) -> None:
        """Put the accounts of the file in place, when there is one."""
        if self._settings.core_users is not None:
            await self.users.load(self._settings.core_users)

    async def create_code(self, _request: Request, body: Json) -> Json:
        """Begin a sign-in, or send another code for one."""
        wanted = optional_text(body, "userInputCode")
        if "deviceId" in body:
            return await self.codes.another(text(body, "deviceId"), wanted)
        return await self.codes.create(contact(body), wanted)

    async def consume_code(self, _request: Request, body: Json) -> Json:
        """Take a code."""
        return await self.codes.consume(body)

    async def check_code(self, _request: Request, body: Json) -> Json:
        """Look at a code."""
        return await self.codes.consume(body, check_only=True)

    async def list_codes(self, request: Request, _body: Json) -> Json:
        """Return sign-ins under way."""
        return {"status": "OK", "devices": await self.codes.devices(dict(request.query_params))}

    async def remove_codes(self, _request: Request, body: Json) -> Json:
        """End the sign-ins of a contact."""
        await self.codes.remove(contact(body))
        return {"status": "OK"}

    async def remove_code(self, _request: Request, body: Json) -> Json:
        """Make one code useless."""
        await self.codes.remove_code(text(body, "codeId"))
        return {"status": "OK"}

    async def users_by_contact(self, request: Request, _body: Json) -> Json:
        """Return the accounts of a contact."""
        union = request.query_params.get("doUnionOfAccountInfo") == "true"
        found = await self.users.by_contacts(contacts(request.query_params), any_of_them=union)
        return {"status": "OK", "users": [as_json(account) for account in found]}

    async def user(self, request: Request, _body: Json) -> Json:
        """Return an account."""
        account = await self.users.by_id(text(request.query_params, "userId"))
        return {"status": "OK", "user": as_json(account)} if account else {"status": "UNKNOWN_USER_ID_ERROR"}

    async def remove_user(self, _request: Request, body: Json) -> Json:
        """Delete an account, and end its sign-ins and sessions."""
        user_id = text(body, "userId")
        account = await self.users.remove(user_id)
        if account is not None:
            await self.codes.remove_all_of(account)
        await self.sessions.remove({"userId": user_id})
        return {"status": "OK"}

    async def list_users(self, request: Request, _body: Json) -> Json:
        """Return a page of accounts."""
        query = request.query_params
        limit = number(query, "limit", 1, MOST_USERS_ON_A_PAGE, 100)
        newest_first = query.get("timeJoinedOrder") == "DESC"
        found, after = await self.users.page(limit, query.get("paginationToken"), newest_first=newest_first)
        answer = {"status": "OK", "users": [as_json(account) for account in found]}
        return answer | ({"nextPaginationToken": after} if after else {})

    async def count_users(self, _request: Request, _body: Json) -> Json:
        """Return how many accounts there are."""
        return {"status": "OK", "count": await self.users.count()}

    async def tenant(self, _request: Request, _body: Json) -> Json:
        """Return the one tenant."""
        return {
            "status": "OK",
            "tenantId": TENANT,
            "thirdParty": {"providers": []},
            "firstFactors": None,
            "requiredSecondaryFactors": None,
            "coreConfig": {},
        }

    async def create_session(self, _request: Request, body: Json) -> Json:
        """Begin a session."""
        return await self.sessions.create(body)

    async def verify_session(self, _request: Request, body: Json) -> Json:
        """Check an access token."""
        return await self.sessions.verify(body)

    async def refresh_session(self, _request: Request, body: Json) -> Json:
        """Exchange a refresh token."""
        return await self.sessions.refresh(body)

    async def regenerate_session(self, _request: Request, body: Json) -> Json:
        """Put other data into an access token."""
        return await self.sessions.regenerate(body)

    async def remove_sessions(self, _request: Request, body: Json) -> Json:
        """End sessions."""
        return {"status": "OK", "sessionHandlesRevoked": await self.sessions.remove(body)}

    async def session(self, request: Request, _body: Json) -> Json:
        """Return a session."""
        return await self.sessions.get(text(request.query_params, "sessionHandle"))

    async def sessions_of_user(self, request: Request, _body: Json) -> Json:
        """Return an account's sessions."""
        handles = await self.sessions.of_user(text(request.query_params, "userId"))
        return {"status": "OK", "sessionHandles": handles}

    async def set_session_data(self, _request: Request, body: Json) -> Json:
        """Replace a session's data."""
        return await self.sessions.set_data(
            text(body, "sessionHandle"), optional_object(body, "userDataInDatabase") or {}
        )

    async def set_jwt_data(self, _request: Request, body: Json) -> Json:
        """Replace what goes into a session's next access token."""
        return await self.sessions.set_claims(text(body, "sessionHandle"), optional_object(body, "userDataInJWT") or {})

    async def create_jwt(self, _request: Request, body: Json) -> Json:
        """Sign a token for somebody else."""
        now = int(time.time())
        validity = number(body, "validity", 1, LONGEST_JWT_SECONDS, LONGEST_JWT_SECONDS)
        payload = optional_object(body, "payload") or {}
        claims = {"iss": text(body, "jwksDomain"), **payload, "iat": now, "exp": now + validity}
        return {"status": "OK", "jwt": self.keys.sign(claims, dynamic=not body.get("useStaticSigningKey", True))}

    async def jwks(self, _request: Request, _body: Json) -> Json:
        """Return the public keys."""
        return {"keys": self.keys.public()}

    async def versions(self, _request: Request, _body: Json) -> Json:
        """Return which versions of the interface are spoken."""
        return {"versions": VERSIONS}

    async def reset_accounts(self, _request: Request, _body: Json) -> Json:
        """Put the accounts back to the file's; a test's control."""
        await self.reset()
        return {"status": "OK"}


def make_app(settings: CoreSettings) -> Starlette:
    """Return the application."""
    core = Core(settings)
    key = settings.api_key.get_secret_value() if settings.api_key else None

    def route(method: str, path: str, handler: Handler) -> list[Route]:
        async def endpoint(request: Request) -> Response:
            if key is not None and path != OPEN and request.headers.get("api-key") != key:
                return PlainTextResponse("Invalid API key", 401)
            try:
                answer = await handler(request, parsed(await request.body()))
            except BadInput as error:
                return PlainTextResponse(str(error), 400)
            return Response(orjson.dumps(answer), media_type="application/json")

        return [Route(prefix + path, endpoint, methods=[method]) for prefix in ("", f"/{TENANT}")]

    async def hello(_request: Request) -> Response:
        return PlainTextResponse("Hello")

    table: list[tuple[str, str, Handler]] = [
        ("POST", "/recipe/signinup/code", core.create_code),
        ("POST", "/recipe/signinup/code/consume", core.consume_code),
        ("POST", "/recipe/signinup/code/check", core.check_code),
        ("GET", "/recipe/signinup/codes", core.list_codes),
        ("POST", "/recipe/signinup/codes/remove", core.remove_codes),
        ("POST", "/recipe/signinup/code/remove", core.remove_code),
        ("GET", "/users/by-accountinfo", core.users_by_contact),
        ("GET", "/user/id", core.user),
        ("POST", "/user/remove", core.remove_user),
        ("GET", "/users", core.list_users),
        ("GET", "/users/count", core.count_users),
        ("GET", "/recipe/multitenancy/tenant/v2", core.tenant),
        ("POST", "/recipe/session", core.create_session),
        ("POST", "/recipe/session/verify", core.verify_session),
        ("POST", "/recipe/session/refresh", core.refresh_session),
        ("POST", "/recipe/session/regenerate", core.regenerate_session),
        ("POST", "/recipe/session/remove", core.remove_sessions),
        ("GET", "/recipe/session", core.session),
        ("GET", "/recipe/session/user", core.sessions_of_user),
        ("PUT", "/recipe/session/data", core.set_session_data),
        ("PUT", "/recipe/jwt/data", core.set_jwt_data),
        ("POST", "/recipe/jwt", core.create_jwt),
        ("GET", OPEN, core.jwks),
        ("GET", "/apiversion", core.versions),
    ]
    if settings.core_users is not None:
        table.append(("POST", "/reset", core.reset_accounts))
    routes = [Route("/hello", hello), *(r for entry in table for r in route(*entry))]
    return Starlette(routes=routes, lifespan=core.lifespan)
