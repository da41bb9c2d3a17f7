"""Raw exchanges of the Socket.IO recordings: polling by hand, frames of a WebSocket."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tools.golden_sockets_rules import Rule

_FRAME_SECONDS = 3.0
_SID = re.compile(r'"sid":"([^"]+)"')
_PACKET = re.compile(r"(\d+)([\[{].*)?$", re.DOTALL)


class RawPlayer:
    """Plays the scenario `protocol`."""

    def __init__(self, target: Any) -> None:
        self._target = target
        self._sids: dict[str, str] = {}
        """Recorded ones and ours."""

    async def play(self, raw: dict[str, Any], rule: Rule | None) -> tuple[list[str], list[str]]:
        """Return what differs from the recording, and from what the rule allows."""
        if "websocket" in raw:
            return await self._frames(raw, rule)
        problems = await self._polling(raw)
        return problems, problems

    async def _polling(self, raw: dict[str, Any]) -> list[str]:
        request, recorded = raw["request"], raw["response"]
        path: str = request["path"]
        for sid, our_sid in self._sids.items():
            path = path.replace(sid, our_sid)
        headers = {name: value for name, value in request["headers"].items() if name != "content-length"}
        body = request["body"].encode() if "body" in request else None
        got = await asyncio.to_thread(self._target.send, request["method"], path, headers, body)
        old, ours = _SID.search(recorded["text"]), _SID.search(got.text)
        if old and ours:
            self._sids[old[1]] = ours[1]
        problems = [] if got.status == recorded["status"] else [f"status: {recorded['status']}, got {got.status}"]
        problems += [
            f"header {name}: recorded {value}, got {got.headers.get(name)}"
            for name, value in recorded["headers"].items()
            if got.headers.get(name, "").lower() != value.lower()
        ]
        if "access-control-allow-origin" in got.headers.keys() - recorded["headers"].keys():
            problems.append("an origin is allowed that was not")
        return problems + differences(recorded["text"], got.text)

    async def _frames(self, raw: dict[str, Any], rule: Rule | None) -> tuple[list[str], list[str]]:
        url = self._target.args.base_url.replace("http", "ws", 1) + "/socket.io/?EIO=4&transport=websocket"
        problems: list[str] = []
        async with connect(url, compression=None) as connection:
            for direction, text in raw["websocket"]:
                if direction == "send":
                    await connection.send(text)
                elif direction == "recv":
                    problems += differences(text, await _next(connection))
                elif (said := await _next(connection)) != "":
                    problems.append(f"not closed, but told {said}")
        code = connection.close_code
        if code == raw["closeCode"]:
            return problems, problems
        allowed = problems if rule and rule.close_code == code else [*problems, f"close code {code}"]
        return [*problems, f"close code: recorded {raw['closeCode']}, got {code}"], allowed


async def _next(connection: ClientConnection) -> str:
    """Return the next frame; empty when the connection was closed."""
    try:
        async with asyncio.timeout(_FRAME_SECONDS):
            return str(await connection.recv())
    except ConnectionClosed:
        return ""
    except TimeoutError:
        return "nothing"


def differences(recorded: str, got: str) -> list[str]:
    """Compare packets: types exactly, ids by being there; an object of ours may tell more."""
    want, have = _PACKET.match(recorded), _PACKET.match(got)
    if not want or not have or not want[2] or not have[2]:
        try:
            same = json.loads(recorded) == json.loads(got)
        except ValueError:
            same = recorded == got
        return [] if same else [f"recorded {recorded}, got {got}"]
    expected, found = json.loads(want[2]), json.loads(have[2])
    if isinstance(expected, dict) and isinstance(found, dict):
        found = {name: value for name, value in found.items() if name in expected}
        for packet in (expected, found):
            if "sid" in packet:
                packet["sid"] = "any"
    return [] if (want[1], expected) == (have[1], found) else [f"recorded {recorded}, got {got}"]
