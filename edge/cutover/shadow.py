"""Shadow mode: what one side has answered is asked of the other as well, afterwards, and compared. Reads only."""

from __future__ import annotations

import asyncio
from random import randbytes, random
from typing import Any, Final, NamedTuple

import orjson

from edge.answers import Header
from edge.bodies import Scope
from edge.cutover.comparing import BODY, STATUS, Difference, described, differences
from edge.cutover.counting import COMPARED
from edge.cutover.legacy import Legacy, LegacyFailed
from edge.cutover.report import Report
from edge.cutover.rules import LEGACY, Rule
from edge.cutover.sides import AsgiApp, CantRead, Whole, ask_legacy, ask_services, plain
from services.kit.telemetry import log

READS: Final = frozenset({"GET", "HEAD"})

_MOST_WAITING: Final = 100
_WORKERS: Final = 4
_SECONDS: Final = 5.0
_AGAIN_SECONDS: Final = 1.0
"""Before a difference is believed, both sides are asked again: something may have changed in between."""
_CONDITIONAL: Final = frozenset({b"if-none-match", b"if-modified-since", b"if-match", b"range", b"accept-encoding"})
_NOT_MODIFIED: Final = 304


class Read(NamedTuple):
    """A read that was answered."""

    route: str
    rule: Rule
    scope: Scope
    headers: list[Header]
    """What the old back end gets, or got."""
    answer: Whole | None
    ignored: tuple[str, ...]


class Shadow:
    """Compares, beside the guests' calls: what does not fit in the queue is not compared."""

    def __init__(self, edge: AsgiApp, legacy: Legacy, again_seconds: float = _AGAIN_SECONDS) -> None:
        self.report = Report()
        self._edge = edge
        self._legacy = legacy
        self._again_seconds = again_seconds
        self._queue: asyncio.Queue[Read] = asyncio.Queue(_MOST_WAITING)

    def wants(self, rule: Rule, scope: Scope) -> bool:
        """Tell whether this call is to be compared."""
        return rule.shadow and scope["method"] in READS and random() * 100 < rule.sample_percent  # noqa: S311  a sample

    def add(self, read: Read) -> None:
        """Compare it when there is time; never waits."""
        try:
            self._queue.put_nowait(read)
        except asyncio.QueueFull:
            self._skip("too many at once")

    async def run(self) -> None:
        """Compare until cancelled."""
        await asyncio.gather(*(self._work() for _ in range(_WORKERS)))

    async def _work(self) -> None:
        while True:
            read = await self._queue.get()
            try:
                await self._compare(read)
            except Exception as error:  # noqa: BLE001  one answer that can't be compared must not end the comparing
                self._skip("failed")
                log.error("shadow_failed", route=read.route, exc_info=error)

    def _skip(self, reason: str) -> None:
        self.report.skipped[reason] += 1
        COMPARED.labels("skipped").inc()

    async def _compare(self, read: Read) -> None:
        if read.answer is None:
            self._skip("answer too long")
            return
        if read.answer.status == _NOT_MODIFIED:
            self._skip("the client had it already (304)")
            return
        try:
            async with asyncio.timeout(_SECONDS):
                other = await self._ask(read, at_legacy=read.rule.target != LEGACY)
            found = compared(read.answer, other, read)
            if found:
                await asyncio.sleep(self._again_seconds)
                async with asyncio.timeout(2 * _SECONDS):
                    one = await self._ask(read, at_legacy=read.rule.target == LEGACY)
                    other = await self._ask(read, at_legacy=read.rule.target != LEGACY)
                found = compared(one, other, read)
        except TimeoutError:
            self._skip("too slow")
        except LegacyFailed:
            self._skip("the old back end is away")
        except CantRead:
            self._skip("the answer can't be read")
        else:
            self.report.note(read.route, found)
            COMPARED.labels("different" if found else "equal").inc()

    async def _ask(self, read: Read, *, at_legacy: bool) -> Whole:
        if at_legacy:
            return await ask_legacy(self._legacy, read.scope, without_conditions(read.headers))
        headers = [h for h in without_conditions(read.scope["headers"]) if h[0] != b"x-forwarded-for"]
        return await ask_services(self._edge, {**read.scope, "headers": headers, "client": _nobody()})


def _nobody() -> tuple[str, int]:
    """Return an address that no client has, so that comparing uses up nobody's limits."""
    return f"0.{'.'.join(str(byte) for byte in randbytes(3))}", 0  # noqa: S311  tells apart, guards nothing


def without_conditions(headers: list[Header]) -> list[Header]:
    """Return headers that ask for the whole answer, uncompressed."""
    return [header for header in headers if header[0].lower() not in _CONDITIONAL]


def compared(served: Whole, other: Whole, read: Read) -> list[Difference]:
    """Return where two answers differ; where the status does, the bodies are not looked at. Raises CantRead."""
    if served.status != other.status:
        if STATUS in read.ignored:
            return []
        return [Difference(STATUS, str(served.status), str(other.status))]
    if read.scope["method"] == "HEAD":
        return []
    one, another = plain(served), plain(other)
    if one == another:
        return []
    left, right = _parsed(one), _parsed(another)
    if isinstance(left, bytes) or isinstance(right, bytes):
        return [] if BODY in read.ignored else [Difference(BODY, _said(left), _said(right))]
    return differences(left, right, read.ignored)


def _said(body: Any) -> str:
    return f"{len(body)} bytes, no JSON" if isinstance(body, bytes) else described(body)


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return body
