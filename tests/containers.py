"""The files that containers are made of and started by, as tests read them."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Final

from docker.utils.build import exclude_paths

from services.kit.settings import FILE_SUFFIX
from tools.processes import ROOT

SECRETS: Final = "/run/secrets/"
EXAMPLE: Final = ROOT / "docs" / "compose.env.example"
OURS: Final = ("menu", "ordering", "payment", "station", "notification", "edge")
_COMPOSE: Final = pathlib.Path(sys.executable).parent / "docker-compose"


def example() -> dict[str, str]:
    """What the example of .env sets."""
    lines = (line for line in EXAMPLE.read_text().splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def compose(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Have docker compose read its file, as it would before it starts anything."""
    return subprocess.run(
        [_COMPOSE, "--file", ROOT / "docker-compose.yml", "--env-file", "/dev/null", "config", "--format", "json"],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def services(variables: dict[str, str]) -> dict[str, dict[str, Any]]:
    """Return what docker compose would start."""
    answer = compose(variables)
    assert answer.returncode == 0, answer.stderr
    found: dict[str, dict[str, Any]] = json.loads(answer.stdout.replace("$$", "$"))["services"]
    return found


def secrets_of(environment: dict[str, str]) -> dict[str, str]:
    """Return what an environment takes from secret files: the setting, and the file's name."""
    return {
        name.removesuffix(FILE_SUFFIX): pathlib.PurePosixPath(path).name
        for name, path in environment.items()
        if path.startswith(SECRETS)
    }


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """What the last stage of the Dockerfile says."""

    copies: list[tuple[list[str], str]]
    """From the repository: sources and where they go."""
    env: dict[str, str]
    entrypoint: list[str]
    command: list[str]
    health: list[str]
    user: str
    workdir: str
    ports: list[str]


def dockerfile() -> Dockerfile:
    """Read the Dockerfile."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    stage = text[text.rindex("FROM ") :]
    said: dict[str, list[str]] = {}
    for line in filter(None, map(str.strip, stage.splitlines())):
        word, _, rest = line.partition(" ")
        said.setdefault(word, []).append(rest.strip())
    copies = [rest.split() for rest in said["COPY"] if not rest.startswith("--from")]
    return Dockerfile(
        copies=[(words[:-1], words[-1]) for words in copies],
        env=dict(part.split("=", 1) for line in said["ENV"] for part in shlex.split(line)),
        entrypoint=json.loads(said["ENTRYPOINT"][0]),
        command=json.loads(said["CMD"][0]),
        health=json.loads(said["HEALTHCHECK"][0].partition("CMD ")[2]),
        user=said["USER"][0],
        workdir=said["WORKDIR"][0],
        ports=said["EXPOSE"][0].split(),
    )


def lay_out(folder: pathlib.Path) -> None:
    """Put into a folder what the image's COPY lines would, less what .dockerignore leaves out."""
    patterns = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    sent = exclude_paths(str(ROOT), patterns)
    for sources, target in dockerfile().copies:
        for source in sources:
            if source.endswith("/"):
                files = [path for path in sent if path.startswith(source) and (ROOT / path).is_file()]
                assert files, f"COPY {source}: nothing of it is sent to the builder"
                moves = {path: pathlib.PurePath(target) / pathlib.PurePath(path).relative_to(source) for path in files}
            else:
                assert source in sent, f"COPY {source}: it is not sent to the builder"
                moves = {source: pathlib.PurePath(target) / pathlib.PurePath(source).name}
            for path, place in moves.items():
                (folder / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / path, folder / place)
