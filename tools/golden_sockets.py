"""Replay the old system's Socket.IO recordings with npm's client. Run by tools.golden, which starts the system.

Compared: names, payloads, receivers and order of events per receiver, HTTP statuses and bodies, raw answers and frames.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import fnmatch
import importlib
import json
import pathlib
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from tests.servers.socketio_clients import SocketIoClients, socketio_clients
from tests.support import eventually
from tools.golden_sockets_raw import RawPlayer
from tools.golden_sockets_rules import NEEDS, SEED, Events, Rule, rule_for, with_choices

_ARRIVE_SECONDS = 3.0
_QUIET_SECONDS = 0.3
"""How long nothing more may come; the recorder listened for half as long."""
_JSON = {"content-type": "application/json"}
_OUTCOMES = ("matched", "accepted deviation", "different")


class Player:
    """Plays one scenario."""

    def __init__(self, target: Any, tools: Any, clients: SocketIoClients, prefix: str) -> None:
        """`tools` is the recordings' own player, a module; `prefix` keeps sockets of different scenarios apart."""
        self._target = target
        self._tools = tools
        self._clients = clients
        self._prefix = prefix
        self._open: set[str] = set()
        self._captured: dict[str, str] = {}
        self._raw = RawPlayer(target)

    async def play(self, step: dict[str, Any]) -> tuple[str, list[str], Rule | None]:
        """Play a step; return the outcome, what differed from the recording, and the rule that allows it."""
        name = f"{step['scenario']}/{step['id']}"
        rule = rule_for(name)
        await asyncio.to_thread(self._target.set_clock, step["clock"])
        if "raw" in step:
            problems, allowed = await self._raw.play(step["raw"], rule)
        else:
            if name in NEEDS:
                await self._place_for(NEEDS[name])
            problems, allowed = await self._act(step, rule)
        if not problems:
            return "matched", [], None
        return ("different", problems, None) if allowed else ("accepted deviation", problems, rule)

    async def close(self) -> None:
        """Leave."""
        for socket in self._open:
            self._clients.do(self._named(socket), "close")

    async def _act(self, step: dict[str, Any], rule: Rule | None) -> tuple[list[str], list[str]]:
        """Return what differs from the recording, and from what the rule allows."""
        leaving = step["action"]["socket"] if "disconnect" in step["action"] else None
        await self._connect([*step["connected"], *([leaving] if leaving else [])])
        for socket in self._open:
            self._clients.events[self._named(socket)].clear()
        for call in rule.before if rule else ():
            body = self._tools.substitute(call.body, self._captured)
            token = await asyncio.to_thread(self._target.token, "owner")
            headers = _JSON | {"authorization": f"Bearer {token}"}
            answer = await asyncio.to_thread(self._target.send, "POST", call.path, headers, json.dumps(body).encode())
            if answer.status >= 400:
                raise SystemExit(f"POST {call.path} {body}: {answer.status} {answer.text}")
        action = step["action"]
        answered, allowed_answer = await self._http(step, rule) if "http" in action else ([], [])
        if "emit" in action:
            self._emit(action, acknowledged="ack" in step)
        if leaving:
            self._clients.do(self._named(leaving), "close")
            await self._until(lambda: self._clients.times(self._named(leaving), "disconnected") > 0)
            self._open.discard(leaving)
        recorded: dict[str, Events] = self._tools.substitute(step["received"], self._captured)
        allowed = self._allowed(recorded, rule)
        await self._until(lambda: all(len(self._heard(s)) >= len(allowed[s]) for s in allowed if s in self._open))
        await asyncio.sleep(_QUIET_SECONDS)
        problems = [*answered, *self._gone(step)]
        free = rule.free if rule else frozenset()
        return (
            problems + self._compare(recorded, frozenset()),
            allowed_answer + self._gone(step) + self._compare(allowed, free),
        )

    async def _connect(self, names: list[str]) -> None:
        for socket in names:
            if socket not in self._open:
                options = {"transports": ["polling" if socket == "poller" else "websocket"]}
                await self._clients.open(self._named(socket), self._target.args.base_url, **options)
                self._open.add(socket)

    def _emit(self, action: dict[str, Any], *, acknowledged: bool) -> None:
        args = self._tools.substitute(action["args"], self._captured)
        what = "emit with ack" if acknowledged else "emit"
        self._clients.do(self._named(action["socket"]), what, event=action["emit"], args=args)

    async def _http(self, step: dict[str, Any], rule: Rule | None) -> tuple[list[str], list[str]]:
        request, recorded = step["action"]["http"], step["action"]["response"]
        path = self._tools.substitute(request["path"], self._captured)
        body = with_choices(self._tools.substitute(request.get("body"), self._captured))
        data = None if body is None else json.dumps(body).encode()
        headers = request["headers"] | _JSON
        got = await asyncio.to_thread(self._target.send, request["method"], path, headers, data)
        for name, where in step.get("capture", {}).items():
            value = got.body
            for part in where.removeprefix("$.").split("."):
                value = value.get(part) if isinstance(value, dict) else None
            self._captured.setdefault(name, str(value))
        if got.status != recorded["status"]:
            allowed = [] if rule and rule.status == got.status else [f"status {got.status}"]
            return [f"status: recorded {recorded['status']}, got {got.status} {got.text[:120]}"], allowed
        prefix = "action.response.body."
        volatile = {v["path"].removeprefix(prefix): v["kind"] for v in step["volatile"] if v["path"].startswith(prefix)}
        wanted = self._tools.substitute(recorded["body"], self._captured)
        found = self._tools.Comparison(volatile).run(wanted, got.body).differences
        differences = [f"{path}: recorded {r}, got {g}" for path, r, g in found]
        return differences, differences

    async def _place_for(self, order: str) -> None:
        """Place an order that nobody here listens to."""
        item = {"id": "1", "menuItemId": "fries", "name": "fries", "price": 1, "variants": [], "modifiers": []}
        cart = {
            "restaurantId": "stacked_up",
            "locationId": "665000000000000000000201",
            "locationSlug": "seattle_main",
            "origin": {"id": "", "name": "Web"},
            "customer": {"name": "Ana", "phone": ""},
            "items": [item | {"stationTags": [], "notes": ""}],
            "getSms": False,
        }
        send = self._target.send
        preview = await asyncio.to_thread(
            send, "POST", "/order-app/cart/preview-order", _JSON, json.dumps(cart).encode()
        )
        body = {"previewOrderId": preview.body["data"]["previewOrderId"]}
        path = "/payments/place-order-without-payment"
        placed = await asyncio.to_thread(send, "POST", path, _JSON, json.dumps(body).encode())
        self._captured[order] = placed.body["orderId"]
        await asyncio.sleep(_QUIET_SECONDS)

    def _allowed(self, recorded: dict[str, Events], rule: Rule | None) -> dict[str, Events]:
        if rule is None:
            return recorded
        also: dict[str, Events] = self._tools.substitute(rule.also, self._captured)
        return {} if rule.silent else recorded | also

    def _compare(self, wanted: dict[str, Events], free: frozenset[str]) -> list[str]:
        problems = []
        for socket in sorted(self._open | wanted.keys()):
            want, got = without(wanted.get(socket, []), free), without(self._heard(socket), free)
            if want != got:
                problems.append(f"{socket} was told {json.dumps(got)}, not {json.dumps(want)}")
        return problems

    def _gone(self, step: dict[str, Any]) -> list[str]:
        """Return who is there and should not be, or the other way round; and acknowledgements."""
        named = {s: self._clients.happened[self._named(s)] for s in self._open}
        last = {
            s: [h["happened"] for h in all_ if h["happened"].endswith("connected")][-1] for s, all_ in named.items()
        }
        here = {s for s, state in last.items() if state == "connected"}
        problems = [] if here == set(step["connected"]) else [f"connected: {sorted(here)}"]
        if any(self._clients.times(self._named(s), "acknowledged") for s in self._open):
            problems.append("an acknowledgement was sent")
        return problems

    def _heard(self, socket: str) -> Events:
        return self._clients.events[self._named(socket)]

    def _named(self, socket: str) -> str:
        return f"{self._prefix}{socket}"

    @staticmethod
    async def _until(condition: Callable[[], bool]) -> None:
        """Wait for what should come; what does not is seen in the comparison."""
        with contextlib.suppress(AssertionError):
            await eventually(condition, _ARRIVE_SECONDS)


def without(events: Events, free: frozenset[str]) -> Events:
    """Leave out fields whose values may differ, but not that they are there."""
    return [
        [name, *({k: "free" if k in free else v for k, v in p.items()} if isinstance(p, dict) else p for p in payloads)]
        for name, *payloads in events
    ]


async def play(golden: pathlib.Path, args: argparse.Namespace) -> Counter[str]:
    """Play what is wanted; return how many steps had which outcome."""
    sys.path.insert(0, str(golden))
    tools = importlib.import_module("replay")
    lines = (golden / "socketio.jsonl").read_text(encoding="utf-8").splitlines()
    steps = sorted(map(json.loads, lines), key=lambda step: int(step["n"]))
    wanted = args.only if "/" in args.only else f"{args.only}/*"
    target = tools.Target(args)
    totals: Counter[str] = Counter()
    async with socketio_clients() as clients:
        clients.fencing = False
        for scenario in dict.fromkeys(step["scenario"] for step in steps):
            of_scenario = [step for step in steps if step["scenario"] == scenario]
            if any(fnmatch.fnmatchcase(f"{scenario}/{step['id']}", wanted) for step in of_scenario):
                await asyncio.to_thread(target.set_clock, of_scenario[0]["clock"])
                await asyncio.to_thread(target.restore, [SEED])
                player = Player(target, tools, clients, f"{scenario}/")
                totals += await _play_scenario(player, scenario, of_scenario, wanted, verbose=args.verbose)
    return totals


async def _play_scenario(
    player: Player, scenario: str, steps: list[dict[str, Any]], wanted: str, *, verbose: bool
) -> Counter[str]:
    counts: Counter[str] = Counter()
    notes = []
    for step in steps:
        outcome, problems, rule = await player.play(step)
        if not fnmatch.fnmatchcase(f"{scenario}/{step['id']}", wanted):
            continue
        counts[outcome] += 1
        if outcome == "different" or (verbose and problems):
            notes += [f"  {outcome.upper()} {scenario}/{step['id']}", *(f"      {problem}" for problem in problems)]
            notes += [f"      defect {rule.defect}: {rule.why}"] if rule else []
    await player.close()
    print(f"{'socketio ' + scenario:28}" + "".join(f" {counts[o]:4} {o}" for o in _OUTCOMES))
    print(*notes, sep="\n", end="\n" if notes else "", flush=True)
    return counts


def arguments() -> argparse.Namespace:
    """Return the options: those of the recordings' own player that matter here."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("golden", type=pathlib.Path)
    for name in ("--base-url", "--mongo", "--db", "--clock-file"):
        parser.add_argument(name, required=True)
    parser.add_argument("--clock-wait", type=float, default=0.0)
    parser.add_argument("--login-code", default="123456")
    parser.add_argument("--reset-url", action="append", default=[])
    parser.add_argument("--also-empty", action="append", default=[])
    parser.add_argument("--deviations", help="of the other player, called with the same options")
    parser.add_argument("--only", default="*", metavar="SCENARIO[/ID]")
    parser.add_argument("--verbose", action="store_true", help="list accepted deviations")
    parser.set_defaults(clock_format="iso", clock_signal=[], timeout=20.0)
    args = parser.parse_args()
    args.seed_dir = str(args.golden / "seed")
    return args


def main() -> int:
    """Play; exit 1 when anything differed."""
    args = arguments()
    totals = asyncio.run(play(args.golden, args))
    print(", ".join(f"{totals[outcome]} {outcome}" for outcome in _OUTCOMES))
    return 1 if totals["different"] or not totals.total() else 0


if __name__ == "__main__":
    sys.exit(main())
