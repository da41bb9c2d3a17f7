"""The embedded database: kept data, crashes, and no process left behind."""

from __future__ import annotations

import pathlib
import signal
import subprocess
import sys
import time
from typing import Any

import pytest
from pydantic import SecretStr
from pymongo import MongoClient, ReadPreference

from services.kit.mongo import connect, database
from services.kit.mongod import EmbeddedMongod, MongodProblem
from services.kit.ports import free_port
from services.kit.settings import ServiceSettings
from tools.processes import ROOT


def gone(pid: int) -> bool:
    """Tell whether a process has ended (a zombie has)."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def wait_until_gone(pid: int) -> None:
    until = time.monotonic() + 15
    while not gone(pid):
        assert time.monotonic() < until, f"process {pid} is still there"
        time.sleep(0.02)


def count(uri: str) -> int:
    with MongoClient[dict[str, Any]](uri) as client:
        return client["t"]["c"].count_documents({})


def add(uri: str) -> None:
    with MongoClient[dict[str, Any]](uri, w="majority", journal=True) as client:
        client["t"]["c"].insert_one({})


def test_data_is_kept_between_runs_on_other_ports_too(tmp_path: pathlib.Path) -> None:
    for n in range(2):
        with EmbeddedMongod(tmp_path) as mongod:
            assert count(mongod.uri) == n
            add(mongod.uri)


def test_what_was_acknowledged_survives_a_kill(tmp_path: pathlib.Path) -> None:
    with EmbeddedMongod(tmp_path) as mongod:
        add(mongod.uri)
        mongod.kill()
        assert (tmp_path / "mongod.lock").read_text().strip()  # the lock of the killed one is still there
        mongod.start()
        assert count(mongod.uri) == 1


def test_a_taken_port_is_named(tmp_path: pathlib.Path) -> None:
    with EmbeddedMongod(tmp_path / "a") as mongod, pytest.raises(MongodProblem, match=f"port {mongod.port} is taken"):
        EmbeddedMongod(tmp_path / "b", mongod.port).start()


_PARENT = """
import pathlib, sys, time
from services.kit.mongod import EmbeddedMongod
mongod = EmbeddedMongod(pathlib.Path(sys.argv[1]), int(sys.argv[2]))
mongod.start()
print(mongod.pid, flush=True)
time.sleep(60)
"""


def start_parent(data: pathlib.Path, port: int) -> tuple[subprocess.Popen[bytes], int]:
    parent = subprocess.Popen([sys.executable, "-c", _PARENT, str(data), str(port)], cwd=ROOT, stdout=subprocess.PIPE)
    assert parent.stdout is not None
    return parent, int(parent.stdout.readline())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_a_killed_parent_leaves_no_database_behind(tmp_path: pathlib.Path) -> None:
    parent, pid = start_parent(tmp_path, free_port())
    with parent:
        parent.send_signal(signal.SIGKILL)
    wait_until_gone(pid)
    with EmbeddedMongod(tmp_path) as mongod:
        add(mongod.uri)


def test_a_database_that_was_left_behind_is_stopped_by_the_next_start(tmp_path: pathlib.Path) -> None:
    parent, pid = start_parent(tmp_path, free_port())
    try:
        with EmbeddedMongod(tmp_path) as mongod:
            assert gone(pid)
            add(mongod.uri)
    finally:
        parent.kill()
        parent.communicate()


async def test_reads_go_to_the_primary_whatever_the_connection_string_says(settings: ServiceSettings) -> None:
    uri = settings.db_conn_string.get_secret_value()
    query = "&" if "?" in uri else "/?"
    asked = settings.model_copy(update={"db_conn_string": SecretStr(f"{uri}{query}readPreference=secondary")})
    client = connect(asked)
    try:
        assert database(client, "orders").read_preference == ReadPreference.PRIMARY
        assert (await client["orders"]["orders"].find_one({})) is None
    finally:
        await client.close()
