"""The database of docker-compose.yml: its own command, with a key file, founded as the service `database` does."""

from __future__ import annotations

import pathlib
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from services.kit.child import spawn
from services.kit.mongod import find_binary
from services.kit.ports import free_port
from tests.containers import example, services
from tools.make_secrets import make
from tools.processes import ROOT


@pytest.fixture
def place(tmp_path: pathlib.Path) -> Iterator[tuple[int, pathlib.Path]]:
    """A mongod begun as compose's is, and the folder of its secrets."""
    port, secrets = free_port(), tmp_path / "secrets"
    make(secrets)
    for name in ("mongodb_root", "db_conn_string"):
        path = secrets / name
        path.write_text(path.read_text().replace("mongodb:27017", f"127.0.0.1:{port}"))
    key = tmp_path / "key"
    key.write_text((secrets / "mongodb_key_file").read_text())
    key.chmod(0o400)
    (tmp_path / "db").mkdir()
    where = ["--dbpath", str(tmp_path / "db"), "--port", str(port), "--unixSocketPrefix", str(tmp_path)]
    # As the image's entry point does at the first start: the administrator, before access control begins.
    first = spawn([str(find_binary()), *where, "--bind_ip", "127.0.0.1"], output=subprocess.DEVNULL)
    try:
        with MongoClient[dict[str, object]]("127.0.0.1", port) as client:
            password = (secrets / "mongodb_root_password").read_text()
            client.admin.command("createUser", "root", pwd=password, roles=["root"])
    finally:
        first.terminate()
        first.wait()
    program, *options = services(example())["mongodb"]["command"]
    assert program == "mongod"
    mapped = [{"/tmp/key": str(key)}.get(option, option) for option in options]
    mapped = [
        word for option in mapped for word in (["--bind_ip", "127.0.0.1"] if option == "--bind_ip_all" else [option])
    ]
    mongod = spawn([str(find_binary()), *mapped, *where], output=subprocess.DEVNULL)
    try:
        yield port, secrets
    finally:
        mongod.terminate()
        mongod.wait()


def test_it_becomes_a_replica_set_with_a_user_of_one_database(place: tuple[int, pathlib.Path]) -> None:
    port, secrets = place
    (module,) = services(example())["database"]["command"]
    env = {
        "MONGODB_ROOT_FILE": str(secrets / "mongodb_root"),
        "DB_CONN_STRING_FILE": str(secrets / "db_conn_string"),
        "PYTHONPATH": str(ROOT),
    }
    for _ in range(2):  # it runs at each start
        run = subprocess.run([sys.executable, "-m", module], env=env, capture_output=True, text=True, check=False)
        assert (run.returncode, run.stdout) == (0, "the database is a replica set, and its user is there\n"), run.stderr
    with MongoClient[dict[str, object]]((secrets / "db_conn_string").read_text()) as client:
        assert client.admin.command("hello")["setName"] == "rs0"
        with client["orderbuddy"].watch(), client.start_session() as session, session.start_transaction():
            client["orderbuddy"]["orders"].insert_one({}, session=session)
        with pytest.raises(OperationFailure, match="not authorized"):
            client["other"]["things"].insert_one({})
    with (
        MongoClient[dict[str, object]]("127.0.0.1", port, directConnection=True) as nobody,
        pytest.raises(OperationFailure, match="requires authentication"),
    ):
        nobody["orderbuddy"]["orders"].find_one()
