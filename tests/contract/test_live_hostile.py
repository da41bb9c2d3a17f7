"""What strangers may send: their connection ends, others feel nothing, and nothing piles up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from edge.caller import Caller
from edge.live import server as live_server
from edge.live.clients import MOST_ROOMS
from edge.live.engine import MOST_PAYLOAD_BYTES, MOST_WAITING
from edge.live.memory import Memory, Remembered
from edge.live.rooms import order
from tests.contract.live import PLACE, LiveHouse, Serve, clients_of, gateway, station_of
from tests.contract.live_raw import PATH, connected, ended, opened, websocket
from tests.servers.kitchen import ScriptedKitchen, event
from tests.servers.running_edge import RunningEdge
from tests.servers.socketio_clients import socketio_clients
from tests.support import eventually

DEEP = "[" * 100_000
MALFORMED = [
    "",
    "x",
    "9",
    "0{}",
    "2",
    "4",
    "4null",
    "4[1]",
    '4{"a":1}',
    "4x",
    "47",
    "42",
    "42{}",
    "42[]",
    '42["a"',
    "42" + DEEP,
    "4" + DEEP,
    "42" + "7" * 200 + '["a"]',
    '42/admin,["store_joined",{}]',
    "41/admin,",
    "44{}",
    '451-["a",{"_placeholder":true,"num":0}]',
    "4599999999999-[]",
    "40",
    f"40/{'n' * 5_000},",
]
"""Once a client is connected. The last but one is a second CONNECT."""


@pytest.fixture
async def house(serve: Serve) -> AsyncIterator[LiveHouse]:
    kitchen = ScriptedKitchen()
    async with socketio_clients() as clients:
        yield LiveHouse(kitchen, await station_of(serve, kitchen), clients)


@pytest.fixture
async def edge(house: LiveHouse) -> AsyncIterator[RunningEdge]:
    """An edge with somebody who behaves, and who has heard all that happened in the end."""
    async with house.edge() as running:
        await house.store("store", running, transports=["websocket"])
        yield running
        house.kitchen.change(event("PICKED_UP", "READY_FOR_PICKUP", order_id="last"))
        await eventually(lambda: house.clients.events["store"][-1:] == [said("order_completed", "last")])
        assert house.clients.times("store", "connected") == 1


def said(name: str, order_id: str) -> list[Any]:
    return [name, {"restaurantId": PLACE["restaurantId"], "orderId": order_id}]


def packets_waiting(edge: RunningEdge) -> int:
    return sum(socket.queue.qsize() for socket in gateway(edge).server.eio.sockets.values())


def nothing_left(edge: RunningEdge) -> bool:
    """Tell whether the one who behaves is the only one that is known."""
    live = gateway(edge)
    clients = live.clients
    return (
        len(live.server.environ) == len(clients._by_connection) == len(clients._by_pid) == 1
        and sum(len(members) for members in clients._rooms.values()) == 2
    )


class TestMalformed:
    @pytest.mark.parametrize("packet", MALFORMED, ids=lambda p: p[:20])
    async def test_it_ends_a_websocket(self, edge: RunningEdge, packet: str) -> None:
        async with websocket(edge) as connection:
            await connection.send(packet)
            assert await ended(connection) == []
        await eventually(lambda: nothing_left(edge))

    @pytest.mark.parametrize("packet", MALFORMED, ids=lambda p: p[:20])
    async def test_it_ends_polling(self, edge: RunningEdge, packet: str) -> None:
        poller = await connected(edge)
        waiting = asyncio.create_task(poller.get())
        answer = await poller.post(packet)
        assert (answer.status_code, answer.text) in ((200, "ok"), (400, '{"code":3,"message":"Bad request"}'))
        last = await waiting
        assert (last.status_code, last.text) in ((200, "1"), (400, '{"code":1,"message":"Session ID unknown"}'))
        assert (await poller.get()).json() == {"code": 1, "message": "Session ID unknown"}
        await eventually(lambda: nothing_left(edge))

    async def test_binary_ends_either(self, edge: RunningEdge) -> None:
        async with websocket(edge) as connection:
            await connection.send(b"\x00\x01")
            assert await ended(connection) == []
        for body in (b"bAAEC", b"\xff\xfe", b""):
            poller = await connected(edge)
            assert (await poller.post(body)).status_code == 400
            assert (await poller.get()).json()["code"] == 1
        await eventually(lambda: nothing_left(edge))

    @pytest.mark.parametrize("packet", ['42["store_joined",{}]', "41", "43[]", "2"])
    async def test_nobody_speaks_before_connecting(self, edge: RunningEdge, packet: str) -> None:
        async with websocket(edge, joins=False) as connection:
            await connection.send(packet)
            assert await ended(connection) == []

    async def test_what_follows_the_end_is_not_heard(self, edge: RunningEdge) -> None:
        poller = await connected(edge)
        join = "42" + json.dumps(["store_joined", PLACE])
        await poller.post(f"47\x1e{join}")
        await eventually(lambda: nothing_left(edge))

    @pytest.mark.parametrize(
        "auth",
        [
            "[]",
            "7",
            '"text"',
            '{"pid":7,"offset":{},"token":[]}',
            json.dumps({"pid": "p" * 300_000, "offset": "o" * 300_000, "token": "t" * 300_000}),
            json.dumps({"pid": "p" * 22, "offset": "99999999999999999999.zz.t0"}),
            json.dumps({"pid": "\ud800" * 22, "offset": "0.0.\ud800", "token": "\ud800"}),
        ],
        ids=lambda a: a[:24],
    )
    async def test_what_is_handed_over_may_be_anything(self, edge: RunningEdge, auth: str) -> None:
        async with websocket(edge, joins=False) as connection:
            await connection.send(f"40{auth}")
            assert str(await connection.recv()).startswith('40{"sid":')


class TestTooMuch:
    async def test_a_packet_over_the_limit_ends_a_websocket(self, edge: RunningEdge) -> None:
        async with websocket(edge) as connection:
            await connection.send("4" * (MOST_PAYLOAD_BYTES + 1))
            await ended(connection)
            assert connection.close_code == 1009
        await eventually(lambda: nothing_left(edge))

    async def test_a_body_over_the_limit_ends_polling(self, edge: RunningEdge) -> None:
        poller = await connected(edge)
        answer = await poller.post("4" * (MOST_PAYLOAD_BYTES + 1))
        assert (answer.status_code, answer.json()) == (400, {"code": 3, "message": "Bad request"})
        await eventually(lambda: nothing_left(edge))

    async def test_a_million_rooms(self, edge: RunningEdge) -> None:
        async with websocket(edge) as connection:
            for number in range(150):
                await connection.send("42" + json.dumps(["store_joined", PLACE | {"restaurantId": f"r{number}"}]))
            await connection.send('42["store_joined"]')
            assert "exception" in str(await connection.recv())
            (other,) = [c for c in gateway(edge).clients if len(c.rooms) != 2]
            assert len(other.rooms) == MOST_ROOMS
        await eventually(lambda: nothing_left(edge))

    async def test_what_an_edge_itself_remembers_has_a_bound(self) -> None:
        memory = Memory(Caller({}, 1.0), lambda: ())  # nothing is saved here
        for number in range(3_000):
            memory.remember(f"pid-{number}", [order(f"{number}.{n}") for n in range(50)], "t1")
            memory.remember(f"pid-{number}", [order(f"{number}.{n}") for n in range(MOST_ROOMS)], "t2")
        assert len(memory._own) == len(memory._unsaved) == 100_000 // MOST_ROOMS
        assert sum(len(known.rooms) for known in memory._own.values()) == memory._own_rooms

    async def test_longest_ids_are_what_a_room_may_have(self, edge: RunningEdge) -> None:
        async with websocket(edge) as connection:
            for longest, name in ((64, "order_joined"), (200, "store_joined")):
                for length in (longest + 1, longest):
                    ids = {"restaurantId": "x" * length, "locationId": "l"} if longest == 200 else "x" * length
                    await connection.send("42" + json.dumps([name, ids]))
            await connection.send('42["store_joined"]')
            assert "exception" in str(await connection.recv())
            assert sorted(len(c.rooms) for c in gateway(edge).clients) == [2, 3]

    async def test_who_says_too_much_is_not_heard_and_others_are(self, house: LiveHouse, edge: RunningEdge) -> None:
        async with websocket(edge) as flood:
            for number in range(5_000):
                await flood.send(f'42["no_such_event",{number}]')
            for number in range(100):
                await flood.send("42" + json.dumps(["order_joined", f"o{number}"]))
            house.kitchen.change(event("PICKED_UP", "READY_FOR_PICKUP", order_id="o1"))
            await house.clients.heard("store", said("order_completed", "o1"))
            assert sum(len(c.rooms) for c in gateway(edge).clients) < 100
        await eventually(lambda: nothing_left(edge))

    async def test_a_body_full_of_packets_lets_others_through(self, edge: RunningEdge) -> None:
        poller = await connected(edge)
        (socket,) = [s for s in gateway(edge).server.eio.sockets.values() if not s.upgraded]
        turns, seen = 0, []
        receive = socket.receive

        async def noting(pkt: Any) -> None:
            seen.append(turns)
            await receive(pkt)

        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        socket.receive = noting
        beside = asyncio.create_task(others())
        assert (await poller.post("\x1e".join(["3"] * 10_000))).text == "ok"
        beside.cancel()
        assert len(seen) == 10_000
        assert max(seen.count(turn) for turn in set(seen)) == 100

    @pytest.mark.parametrize("packet", ["5", "6", "40/admin,"])
    async def test_packets_that_ask_for_answers_do_not_pile_up(self, edge: RunningEdge, packet: str) -> None:
        poller = await opened(edge)
        await poller.post("\x1e".join([packet] * 5_000))
        assert packets_waiting(edge) <= MOST_WAITING

    async def test_exceptions_do_not_pile_up(self, edge: RunningEdge) -> None:
        poller = await connected(edge)
        for _ in range(4):
            await poller.post("\x1e".join(['42["store_joined"]'] * 1_000))
        assert packets_waiting(edge) <= MOST_WAITING

    async def test_leaving_ends_the_connection_so_that_none_can_be_many_clients(self, edge: RunningEdge) -> None:
        """Else each of them would have an allowance and rooms of its own, and be remembered for hours."""
        poller = await opened(edge)
        known = len(gateway(edge).memory._own)
        again = ["40", "42" + json.dumps(["order_joined", "o1"]), "41"]
        await poller.post("\x1e".join(again * 1_000))
        assert len(gateway(edge).memory._own) == known + 1
        assert (await poller.get()).json() == {"code": 1, "message": "Session ID unknown"}
        await eventually(lambda: nothing_left(edge))

    async def test_those_who_never_connect_do_not_pile_up(
        self, edge: RunningEdge, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(live_server, "MOST_MUTE", 3)
        speaking = await connected(edge)
        first, *others = [await opened(edge) for _ in range(5)]
        assert (await first.get()).json() == {"code": 1, "message": "Session ID unknown"}
        server = gateway(edge).server
        await eventually(lambda: len(server.environ) == len(server.eio.sockets) == 5)  # with the one who behaves
        assert (await others[-1].post("40")).text == "ok"
        assert (await speaking.emit("store_joined")).text == "ok"
        assert "exception" in (await speaking.get()).text
        for poller in (speaking, *others):
            await poller.post("1")
        await eventually(lambda: nothing_left(edge) and not server._mute)


class TestRefusedHandshakes:
    @pytest.mark.parametrize("query", ["EIO=3&transport=websocket", "EIO=4&transport=websocket&sid=nope"])
    async def test_a_websocket(self, edge: RunningEdge, query: str) -> None:
        with pytest.raises(InvalidStatus):
            async with connect(f"ws://127.0.0.1:{edge.port}/socket.io/?{query}"):
                pass

    async def test_moving_over_takes_a_probe(self, edge: RunningEdge) -> None:
        poller = await connected(edge)
        sid = poller._path.partition("sid=")[2]
        url = f"ws://127.0.0.1:{edge.port}{PATH}websocket&sid={sid}"
        async with connect(url) as connection:
            await connection.send("42[]")
            with pytest.raises(ConnectionClosed):
                await connection.recv()
        assert (await poller.emit("store_joined")).text == "ok"
        assert "exception" in (await poller.get()).text


class TestRaces:
    async def test_connecting_twice_at_once_leaves_nothing_behind(self, edge: RunningEdge) -> None:
        """Two requests of one connection, while the first still asks what is remembered."""
        memory, go = gateway(edge).memory, asyncio.Event()
        asked = 0

        async def slow(pid: str) -> Remembered | None:
            nonlocal asked
            asked += len(pid) > 0
            await go.wait()
            return None

        memory.recall = slow  # type: ignore[method-assign]
        poller = await opened(edge)
        first = asyncio.create_task(poller.post('40{"pid":"' + "p" * 22 + '"}'))
        await eventually(lambda: asked == 1)
        second = asyncio.create_task(poller.post('40{"pid":"' + "q" * 22 + '"}'))
        await eventually(lambda: asked == 2 or second.done())
        go.set()
        await asyncio.gather(first, second)
        assert asked == 1
        await eventually(lambda: nothing_left(edge))

    async def test_who_is_gone_before_it_is_let_in_leaves_nothing_behind(self, edge: RunningEdge) -> None:
        live, asked, go = gateway(edge), asyncio.Event(), asyncio.Event()

        class Slow:
            async def person(self, *_: object) -> str:
                asked.set()
                await go.wait()
                return "ana"

            async def restaurants(self, _user_id: str) -> frozenset[str]:
                return frozenset({PLACE["restaurantId"]})

        live.admission.members = Slow()
        poller = await connected(edge)
        joining = asyncio.create_task(poller.emit("store_joined", PLACE))
        await asked.wait()
        await poller.post("1")
        assert clients_of(edge) == 1
        go.set()
        await joining
        assert nothing_left(edge)
