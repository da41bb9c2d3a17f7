"""Endpoints and what they are sent: the service on the real database, an integrator's server with the real library."""

from __future__ import annotations

import asyncio
import os
import pathlib
import sys
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import httpx
import pytest
from google.rpc import error_details_pb2
from orderbuddy.notification.v1 import webhook_service_pb2 as rpc
from orderbuddy.notification.v1 import webhook_service_pb2_grpc as rpc_grpc

from services.kit.clock import FixedClock
from services.kit.mongo import Database
from services.kit.settings import ServiceSettings
from services.notification.settings import NotificationSettings
from services.notification.webhooks.schedule import JITTER, RETRIES
from tests.integration.webhooks import (
    ASKED,
    DELIVERED,
    FAILED,
    FAILING,
    GONE,
    LUNA,
    MANAGER,
    OWNER,
    PENDING,
    STRANGER,
    Hooks,
    Serve,
    build,
)
from tests.servers.vendors import in_thread
from tests.servers.webhook_receiver import HANG, Answer, WebhookReceiver
from tests.support import SECRET, detail, eventually, reason

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def settings(mongo_uri: str, db: Database) -> ServiceSettings:
    return NotificationSettings.model_validate(
        {
            "DB_CONN_STRING": mongo_uri,
            "DB_NAME": db.name,
            "ORDERBUDDY_ASSERTION_SECRET": SECRET,
            "ORDERBUDDY_GRACE_SECONDS": 0.2,
        }
    )


@pytest.fixture
async def hooks(serve: Serve, db: Database, clock: FixedClock) -> AsyncIterator[Hooks]:
    receiver = WebhookReceiver()
    with in_thread(receiver.app) as url:
        served = await serve("notification", build)
        stub = rpc_grpc.WebhookServiceStub(served.channel)
        yield Hooks(stub, receiver, url, db, clock, served)


async def refusal(call: Awaitable[object]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call
    return caught.value.code(), reason(caught.value)


async def test_an_event_arrives_signed_and_is_listed_with_its_answer(hooks: Hooks) -> None:
    hooks.receiver.otherwise = Answer(200, "thank you " * 100)
    created = await hooks.create(description="The till", event_types=["order.placed"])
    assert created.secret.startswith("whsec_")
    event_id = await hooks.test_event(created.endpoint.id)
    await eventually(lambda: len(hooks.receiver.calls) == 1)
    event = await hooks.attempts(created.endpoint.id, 1)
    (call,) = hooks.receiver.calls
    assert call.id == event.id == event_id
    assert call.signed_with == [created.secret]
    assert call.body == {
        "type": "webhook.test",
        "timestamp": "2026-01-15T20:30:00.000Z",
        "data": {"endpointId": created.endpoint.id},
    }
    assert event.state == DELIVERED
    assert not event.HasField("next_attempt_at")
    (attempt,) = event.attempts
    assert (attempt.status, attempt.answer, attempt.error) == (200, ("thank you " * 100)[:500], "")


async def test_a_secret_is_shown_once_and_stored_sealed(hooks: Hooks) -> None:
    new = rpc.CreateEndpointRequest(restaurant_id=LUNA, url=f"{hooks.url}/a", request_id="r-1")
    created = await hooks.stub.CreateEndpoint(new, metadata=OWNER)
    again = await hooks.stub.CreateEndpoint(new, metadata=OWNER)
    assert (again.endpoint, again.secret) == (created.endpoint, "")
    rotated = await hooks.rotate(created.endpoint.id)
    bare = created.secret.removeprefix("whsec_")
    for name in await hooks.db.list_collection_names():
        for document in await hooks.db[name].find().to_list():
            assert bare not in str(document)
            assert rotated.removeprefix("whsec_") not in str(document)
    audit = await hooks.db["audit"].find().to_list()
    assert [record["action"] for record in audit] == ["CreateEndpoint", "RotateSecret"]
    assert [change for record in audit for change in record["changes"] if "ecret" in change["path"]] == []


async def test_after_a_rotation_both_secrets_sign_for_a_day(hooks: Hooks) -> None:
    created = await hooks.create()
    new = await hooks.rotate(created.endpoint.id)
    hooks.receiver.secrets.append(new)
    await hooks.test_event(created.endpoint.id)
    await hooks.delivered(created.endpoint.id, 1)
    hooks.wait(timedelta(hours=24))
    await hooks.test_event(created.endpoint.id)
    await eventually(lambda: len(hooks.receiver.calls) == 2)
    assert [call.signed_with for call in hooks.receiver.calls] == [[created.secret, new], [new]]
    assert (await hooks.endpoint(created.endpoint.id)).secrets_in_use == 1


async def test_secrets_in_use_are_limited(hooks: Hooks) -> None:
    created = await hooks.create()
    for _ in range(4):
        await hooks.rotate(created.endpoint.id)
    code = await refusal(hooks.rotate(created.endpoint.id))
    assert code == (grpc.StatusCode.FAILED_PRECONDITION, "TOO_MANY_SECRETS")


async def test_ten_endpoints_and_no_more_however_many_ask_at_once(hooks: Hooks) -> None:
    answers = await asyncio.gather(*(hooks.create(f"/{n}") for n in range(13)), return_exceptions=True)
    made = [answer for answer in answers if not isinstance(answer, BaseException)]
    refused = [answer for answer in answers if isinstance(answer, grpc.aio.AioRpcError)]
    assert len(made) == 10
    assert [reason(error) for error in refused] == ["TOO_MANY_ENDPOINTS"] * 3
    listed = await hooks.stub.ListEndpoints(rpc.ListEndpointsRequest(restaurant_id=LUNA), metadata=MANAGER)
    assert {endpoint.id for endpoint in listed.endpoints} == {each.endpoint.id for each in made}
    delete = rpc.DeleteEndpointRequest(restaurant_id=LUNA, endpoint_id=made[0].endpoint.id)
    await hooks.stub.DeleteEndpoint(delete, metadata=OWNER)
    await hooks.create("/again")


@pytest.mark.parametrize(
    "url",
    ["", "ftp://a.example", "https://u:p@a.example", "https://10.0.0.1/", "https://[fe80::1]/", "https://a.example:22"],
)
async def test_a_url_that_we_send_nothing_to_is_refused_and_names_the_field(hooks: Hooks, url: str) -> None:
    created = await hooks.create()
    requests: list[Awaitable[Any]] = [
        hooks.stub.CreateEndpoint(rpc.CreateEndpointRequest(restaurant_id=LUNA, url=url), metadata=OWNER),
        hooks.update(created.endpoint.id, url=url),
    ]
    for request in requests:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await request
        assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
        bad = detail(caught.value, error_details_pb2.BadRequest)
        assert bad is not None
        assert [violation.field for violation in bad.field_violations] == ["url"]
    assert await hooks.endpoint(created.endpoint.id) == created.endpoint


async def test_what_is_set_changes_and_nothing_else(hooks: Hooks) -> None:
    created = await hooks.create(event_types=["order.placed"], description="a")
    endpoint = await hooks.update(created.endpoint.id, description="b", version=1)
    assert (endpoint.url, endpoint.description, list(endpoint.event_types)) == (
        created.endpoint.url,
        "b",
        ["order.placed"],
    )
    assert await refusal(hooks.update(endpoint.id, description="c", version=1)) == (
        grpc.StatusCode.ABORTED,
        "VERSION_CHANGED",
    )
    endpoint = await hooks.update(endpoint.id, update_mask={"paths": ["event_types"]})
    assert list(endpoint.event_types) == []


async def test_another_restaurants_endpoint_is_not_there(hooks: Hooks) -> None:
    created = await hooks.create()
    request = rpc.ListEventsRequest(restaurant_id="sol", endpoint_id=created.endpoint.id)
    not_there = (grpc.StatusCode.NOT_FOUND, "ENDPOINT_NOT_FOUND")
    assert await refusal(hooks.stub.ListEvents(request, metadata=STRANGER)) == not_there
    test = rpc.SendTestEventRequest(restaurant_id="sol", endpoint_id=created.endpoint.id)
    assert await refusal(hooks.stub.SendTestEvent(test, metadata=STRANGER)) == not_there
    assert await refusal(hooks.update("zzz", description="x")) == not_there


async def test_a_failure_is_tried_again_by_the_schedule_and_then_given_up(hooks: Hooks) -> None:
    hooks.receiver.otherwise = Answer(500, "out of order")
    created = await hooks.create()
    first = await hooks.test_event(created.endpoint.id)
    second = await hooks.test_event(created.endpoint.id)
    for tries, pause in enumerate(RETRIES, 1):
        event = await hooks.attempts(created.endpoint.id, tries)
        assert event.state == PENDING
        due = event.next_attempt_at.ToDatetime(tzinfo=UTC) - hooks.clock.now()
        assert pause <= due <= pause * (1 + JITTER)
        hooks.wait(due - timedelta(milliseconds=1))
        event = await hooks.attempts(created.endpoint.id, tries)
        if tries == len(RETRIES):
            hooks.receiver.answers += [Answer(500, "out of order")]
            hooks.receiver.otherwise = Answer()
        hooks.wait(timedelta(milliseconds=1))
    event = await hooks.attempts(created.endpoint.id, len(RETRIES) + 1)
    assert (event.id, event.state) == (first, FAILED)
    assert {(attempt.status, attempt.answer) for attempt in event.attempts} == {(500, "out of order")}
    # The next one was not sent before, and is now.
    await eventually(lambda: len(hooks.receiver.acknowledged) == 1)
    assert [call.id for call in hooks.receiver.calls] == [first] * 10 + [second]


async def test_an_endpoint_that_fails_for_five_days_is_disabled_and_its_events_wait(hooks: Hooks) -> None:
    hooks.receiver.otherwise = Answer(500)
    created = await hooks.create()
    event_ids = [await hooks.test_event(created.endpoint.id) for _ in range(2)]
    begun = hooks.clock.now()
    await hooks.attempts(created.endpoint.id, 1)
    for hours in (27, 54, 81, 108):
        assert (await hooks.endpoint(created.endpoint.id)).failing_since.ToDatetime(tzinfo=UTC) == begun
        hooks.clock.set(begun + timedelta(hours=hours))
        await hooks.update(created.endpoint.id, description=str(hours))  # no reason to begin anew
        await hooks.tried_until(created.endpoint.id, hooks.clock.now())
    hooks.clock.set(begun + timedelta(hours=120))
    await hooks.tried_until(created.endpoint.id, hooks.clock.now())
    endpoint = await hooks.endpoint(created.endpoint.id)
    assert (endpoint.enabled, endpoint.disabled_because) == (False, FAILING)
    waiting = (await hooks.events(created.endpoint.id, states=[PENDING]))[0].id
    assert waiting in event_ids
    hooks.receiver.otherwise = Answer()
    endpoint = await hooks.update(created.endpoint.id, enabled=True)
    assert (endpoint.enabled, endpoint.disabled_because, endpoint.HasField("failing_since")) == (True, 0, False)
    await eventually(lambda: len(hooks.receiver.acknowledged) >= 1)
    assert hooks.receiver.acknowledged[0].id == waiting


async def test_410_disables_the_endpoint(hooks: Hooks) -> None:
    hooks.receiver.otherwise = Answer(410, "gone")
    created = await hooks.create()
    await hooks.test_event(created.endpoint.id)
    event = await hooks.attempts(created.endpoint.id, 1)
    assert (event.state, event.attempts[0].status) == (PENDING, 410)
    endpoint = await hooks.endpoint(created.endpoint.id)
    assert (endpoint.enabled, endpoint.disabled_because) == (False, GONE)
    hooks.wait(timedelta(hours=1))
    refused = await refusal(hooks.test_event(created.endpoint.id))
    assert refused == (grpc.StatusCode.FAILED_PRECONDITION, "ENDPOINT_DISABLED")
    assert len(hooks.receiver.calls) == 1


async def test_a_disabled_endpoint_is_sent_nothing_until_it_is_enabled(hooks: Hooks) -> None:
    hooks.receiver.answers += [Answer(500)]
    created = await hooks.create()
    await hooks.test_event(created.endpoint.id)
    await hooks.attempts(created.endpoint.id, 1)
    endpoint = await hooks.update(created.endpoint.id, enabled=False)
    assert endpoint.disabled_because == ASKED
    hooks.wait(timedelta(hours=1))
    other = await hooks.create("/other")
    await hooks.test_event(other.endpoint.id)
    await eventually(lambda: len(hooks.receiver.calls) == 2)
    await hooks.update(created.endpoint.id, enabled=True)
    await eventually(lambda: len(hooks.receiver.calls) == 3)
    first, second, third = hooks.receiver.calls
    assert first.id == third.id != second.id


@pytest.mark.parametrize(
    ("status", "wish", "least"),
    [
        (503, "3600", timedelta(hours=1)),
        (429, "3600", timedelta(hours=1)),
        (503, "999999999", timedelta(hours=24)),
        (503, "1", RETRIES[0]),
        (503, "soon", RETRIES[0]),
        (500, "3600", RETRIES[0]),
    ],
)
async def test_retry_after_is_waited_for(hooks: Hooks, status: int, wish: str, least: timedelta) -> None:
    hooks.receiver.otherwise = Answer(status, "", {"retry-after": wish})
    created = await hooks.create()
    await hooks.test_event(created.endpoint.id)
    event = await hooks.attempts(created.endpoint.id, 1)
    due = event.next_attempt_at.ToDatetime(tzinfo=UTC) - hooks.clock.now()
    assert least <= due <= least * (1 + JITTER)


async def test_a_redirect_is_not_followed(hooks: Hooks) -> None:
    hooks.receiver.answers += [Answer(307, "", {"location": f"{hooks.url}/elsewhere"})]
    created = await hooks.create()
    await hooks.test_event(created.endpoint.id)
    event = await hooks.attempts(created.endpoint.id, 1)
    assert (event.state, event.attempts[0].status, len(hooks.receiver.calls)) == (PENDING, 307, 1)


async def test_no_answer_in_time_is_a_failure(hooks: Hooks) -> None:
    hooks.receiver.answers += [Answer(HANG)]
    created = await hooks.create()
    await hooks.test_event(created.endpoint.id)
    event = await hooks.attempts(created.endpoint.id, 1)
    (attempt,) = event.attempts
    assert (event.state, attempt.status, attempt.error) == (PENDING, 0, "no answer within 0.5 seconds")
    assert attempt.duration_ms >= 500


async def test_a_slow_endpoint_holds_up_no_other(hooks: Hooks) -> None:
    slow, quick = await hooks.create("/slow"), await hooks.create("/quick")
    hooks.receiver.answers += [Answer(HANG)]
    await hooks.test_event(slow.endpoint.id)
    await eventually(lambda: len(hooks.receiver.calls) == 1)
    await hooks.test_event(quick.endpoint.id)
    await eventually(lambda: len(hooks.receiver.acknowledged) == 1)
    assert (await hooks.events(slow.endpoint.id))[0].attempts == []
    await hooks.attempts(slow.endpoint.id, 1)


async def test_two_replicas_deliver_each_event_once_and_in_order(hooks: Hooks, serve: Serve) -> None:
    other = rpc_grpc.WebhookServiceStub((await serve("notification", build)).channel)
    created = [await hooks.create(f"/{n}") for n in range(3)]
    wanted: dict[str, list[str]] = {each.endpoint.id: [] for each in created}
    for number in range(20):
        for each in created:
            request = rpc.SendTestEventRequest(restaurant_id=LUNA, endpoint_id=each.endpoint.id)
            stub = (hooks.stub, other)[number % 2]
            wanted[each.endpoint.id].append((await stub.SendTestEvent(request, metadata=OWNER)).event.id)
    await eventually(lambda: len(hooks.receiver.acknowledged) >= 60, timeout_seconds=60)
    got: dict[str, list[str]] = {each.endpoint.id: [] for each in created}
    for call in hooks.receiver.calls:
        got[call.body["data"]["endpointId"]].append(call.id)
    assert got == wanted


async def test_events_made_at_once_while_others_send_are_all_sent_in_the_order_of_the_list(
    hooks: Hooks, serve: Serve
) -> None:
    """Workers find the queue empty again and again while it is being filled; none falls asleep on an event."""
    stubs = [hooks.stub, rpc_grpc.WebhookServiceStub((await serve("notification", build)).channel)]
    created = await hooks.create()
    request = rpc.SendTestEventRequest(restaurant_id=LUNA, endpoint_id=created.endpoint.id)
    for _ in range(12):
        await asyncio.gather(*(stub.SendTestEvent(request, metadata=OWNER) for stub in stubs * 4))
    await hooks.delivered(created.endpoint.id, 96)
    assert [call.id for call in hooks.receiver.calls] == [
        event.id for event in await hooks.events(created.endpoint.id, page_size=100)
    ]


async def test_events_end_after_thirty_days(hooks: Hooks) -> None:
    created = await hooks.create()
    await hooks.test_event(created.endpoint.id)
    (event,) = await hooks.db["webhook_events"].find().to_list()
    kept = event["expiresAt"] - datetime.now(UTC)  # MongoDB's clock is the machine's
    assert timedelta(days=29, hours=23) < kept <= timedelta(days=30)
    indexes = await (await hooks.db["webhook_events"].list_indexes()).to_list()
    (expiry,) = (index for index in indexes if "expireAfterSeconds" in index)
    assert (dict(expiry["key"]), expiry["expireAfterSeconds"]) == ({"expiresAt": 1}, 0)


async def test_what_a_killed_worker_was_sending_is_sent_again_with_the_same_id(hooks: Hooks, serve: Serve) -> None:
    created = await hooks.create()
    hooks.receiver.answers += [Answer(HANG)]
    event_id = await hooks.test_event(created.endpoint.id)
    await eventually(lambda: len(hooks.receiver.calls) == 1)
    # Whatever runs is cut off where it stands, and notes nothing.
    await hooks.served.server.stop()
    other = await serve("notification", build)
    hooks.stub = rpc_grpc.WebhookServiceStub(other.channel)
    second = await hooks.create("/second")
    await hooks.test_event(second.endpoint.id)
    await eventually(lambda: len(hooks.receiver.acknowledged) == 1)
    assert (await hooks.events(created.endpoint.id))[0].attempts == []
    hooks.wait(timedelta(seconds=31))
    event = await hooks.attempts(created.endpoint.id, 1)
    assert (event.state, event.id) == (DELIVERED, event_id)
    assert [call.id for call in hooks.receiver.calls].count(event_id) == 2


async def test_events_are_listed_in_pages_and_by_state(hooks: Hooks) -> None:
    created = await hooks.create()
    ids = [await hooks.test_event(created.endpoint.id) for _ in range(5)]
    await eventually(lambda: len(hooks.receiver.acknowledged) == 5)
    listed: list[str] = []
    token = ""
    for _ in range(3):
        request = rpc.ListEventsRequest(
            restaurant_id=LUNA, endpoint_id=created.endpoint.id, page_size=2, page_token=token
        )
        page = await hooks.stub.ListEvents(request, metadata=MANAGER)
        listed += [event.id for event in page.events]
        token = page.next_page_token
    assert (listed, token) == (ids[::-1], "")
    assert await hooks.events(created.endpoint.id, states=[PENDING, FAILED]) == []
    bad = await refusal(hooks.events(created.endpoint.id, page_token="x"))
    assert bad == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_INPUT")


async def test_events_are_replayed_with_their_ids(hooks: Hooks) -> None:
    created = await hooks.create()
    ids = []
    for _ in range(3):
        ids.append(await hooks.test_event(created.endpoint.id))
        await hooks.delivered(created.endpoint.id, len(ids))
        hooks.wait(timedelta(minutes=1))
    assert await hooks.replay(created.endpoint.id, event_id=ids[0]) == 1
    await eventually(lambda: len(hooks.receiver.acknowledged) == 4)
    await hooks.delivered(created.endpoint.id, 3)
    since = (await hooks.events(created.endpoint.id))[1].occurred_at
    assert await hooks.replay(created.endpoint.id, since=since) == 2
    await eventually(lambda: len(hooks.receiver.acknowledged) == 6)
    assert [call.id for call in hooks.receiver.calls] == [*ids, ids[0], ids[1], ids[2]]
    bodies = {call.id: call.body for call in hooks.receiver.calls[:3]}
    assert all(call.body == bodies[call.id] for call in hooks.receiver.calls)
    unknown = await refusal(hooks.replay(created.endpoint.id, event_id="msg_x"))
    assert unknown == (grpc.StatusCode.NOT_FOUND, "EVENT_NOT_FOUND")
    neither = await refusal(hooks.replay(created.endpoint.id))
    assert neither == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_INPUT")
    never = await refusal(hooks.replay(created.endpoint.id, since={"seconds": 10**18}))
    assert never == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_INPUT")


async def test_a_deleted_endpoint_is_sent_nothing_more(hooks: Hooks) -> None:
    created = await hooks.create()
    hooks.receiver.answers += [Answer(500)]
    await hooks.test_event(created.endpoint.id)
    await hooks.attempts(created.endpoint.id, 1)
    request = rpc.DeleteEndpointRequest(restaurant_id=LUNA, endpoint_id=created.endpoint.id)
    await hooks.stub.DeleteEndpoint(request, metadata=OWNER)
    assert await hooks.db["webhook_events"].count_documents({}) == 0
    not_there = (grpc.StatusCode.NOT_FOUND, "ENDPOINT_NOT_FOUND")
    assert await refusal(hooks.stub.DeleteEndpoint(request, metadata=OWNER)) == not_there


async def test_a_test_event_with_the_same_request_id_is_one(hooks: Hooks) -> None:
    created = await hooks.create()
    assert await hooks.test_event(created.endpoint.id, request_id="r") == await hooks.test_event(
        created.endpoint.id, request_id="r"
    )
    assert len(await hooks.events(created.endpoint.id)) == 1


async def test_the_example_for_integrators_takes_what_is_genuine_once(hooks: Hooks) -> None:
    created = await hooks.create("/unused")
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "ORDERBUDDY_WEBHOOK_SECRET": created.secret}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "examples.webhook_receiver", "0", env=env, cwd=ROOT, stdout=-1, stderr=-1
    )
    try:
        assert process.stdout is not None
        port = int((await process.stdout.readline()).split()[-1])
        await hooks.update(created.endpoint.id, url=f"http://127.0.0.1:{port}/hooks")
        event_id = await hooks.test_event(created.endpoint.id)
        assert await process.stdout.readline() == b"webhook.test\n"
        await hooks.delivered(created.endpoint.id, 1)
        await hooks.replay(created.endpoint.id, event_id=event_id)
        event = await hooks.attempts(created.endpoint.id, 2)
        assert [attempt.status for attempt in event.attempts] == [204, 204]
        async with httpx.AsyncClient() as client:
            forged = {"webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,eA=="}
            answer = await client.post(f"http://127.0.0.1:{port}/", content=event.body, headers=forged)
        assert answer.status_code == 400
    finally:
        process.kill()
        out, _ = await process.communicate()
    assert out == b""


async def test_the_example_says_how_it_is_called() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "examples.webhook_receiver", "8000", env={}, cwd=ROOT, stdout=-1, stderr=-1
    )
    _, err = await process.communicate()
    assert (process.returncode, b"ORDERBUDDY_WEBHOOK_SECRET" in err) == (2, True)


async def test_an_endless_answer_is_cut_off(hooks: Hooks) -> None:
    read: list[int] = []

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 500 No\r\ncontent-length: 1000000000\r\n\r\n")
        try:
            while True:
                writer.write("é".encode() * 50_000)
                await writer.drain()
                read.append(100_000)
        except ConnectionError:
            writer.close()

    created = await hooks.create("/unused")
    async with await asyncio.start_server(endless, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await hooks.update(created.endpoint.id, url=f"http://127.0.0.1:{port}/")
        await hooks.test_event(created.endpoint.id)
        (attempt,) = (await hooks.attempts(created.endpoint.id, 1)).attempts
    assert (attempt.status, attempt.answer) == (500, "é" * 500)
    assert attempt.duration_ms < 500
    assert sum(read) < 20_000_000  # what the machine's own buffers hold


async def test_what_is_not_http_is_a_failure(hooks: Hooks) -> None:
    async def chatter(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"220 smtp.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    created = await hooks.create("/unused")
    async with await asyncio.start_server(chatter, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        await hooks.update(created.endpoint.id, url=f"http://127.0.0.1:{port}/")
        await hooks.test_event(created.endpoint.id)
        (attempt,) = (await hooks.attempts(created.endpoint.id, 1)).attempts
    assert (attempt.status, attempt.error) == (0, "the answer is not HTTP")
