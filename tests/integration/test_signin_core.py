"""The local sign-in core on the real database: asked by the SDK itself, and asked as the SDK asks."""

from __future__ import annotations

import asyncio
import contextlib
import json
import multiprocessing
import pathlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
import supertokens_python as sdk
import uvicorn
from supertokens_python import asyncio as accounts
from supertokens_python.recipe import passwordless, session
from supertokens_python.recipe.passwordless import asyncio as codes
from supertokens_python.recipe.session import asyncio as sdk_sessions
from supertokens_python.recipe.session.exceptions import SuperTokensSessionError
from supertokens_python.types import RecipeUserId
from supertokens_python.types.base import AccountInfoInput

from services.kit.clock import FixedClock
from services.kit.mongo import Database, database
from services.signin_core.app import make_app
from services.signin_core.keys import Keys
from services.signin_core.passwordless import CODE_LIFETIME_MS, MOST_ATTEMPTS
from services.signin_core.sessions import Sessions
from services.signin_core.settings import CoreSettings
from services.signin_core.tokens import (
    ACCESS_SECONDS,
    REFRESH_SECONDS,
    SET_CLOCK_EXPIRY,
    Lineage,
    Tokens,
    digest,
)
from tests.conftest import NOW
from tests.support import SECRET, eventually

Start = Callable[..., Awaitable[httpx.AsyncClient]]
Json = dict[str, Any]


@pytest.fixture
async def start(mongo_uri: str, db: Database, tmp_path: pathlib.Path) -> AsyncIterator[Start]:
    """Start cores on the test's database; the clock stands in a file."""
    (tmp_path / "clock").write_text(NOW.isoformat())
    async with contextlib.AsyncExitStack() as stack:

        async def begin(**environment: str) -> httpx.AsyncClient:
            settings = CoreSettings.model_validate(
                {
                    "DB_CONN_STRING": mongo_uri,
                    "DB_NAME": db.name,
                    "ORDERBUDDY_ASSERTION_SECRET": SECRET,
                    "ORDERBUDDY_CLOCK": f"@{tmp_path / 'clock'}",
                    **environment,
                }
            )
            listening = socket.create_server(("127.0.0.1", 0))
            config = uvicorn.Config(make_app(settings), log_config=None, access_log=False, ws="none")
            server = uvicorn.Server(config)
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            await eventually(lambda: server.started)

            async def stop() -> None:
                server.should_exit = True
                await serving
                listening.close()

            stack.push_async_callback(stop)
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            return await stack.enter_async_context(httpx.AsyncClient(base_url=url))

        yield begin
    await db.client.drop_database(f"{db.name}_signin")


@pytest.fixture
async def core(start: Start) -> httpx.AsyncClient:
    return await start()


@pytest.fixture
def set_clock(tmp_path: pathlib.Path) -> Callable[[timedelta], None]:
    def move(by: timedelta) -> None:
        (tmp_path / "clock").write_text((NOW + by).isoformat())

    return move


async def post(core: httpx.AsyncClient, path: str, body: Json) -> Json:
    answer: Json = (await core.post(path, json=body)).json()
    return answer


async def code_for(core: httpx.AsyncClient, **contact: str) -> Json:
    return await post(core, "/public/recipe/signinup/code", contact or {"email": "ana@example.test"})


def use(code: Json, text: str | None = None) -> Json:
    return {
        "preAuthSessionId": code["preAuthSessionId"],
        "deviceId": code["deviceId"],
        "userInputCode": text or code["userInputCode"],
    }


def wrong(code: Json) -> Json:
    return use(code, "1" * 6 if code["userInputCode"] != "1" * 6 else "2" * 6)


async def consume(core: httpx.AsyncClient, body: Json) -> Json:
    return await post(core, "/public/recipe/signinup/code/consume", body)


async def session_of(core: httpx.AsyncClient, user_id: str = "u1") -> Json:
    body = {"userId": user_id, "userDataInJWT": {"iss": "x", "a": 1}, "userDataInDatabase": {}}
    return await post(core, "/public/recipe/session", {**body, "useDynamicSigningKey": True, "enableAntiCsrf": False})


async def refresh(core: httpx.AsyncClient, answer: Json) -> Json:
    return await post(core, "/recipe/session/refresh", {"refreshToken": answer["refreshToken"]["token"]})


def claims_of(token: str) -> Json:
    claims: Json = jwt.decode(token, options={"verify_signature": False})
    return claims


async def verify(core: httpx.AsyncClient, answer: Json) -> Json:
    return await post(core, "/recipe/session/verify", {"accessToken": answer["accessToken"]["token"]})


def _run(flow: Callable[[], Awaitable[Any]], url: str, api_key: str) -> Any:
    sdk.init(
        app_info=sdk.InputAppInfo(
            app_name="OrderBuddy", api_domain="http://localhost:8000", website_domain="http://localhost:5174"
        ),
        supertokens_config=sdk.SupertokensConfig(url, api_key),
        framework="fastapi",
        mode="asgi",
        telemetry=False,
        recipe_list=[
            passwordless.init(passwordless.ContactEmailOrPhoneConfig(), "USER_INPUT_CODE"),
            session.init(anti_csrf="VIA_TOKEN"),
        ],
    )

    async def run() -> Any:
        return await flow()

    return asyncio.run(run())


@pytest.fixture
async def with_sdk(start: Start, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Awaitable[Any]]:
    """Run a flow with the SDK on a core of its own, in a process of its own: the SDK keeps itself in globals."""
    monkeypatch.setenv("SUPERTOKENS_TLDEXTRACT_DISABLE_HTTP", "1")

    async def run(flow: Callable[[], Awaitable[Any]]) -> Any:
        core = await start(SUPERTOKENS_API_KEY="the key")
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            url = str(core.base_url)
            return await asyncio.get_running_loop().run_in_executor(pool, _run, flow, url, "the key")

    return run


async def signs_in() -> list[Any]:
    code: Any = await codes.create_code("public", email=" Ana@Example.test")
    other: Any = await codes.create_new_code_for_device("public", code.device_id)
    device = (code.pre_auth_session_id, code.device_id)

    async def take(given: str) -> Any:
        return await codes.consume_code("public", device[0], user_input_code=given, device_id=device[1])

    listed = await codes.list_codes_by_email("public", "ana@example.test")
    wrong = [await take("x") for _ in range(2)]
    looked = await codes.check_code("public", device[0], user_input_code=code.user_input_code, device_id=device[1])
    signed_in, again = await take(other.user_input_code), await take(code.user_input_code)
    return [
        [d.pre_auth_session_id == device[0] for d in listed],
        [(type(w).__name__, w.failed_code_input_attempt_count, w.maximum_code_input_attempts) for w in wrong],
        type(looked).__name__,
        (signed_in.created_new_recipe_user, signed_in.user.emails),
        type(again).__name__,
    ]


async def test_the_sdk_signs_a_person_in(with_sdk: Callable[..., Awaitable[Any]]) -> None:
    assert await with_sdk(signs_in) == [
        [True],
        [("ConsumeCodeIncorrectUserInputCodeError", count, MOST_ATTEMPTS) for count in (1, 2)],
        "CheckCodeOkResult",
        (True, ["ana@example.test"]),
        "ConsumeCodeRestartFlowError",
    ]


async def refused(call: Awaitable[Any]) -> str:
    try:
        await call
    except SuperTokensSessionError as error:
        return type(error).__name__
    return "accepted"


async def _tokens_of(container: Any) -> tuple[str, str, str]:
    tokens = container.get_all_session_tokens_dangerously()
    return tokens["accessToken"], tokens["refreshToken"], tokens["antiCsrfToken"]


async def refreshes() -> list[Any]:
    made = await sdk_sessions.create_new_session_without_request_response("public", RecipeUserId("u1"), {"a": 1})
    access, old, csrf = await _tokens_of(made)
    verified = await sdk_sessions.get_session_without_request_response(access, csrf)
    no_csrf = await refused(sdk_sessions.get_session_without_request_response(access))
    refused_refresh = await refused(sdk_sessions.refresh_session_without_request_response(old, anti_csrf_token="x"))
    access, new, new_csrf = await _tokens_of(
        await sdk_sessions.refresh_session_without_request_response(old, anti_csrf_token=csrf)
    )
    used = await sdk_sessions.get_session_without_request_response(access, new_csrf)
    assert verified is not None
    assert used is not None
    return [
        verified.get_access_token_payload()["a"],
        (no_csrf, refused_refresh),
        used.get_all_session_tokens_dangerously()["accessAndFrontTokenUpdated"],
        await refused(sdk_sessions.refresh_session_without_request_response(old, anti_csrf_token=csrf)),
        await sdk_sessions.revoke_session(made.get_handle()),
        await refused(sdk_sessions.refresh_session_without_request_response(new, anti_csrf_token=new_csrf)),
        await refused(sdk_sessions.get_session_without_request_response(access, new_csrf, check_database=True)),
    ]


async def test_the_sdk_refreshes_finds_theft_and_signs_out(with_sdk: Callable[..., Awaitable[Any]]) -> None:
    assert await with_sdk(refreshes) == [
        1,
        ("TryRefreshTokenError", "UnauthorisedError"),
        True,
        "TokenTheftError",
        True,
        "UnauthorisedError",
        "UnauthorisedError",
    ]


async def changes_data() -> list[Any]:
    made = await sdk_sessions.create_new_session_without_request_response("public", RecipeUserId("u1"), {"a": 1})
    before = made.get_access_token_payload()
    await made.merge_into_access_token_payload({"b": 2})
    after = made.get_access_token_payload()
    by_handle = await sdk_sessions.merge_into_access_token_payload(made.get_handle(), {"a": None, "c": 3})
    stored = await sdk_sessions.update_session_data_in_database(made.get_handle(), {"d": 4})
    info = await sdk_sessions.get_session_information(made.get_handle())
    access, _, csrf = await _tokens_of(made)
    renewed = await sdk_sessions.get_session_without_request_response(access, csrf, check_database=True)
    signed: Any = await sdk_sessions.create_jwt({"sub": "someone"})
    assert info is not None
    assert renewed is not None
    seen = renewed.get_access_token_payload()
    return [
        (before["iss"] == after["iss"] == seen["iss"], before["exp"] == after["exp"], after["b"]),
        (by_handle, stored, info.session_data_in_database),
        {k: info.custom_claims_in_access_token_payload.get(k) for k in ("a", "b", "c")},
        {k: seen.get(k) for k in ("a", "b", "c")},
        signed.jwt.count("."),
    ]


async def test_the_sdk_changes_what_a_session_says(with_sdk: Callable[..., Awaitable[Any]]) -> None:
    said = {"a": None, "b": 2, "c": 3}
    assert await with_sdk(changes_data) == [(True, True, 2), (True, True, {"d": 4}), said, said, 2]


async def deletes() -> list[Any]:
    people: list[Any] = [await codes.signinup("public", f"p{i}@example.test", None) for i in range(3)]
    ids = [person.user.id for person in people]
    first = await accounts.get_users_newest_first("public", limit=2)
    second = await accounts.get_users_newest_first("public", limit=2, pagination_token=first.next_pagination_token)
    await sdk_sessions.create_new_session_without_request_response("public", RecipeUserId(ids[0]))
    before = await sdk_sessions.get_all_session_handles_for_user(ids[0])
    await accounts.delete_user(ids[0])
    left = [await accounts.get_user(i) for i in ids]
    by_mail = await accounts.list_users_by_account_info("public", AccountInfoInput(email="p0@example.test"))
    return [
        sorted(u.id for u in (*first.users, *second.users)) == sorted(ids),
        (len(first.users), len(second.users), second.next_pagination_token),
        (len(before), await sdk_sessions.get_all_session_handles_for_user(ids[0])),
        [user is not None for user in left],
        (by_mail, await accounts.get_user_count()),
    ]


async def test_the_sdk_lists_and_deletes_accounts(with_sdk: Callable[..., Awaitable[Any]]) -> None:
    assert await with_sdk(deletes) == [True, (2, 1, None), (1, []), [False, True, True], ([], 2)]


async def test_a_code_signs_a_new_person_up_and_works_once(core: httpx.AsyncClient) -> None:
    code = await code_for(core)
    first = await consume(core, use(code))
    assert (first["status"], first["createdNewUser"], first["user"]["emails"]) == ("OK", True, ["ana@example.test"])
    assert await consume(core, use(code)) == {"status": "RESTART_FLOW_ERROR"}


async def test_mail_addresses_are_the_same_in_any_case(core: httpx.AsyncClient) -> None:
    first = await consume(core, use(await code_for(core, email="Ana@Example.test")))
    second = await consume(core, use(await code_for(core)))
    assert (second["user"]["id"], second["createdNewUser"]) == (first["user"]["id"], False)


async def test_a_code_used_twenty_times_at_once_signs_in_once(core: httpx.AsyncClient) -> None:
    code = await code_for(core)
    answers = await asyncio.gather(*(consume(core, use(code)) for _ in range(20)))
    assert sorted(answer["status"] for answer in answers) == ["OK"] + ["RESTART_FLOW_ERROR"] * 19


async def test_wrong_codes_are_counted_and_the_last_one_ends_the_sign_in(core: httpx.AsyncClient) -> None:
    code = await code_for(core)
    counts = [(await consume(core, wrong(code))).get("failedCodeInputAttemptCount") for _ in range(MOST_ATTEMPTS)]
    assert counts == [1, 2, 3, 4, None]
    assert await consume(core, use(code)) == {"status": "RESTART_FLOW_ERROR"}


async def test_wrong_codes_at_once_are_all_counted(core: httpx.AsyncClient) -> None:
    code = await code_for(core)
    answers = await asyncio.gather(*(consume(core, wrong(code)) for _ in range(20)))
    counted = sorted(a["failedCodeInputAttemptCount"] for a in answers if "failedCodeInputAttemptCount" in a)
    assert counted == [1, 2, 3, 4]


async def test_a_code_expires_by_the_set_clock(core: httpx.AsyncClient, set_clock: Callable[[timedelta], None]) -> None:
    code = await code_for(core)
    set_clock(timedelta(milliseconds=CODE_LIFETIME_MS - 1))
    looked_at = await post(core, "/public/recipe/signinup/code/check", use(code))
    set_clock(timedelta(milliseconds=CODE_LIFETIME_MS))
    expired = await consume(core, use(code))
    assert (looked_at["status"], expired["status"]) == ("OK", "EXPIRED_USER_INPUT_CODE_ERROR")
    assert expired["failedCodeInputAttemptCount"] == 1


async def test_another_code_for_the_same_sign_in_works_beside_the_first(core: httpx.AsyncClient) -> None:
    first = await code_for(core)
    second = await post(core, "/public/recipe/signinup/code", {"deviceId": first["deviceId"]})
    assert second["preAuthSessionId"] == first["preAuthSessionId"]
    assert (await consume(core, use(first)))["status"] == "OK"
    assert await consume(core, use(second)) == {"status": "RESTART_FLOW_ERROR"}


async def test_a_revoked_code_is_useless_and_the_last_one_ends_the_sign_in(core: httpx.AsyncClient) -> None:
    first = await code_for(core)
    second = await post(core, "/public/recipe/signinup/code", {"deviceId": first["deviceId"]})
    await post(core, "/public/recipe/signinup/code/remove", {"codeId": first["codeId"]})
    assert (await consume(core, use(first) | {"linkCode": first["linkCode"]}))["status"] == "RESTART_FLOW_ERROR"
    await post(core, "/public/recipe/signinup/code/remove", {"codeId": second["codeId"]})
    assert await consume(core, use(second)) == {"status": "RESTART_FLOW_ERROR"}


async def test_a_link_code_signs_in_once(core: httpx.AsyncClient) -> None:
    code = await code_for(core)
    link = {"preAuthSessionId": code["preAuthSessionId"], "linkCode": code["linkCode"]}
    assert [(await consume(core, link))["status"] for _ in range(2)] == ["OK", "RESTART_FLOW_ERROR"]


async def test_signing_in_ends_the_other_sign_ins_of_the_account(start: Start, tmp_path: pathlib.Path) -> None:
    account = {"id": "both", "email": "bo@example.test", "phoneNumber": "+12065550100", "timeJoined": 1}
    (tmp_path / "users.json").write_text(json.dumps([account]))
    core = await start(ORDERBUDDY_CORE_USERS=str(tmp_path / "users.json"))
    by_mail, by_mail_too = [await code_for(core, email="bo@example.test") for _ in range(2)]
    by_phone = await code_for(core, phoneNumber="+12065550100")
    assert (await consume(core, use(by_mail)))["user"]["id"] == "both"
    assert [await consume(core, use(code)) for code in (by_mail_too, by_phone)] == [
        {"status": "RESTART_FLOW_ERROR"}
    ] * 2


async def test_wrong_codes_are_counted_across_two_cores(start: Start) -> None:
    one, other = await start(), await start()
    code = await code_for(one)
    answers = await asyncio.gather(*(consume(core, wrong(code)) for core in (one, other) for _ in range(10)))
    counted = sorted(a["failedCodeInputAttemptCount"] for a in answers if "failedCodeInputAttemptCount" in a)
    assert counted == [1, 2, 3, 4]


@pytest.mark.parametrize("contact", [{}, {"email": " "}, {"email": "a@b.test", "phoneNumber": "+1"}, {"email": {}}])
async def test_without_exactly_one_contact_nothing_is_begun_or_ended(core: httpx.AsyncClient, contact: Json) -> None:
    code = await code_for(core)
    assert (await core.post("/public/recipe/signinup/code", json=contact)).status_code == 400
    assert (await core.post("/public/recipe/signinup/codes/remove", json=contact)).status_code == 400
    assert (await core.get("/public/recipe/signinup/codes")).status_code == 400
    assert (await consume(core, use(code)))["status"] == "OK"


async def test_a_query_operator_in_place_of_an_id_is_refused(core: httpx.AsyncClient) -> None:
    code = await code_for(core)
    for path, body in (
        ("/user/remove", {"userId": {"$gt": ""}}),
        ("/recipe/session/remove", {"userId": {"$gt": ""}}),
        ("/recipe/session/remove", {"sessionHandles": [{"$gt": ""}]}),
        ("/public/recipe/signinup/code/remove", {"codeId": {"$gt": ""}}),
        ("/public/recipe/signinup/code/consume", {"preAuthSessionId": {"$gt": ""}, "linkCode": code["linkCode"]}),
    ):
        assert (await core.post(path, json=body)).status_code == 400
    assert (await consume(core, use(code)))["status"] == "OK"


@pytest.mark.parametrize("body", ["[1]", "{", '"x"', "{}"])
async def test_a_body_that_cannot_be_read_is_refused(core: httpx.AsyncClient, body: str) -> None:
    assert (await core.post("/recipe/session", content=body)).status_code == 400


@pytest.mark.parametrize("path", ["/nowhere", "/other/recipe/signinup/code", "/public/nowhere"])
async def test_what_the_core_does_not_know_is_not_found(core: httpx.AsyncClient, path: str) -> None:
    assert (await core.post(path, json={})).status_code == 404


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "paginationToken=x"])
async def test_a_page_that_cannot_be_is_refused(core: httpx.AsyncClient, query: str) -> None:
    assert (await core.get(f"/users?{query}")).status_code == 400


async def test_accounts_are_listed_in_the_order_in_which_they_joined(
    core: httpx.AsyncClient, set_clock: Callable[[timedelta], None]
) -> None:
    ids = []
    for day in range(3):
        set_clock(timedelta(days=day))
        ids.append((await consume(core, use(await code_for(core, email=f"p{day}@example.test"))))["user"]["id"])
    for order, expected in (("ASC", ids), ("DESC", ids[::-1])):
        seen, token = [], None
        for _ in ids:
            query = {"limit": "1", "timeJoinedOrder": order} | ({"paginationToken": token} if token else {})
            page = (await core.get("/public/users", params=query)).json()
            seen += [user["id"] for user in page["users"]]
            token = page.get("nextPaginationToken")
        assert (seen, token) == (expected, None)


@pytest.mark.parametrize(("union", "found"), [("true", 2), ("false", 0)])
async def test_accounts_are_found_by_any_or_by_all_contacts(core: httpx.AsyncClient, union: str, found: int) -> None:
    await consume(core, use(await code_for(core)))
    await consume(core, use(await code_for(core, phoneNumber="+12065550100")))
    query = {"email": "Ana@example.test", "phoneNumber": "+12065550100", "doUnionOfAccountInfo": union}
    assert len((await core.get("/public/users/by-accountinfo", params=query)).json()["users"]) == found


async def test_a_refreshed_session_used_twenty_times_at_once_works_each_time(core: httpx.AsyncClient) -> None:
    child = await refresh(core, await session_of(core))
    answers = await asyncio.gather(*(verify(core, child) for _ in range(20)))
    assert [answer["status"] for answer in answers] == ["OK"] * 20
    renewed = [claims_of(answer["accessToken"]["token"])["parentRefreshTokenHash1"] for answer in answers]
    assert renewed == [None] * 20


async def test_a_refresh_token_used_twenty_times_at_once_is_no_theft(core: httpx.AsyncClient) -> None:
    child = await refresh(core, await session_of(core))
    answers = await asyncio.gather(*(refresh(core, child) for _ in range(20)))
    assert [answer["status"] for answer in answers] == ["OK"] * 20


async def test_a_refresh_token_that_a_request_beside_made_count_is_no_theft(
    core: httpx.AsyncClient, db: Database
) -> None:
    core_db = database(db.client, f"{db.name}_signin")
    session = await session_of(core)
    child = await refresh(core, session)
    read_too_early = await core_db["sessions"].find_one({})
    assert (await refresh(core, child))["status"] == "OK"
    sessions = Sessions(core_db, Tokens(core_db, Keys(core_db), FixedClock(NOW), clock_is_set=True))
    old, new = digest(session["refreshToken"]["token"]), digest(child["refreshToken"]["token"])
    assert read_too_early is not None
    used = await sessions._use(read_too_early, Lineage(new, old, None))
    assert used is not None
    assert (read_too_early["inUse"], used["inUse"]) == (digest(old), digest(new))


async def test_of_two_children_the_one_used_first_counts(core: httpx.AsyncClient) -> None:
    session = await session_of(core)
    lost, kept = await refresh(core, session), await refresh(core, session)
    assert "accessToken" in await verify(core, kept)
    late = await verify(core, lost)
    assert (late["status"], "accessToken" in late) == ("OK", False)
    assert (await refresh(core, lost))["status"] == "TOKEN_THEFT_DETECTED"


@pytest.mark.parametrize("forged", ["", "x.y.z", "foreign", "jwt"])
async def test_an_access_token_that_is_not_ours_is_refused(core: httpx.AsyncClient, forged: str) -> None:
    if forged == "foreign":
        forged = jwt.encode({"sessionHandle": "x"}, "k" * 32, headers={"kid": "d-1"})
    elif forged == "jwt":
        body = {"payload": {}, "validity": 60, "jwksDomain": "x", "useStaticSigningKey": False}
        forged = (await post(core, "/recipe/jwt", body))["jwt"]
    body = {"accessToken": forged, "userDataInJWT": {}}
    assert (await post(core, "/recipe/session/verify", body))["status"] == "TRY_REFRESH_TOKEN"
    assert (await post(core, "/recipe/session/regenerate", body))["status"] == "UNAUTHORISED"


async def test_an_access_token_expires_by_the_set_clock(
    core: httpx.AsyncClient, set_clock: Callable[[timedelta], None]
) -> None:
    session = await session_of(core)
    child = await refresh(core, session)
    set_clock(timedelta(seconds=ACCESS_SECONDS))
    assert (await verify(core, child))["status"] == "TRY_REFRESH_TOKEN"
    body = {"accessToken": child["accessToken"]["token"], "userDataInJWT": {"b": 2}}
    regenerated = await post(core, "/recipe/session/regenerate", body)
    assert (regenerated["session"]["userDataInJWT"], "accessToken" in regenerated) == ({"b": 2}, False)


async def test_other_data_let_a_token_live_no_longer(
    core: httpx.AsyncClient, set_clock: Callable[[timedelta], None]
) -> None:
    token = (await session_of(core))["accessToken"]["token"]
    set_clock(timedelta(minutes=30))
    body = {"accessToken": token, "userDataInJWT": {"b": 2}}
    regenerated = claims_of((await post(core, "/recipe/session/regenerate", body))["accessToken"]["token"])
    assert (regenerated["b"], regenerated[SET_CLOCK_EXPIRY]) == (2, claims_of(token)[SET_CLOCK_EXPIRY])


async def test_a_session_expires_when_it_was_not_refreshed_in_time(
    core: httpx.AsyncClient, set_clock: Callable[[timedelta], None]
) -> None:
    session = await session_of(core)
    handle = {"sessionHandle": session["session"]["handle"]}
    set_clock(timedelta(seconds=REFRESH_SECONDS, milliseconds=-1))
    assert (await core.get("/recipe/session", params=handle)).json()["status"] == "OK"
    set_clock(timedelta(seconds=REFRESH_SECONDS))
    assert (await core.get("/recipe/session", params=handle)).json()["status"] == "UNAUTHORISED"
    assert (await refresh(core, session))["status"] == "UNAUTHORISED"


async def test_refreshing_again_before_the_child_was_used_is_fine(core: httpx.AsyncClient) -> None:
    session = await session_of(core)
    lost, again = await refresh(core, session), await refresh(core, session)
    assert (lost["status"], again["status"]) == ("OK", "OK")


async def test_a_refresh_token_used_after_its_child_is_theft(core: httpx.AsyncClient) -> None:
    session = await session_of(core)
    child = await refresh(core, session)
    assert (await verify(core, child))["accessToken"]["token"]
    stolen = await refresh(core, session)
    assert (stolen["status"], stolen["session"]["userId"]) == ("TOKEN_THEFT_DETECTED", "u1")
    assert (await refresh(core, child))["status"] == "OK"


async def test_a_refresh_token_used_after_its_grandchild_is_theft(core: httpx.AsyncClient) -> None:
    session = await session_of(core)
    child = await refresh(core, session)
    assert (await refresh(core, child))["status"] == "OK"
    assert (await refresh(core, session))["status"] == "TOKEN_THEFT_DETECTED"


@pytest.mark.parametrize("forged", ["", "x.y", "eyJhIjoxfQ.AAAA", "💥"])
async def test_a_refresh_token_that_is_not_ours_is_refused(core: httpx.AsyncClient, forged: str) -> None:
    answer = await post(core, "/recipe/session/refresh", {"refreshToken": forged})
    assert answer["status"] == "UNAUTHORISED"


async def test_an_ended_session_is_refused_everywhere(core: httpx.AsyncClient) -> None:
    session = await session_of(core)
    child = await refresh(core, session)
    ended = await post(core, "/recipe/session/remove", {"sessionHandles": [session["session"]["handle"]]})
    assert ended["sessionHandlesRevoked"] == [session["session"]["handle"]]
    assert {(await verify(core, child))["status"], (await refresh(core, session))["status"]} == {"UNAUTHORISED"}


async def test_tokens_are_signed_with_the_published_key_and_say_when_they_expire(core: httpx.AsyncClient) -> None:
    token = (await session_of(core))["accessToken"]["token"]
    keys = jwt.PyJWKSet.from_dict((await core.get("/.well-known/jwks.json")).json())
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, keys[header["kid"]].key, algorithms=["RS256"])
    assert (header["kid"][:2], header["version"], claims["sub"], claims["a"]) == ("d-", "5", "u1", 1)
    assert claims["exp"] - claims["iat"] == ACCESS_SECONDS
    assert claims[SET_CLOCK_EXPIRY] == (NOW.timestamp() + ACCESS_SECONDS) * 1000


async def test_sessions_and_keys_outlive_the_process(start: Start) -> None:
    one = await start()
    session = await session_of(one)
    other = await start()
    assert (await one.get("/.well-known/jwks.json")).json() == (await other.get("/.well-known/jwks.json")).json()
    assert (await refresh(other, session))["status"] == "OK"


async def test_removing_an_account_ends_its_sessions(core: httpx.AsyncClient) -> None:
    user_id = (await consume(core, use(await code_for(core))))["user"]["id"]
    session = await session_of(core, user_id)
    assert await post(core, "/user/remove", {"userId": user_id}) == {"status": "OK"}
    assert (await core.get("/user/id", params={"userId": user_id})).json()["status"] == "UNKNOWN_USER_ID_ERROR"
    assert (await refresh(core, session))["status"] == "UNAUTHORISED"


async def test_given_accounts_and_a_given_code_are_there_for_tests(start: Start, tmp_path: pathlib.Path) -> None:
    accounts = [{"id": "given", "email": "bo@example.test", "timeJoined": 1}]
    (tmp_path / "users.json").write_text(json.dumps(accounts))
    core = await start(ORDERBUDDY_CORE_USERS=str(tmp_path / "users.json"), ORDERBUDDY_LOGIN_CODE="123456")
    code = await code_for(core, email="bo@example.test")
    signed_in = await consume(core, use(code))
    assert (code["userInputCode"], signed_in["user"]["id"], signed_in["createdNewUser"]) == ("123456", "given", False)
    await post(core, "/user/remove", {"userId": "given"})
    await post(core, "/reset", {})
    assert (await core.get("/users/count")).json()["count"] == 1


async def test_two_cores_may_load_the_same_accounts_at_once(start: Start, tmp_path: pathlib.Path) -> None:
    given = [{"id": f"u{i}", "email": f"u{i}@example.test", "timeJoined": i} for i in range(20)]
    (tmp_path / "users.json").write_text(json.dumps(given))
    one, other = [await start(ORDERBUDDY_CORE_USERS=str(tmp_path / "users.json")) for _ in range(2)]
    await consume(one, use(await code_for(one)))
    answers = await asyncio.gather(*(post(core, "/reset", {}) for core in (one, other) for _ in range(5)))
    assert answers == [{"status": "OK"}] * 10
    listed = (await other.get("/users")).json()["users"]
    assert [user["id"] for user in listed] == [account["id"] for account in given]


async def test_with_a_key_set_nobody_without_it_is_answered_but_with_public_keys(start: Start) -> None:
    core = await start(SUPERTOKENS_API_KEY="the key")
    assert (await core.get("/apiversion")).status_code == 401
    assert (await core.get("/.well-known/jwks.json")).status_code == 200
    assert (await core.get("/apiversion", headers={"api-key": "the key"})).json() == {"versions": ["5.4"]}


def test_it_refuses_the_production_profile(mongo_uri: str) -> None:
    with pytest.raises(ValueError, match="development and tests"):
        CoreSettings.model_validate(
            {
                "DB_CONN_STRING": mongo_uri,
                "ORDERBUDDY_ASSERTION_SECRET": SECRET,
                "ORDERBUDDY_PROFILE": "production",
            }
        )
