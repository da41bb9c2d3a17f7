"""What becomes of too much load: `python -m bench.overload [seconds of each run]`, behind `make overload`.

Finds how much the system serves (with as many requests under way as it likes), then lets guests arrive by schedule at
0.5, 1 and 2 times that. Prints what was served, what was refused and how quickly, memory, and how soon all is well
again. Exit code 1 when less than 80 % of the best is served at twice the capacity, of all or of what is written, or
recovery takes 5 s. Reads from memory are always served, so those who write are the ones to look at.
"""

from __future__ import annotations

import asyncio
import os
import pathlib
import random
import sys
import tempfile
import time
from collections.abc import Sequence

import uvloop

from bench.__main__ import resident_megabytes
from bench.guests import EVENING, MENU, PREVIEW, STATUS, WRITES, Guests
from bench.open_loop import Tally, arrive
from tools.kitchens import load_kitchen
from tools.processes import SERVICES, Stack

SECONDS = 15.0
LEAST_SHARE = 0.8
MOST_RECOVERY_SECONDS = 5.0
CALM_PER_SECOND = 20.0
SLOW_SECONDS = 0.3
"""Answers to a calm load that take longer are not yet recovered from."""
FACTORS = (0.5, 1.0, 2.0)
UNDER_WAY = 32
"""Requests at a time while the capacity is looked for."""


def apart() -> str:
    """Give the last CPU to the generator and the others to the system, which is started after this; say so."""
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        return "one CPU for generator and system: the generator takes from what it measures"
    os.sched_setaffinity(0, cpus[:-1])
    return f"system on CPU {', '.join(map(str, cpus[:-1]))}; generator on CPU {cpus[-1]}, which it does not share"


def quantiles(seconds: Sequence[float]) -> str:
    """Write p50 and p99 in milliseconds."""
    if not seconds:
        return "none"
    ordered = sorted(seconds)
    p50, p99 = (ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 for share in (0.5, 0.99))
    return f"p50 {p50:,.1f} p99 {p99:,.1f} ms"


class Overload:
    """The measurements."""

    def __init__(self, stack: Stack, seconds: float) -> None:
        self._stack = stack
        self._port = stack.parts["edge"].port
        self._seconds = seconds
        self._chance = random.Random(1)
        self._guests = Guests(self._chance, EVENING)

    def memory(self) -> dict[str, float]:
        """Return the megabytes of each process of ours."""
        found = {}
        for name in ("edge", *SERVICES):
            process = self._stack.parts[name].process
            assert process is not None
            found[name] = resident_megabytes(process.pid)
        return found

    async def capacity(self) -> float:
        """Return how many requests per second are served when so many are under way at all times."""
        served, until = 0, time.perf_counter() + self._seconds / 2

        async def one() -> None:
            nonlocal served
            reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            while time.perf_counter() < until:
                wanted = self._guests.next()
                writer.write(wanted.request.data)
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
                status = int(head[9:12])
                wanted.heard(status, await reader.readexactly(length))
                served += status < 400
            writer.close()

        await asyncio.gather(*(one() for _ in range(UNDER_WAY)))
        return served / (self._seconds / 2)

    async def run(self, factor: float, capacity: float) -> tuple[Tally, float]:
        """Run at a multiple of the capacity and print it; return it with the peak of memory."""
        peak = 0.0

        async def watch() -> None:
            nonlocal peak
            while True:
                peak = max(peak, sum(self.memory().values()))
                await asyncio.sleep(0.5)

        watching = asyncio.create_task(watch())
        tally = await arrive(self._port, capacity * factor, self._seconds, self._chance, self._guests.next)
        watching.cancel()
        offered = len(tally.late)
        print(
            f"{factor:.1f} x: offered {offered / tally.seconds:,.0f}/s, goodput {tally.goodput():,.0f}/s "
            f"(writes {tally.goodput(*WRITES):,.0f}/s), refused {len(tally.refused) / max(offered, 1) * 100:.1f} %, "
            f"lost {tally.lost}, other answers {tally.wrong or 'none'}\n"
            f"       accepted: menus {quantiles(tally.accepted_times(MENU))}; "
            f"status {quantiles(tally.accepted_times(STATUS))}; writes {quantiles(tally.accepted_times(*WRITES))}\n"
            f"       refused: {quantiles(tally.refused)}, without Retry-After {tally.without_retry_after}; "
            f"generator late: {quantiles(tally.late)}",
            flush=True,
        )
        return tally, peak

    async def recovery(self, ended: float, usual: float) -> float:
        """Return the seconds from the end of the load until the last refusal or slow answer of a calm load."""
        last = ended
        guests = Guests(self._chance, {PREVIEW: 1, STATUS: 1})
        guests.orders = self._guests.orders
        while time.perf_counter() < ended + MOST_RECOVERY_SECONDS + 3:
            tally = await arrive(self._port, CALM_PER_SECOND, 0.5, self._chance, guests.next)
            slow = [t for t in tally.accepted_times() if t > usual]
            if tally.refused or tally.lost or tally.wrong or len(slow) > 1:
                last = time.perf_counter()
        return last - ended


async def main() -> int:
    """Run it all."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    cpus = os.sched_getaffinity(0)
    print(apart(), flush=True)
    with tempfile.TemporaryDirectory() as folder, Stack(pathlib.Path(folder), {"ORDERBUDDY_DEMO": "0"}) as stack:
        os.sched_setaffinity(0, {max(cpus)})
        await load_kitchen(stack)
        await asyncio.to_thread(stack.wait_ready)
        overload = Overload(stack, seconds)
        await overload.capacity()  # warms up
        capacity = await overload.capacity()
        before = overload.memory()
        print(f"capacity: {capacity:,.0f}/s of {EVENING} (percent), {UNDER_WAY} under way", flush=True)
        tallies: list[Tally] = []
        for factor in FACTORS:
            tally, peak = await overload.run(factor, capacity)
            ended = time.perf_counter()
            tallies.append(tally)
        recovered = await overload.recovery(ended, SLOW_SECONDS)
        after = overload.memory()
        share = tally.goodput() / max(capacity, *(t.goodput() for t in tallies))
        written = tally.goodput(*WRITES) / max(t.goodput(*WRITES) for t in tallies)
        print(
            f"at twice the capacity {share * 100:.0f} % of the best goodput, {written * 100:.0f} % of what was written "
            f"at best; recovered in {recovered:.1f} s\n"
            f"memory before {sum(before.values()):.0f} MB, at most {peak:.0f}, after {sum(after.values()):.0f}: "
            + ", ".join(f"{name} {before[name]:.0f}→{after[name]:.0f}" for name in before)
        )
        return 0 if min(share, written) >= LEAST_SHARE and recovered < MOST_RECOVERY_SECONDS else 1


if __name__ == "__main__":
    sys.exit(uvloop.run(main()))
