"""The vendor's own SDK of npm, in one node process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pathlib
import sys
from collections.abc import AsyncIterator
from typing import Any

from tests.servers.emergepay import AUTH, OID
from tools.processes import ROOT

_SCRIPT = pathlib.Path(__file__).with_suffix(".cjs")
_NODE = pathlib.Path(sys.executable).parent / "node"
_MODULES = ROOT / "build" / "node" / "node_modules"


class SdkError(Exception):
    """What the SDK threw: a text, or the gateway's error object."""


class EmergePaySdk:
    """The SDK as one merchant uses it; one call after the other."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self._process = process
        self._merchant = {"url": url, "oid": OID, "authToken": AUTH}

    async def call(self, call: str, *args: Any, **merchant: str) -> Any:
        """Call a method of the SDK. Raises SdkError."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        command = {"id": call, "call": call, "args": args} | self._merchant | merchant
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        answer = json.loads(await self._process.stdout.readline())
        if "error" in answer:
            raise SdkError(answer["error"])
        return answer["result"]


@contextlib.asynccontextmanager
async def emergepay_sdk(url: str) -> AsyncIterator[EmergePaySdk]:
    """Start node; end it afterwards."""
    process = await asyncio.create_subprocess_exec(
        str(_NODE),
        str(_SCRIPT),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "NODE_PATH": str(_MODULES)},
    )
    try:
        yield EmergePaySdk(process, url)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
