"""A real Chromium, pages that use the apps' own SDKs, and the whole system behind them."""

from __future__ import annotations

import asyncio
import os
import pathlib
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
import uvicorn
from playwright.async_api import Browser, async_playwright
from starlette.applications import Starlette
from starlette.staticfiles import StaticFiles

from tests.support import eventually
from tools.processes import ROOT, Stack

LOGIN_CODE = "123456"
PAGES = pathlib.Path(__file__).parent / "pages"
NODE = ROOT / "build" / "node" / "node_modules"


class SetClock:
    """The clock of the whole system, in a file."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.set(datetime.now(UTC))

    def set(self, instant: datetime) -> None:
        temporary = self.path.with_suffix(".new")
        temporary.write_text(instant.isoformat())
        temporary.replace(self.path)


@pytest.fixture(scope="session")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The pages, bundled with what they import; `make browser` has installed that."""
    folder = tmp_path_factory.mktemp("pages")
    for page in PAGES.glob("*.html"):
        shutil.copy(page, folder)
    for script in PAGES.glob("*.js"):
        command = [str(NODE / ".bin" / "esbuild"), str(script), "--bundle", "--format=esm", "--log-level=warning"]
        output = folder / f"{script.stem}.bundle.js"
        subprocess.run([*command, f"--outfile={output}"], check=True, env={**os.environ, "NODE_PATH": str(NODE)})
    return folder


@pytest.fixture
async def manage_app(bundles: pathlib.Path) -> AsyncIterator[str]:
    """URL of the page that plays the Manage App."""
    listening = socket.create_server(("127.0.0.1", 0))
    app = Starlette()
    app.mount("/", StaticFiles(directory=bundles))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, ws="none"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await eventually(lambda: server.started)
    yield f"http://localhost:{listening.getsockname()[1]}"
    server.should_exit = True
    await serving
    listening.close()


@pytest.fixture
def clock_file(tmp_path: pathlib.Path) -> SetClock:
    return SetClock(tmp_path / "clock")


@pytest.fixture
def stack(tmp_path: pathlib.Path, manage_app: str, clock_file: SetClock) -> Iterator[Stack]:
    """The whole system, which lets the page call."""
    env = {
        "ORDERBUDDY_LOGIN_CODE": LOGIN_CODE,
        "ORDERBUDDY_CLOCK": f"@{clock_file.path}",
        "STORE_ENDPOINT": manage_app,
    }
    with Stack(tmp_path / "data", env) as running:
        running.wait_ready()
        yield running


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    """Debian's Chromium."""
    path = shutil.which("chromium")
    assert path, "chromium is missing; `make browser` installs it"
    async with async_playwright() as playwright:
        # As root, which CI is, Chromium can't make its sandbox.
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()
