"""The whole system as processes, once for all tests that only use it."""

from __future__ import annotations

import asyncio
import pathlib
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest
from pymongo import AsyncMongoClient

from tests.system.staff import LOGIN_CODE
from tools.demo_data import load
from tools.processes import Stack

ENVIRONMENT = {"ORDERBUDDY_DEMO": "0", "ORDERBUDDY_LOGIN_CODE": LOGIN_CODE}


async def load_demo(stack: Stack) -> None:
    """Load the demo restaurant."""
    async with AsyncMongoClient[dict[str, Any]](stack.mongo_uri) as client:
        await load(client[stack.db_name])


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The system with the demo restaurant. Tests that kill parts of it start their own."""
    with tempfile.TemporaryDirectory() as folder, Stack(pathlib.Path(folder), ENVIRONMENT) as running:
        asyncio.run(load_demo(running))
        running.wait_ready()
        yield running
