"""Ask for known vulnerabilities of the pinned packages: `python -m tools.audit`, in `make check`.

pip-audit asks PyPI's own service. A vulnerability is an error, unless pyproject.toml says why it does not concern us.
Where the service can't be reached, or does not know the packages, this says in words that nothing was audited, and is
no error: a machine without a network must be able to check the rest.
"""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib
from typing import Any, Final

from tools.processes import ROOT

_TOOL: Final = pathlib.Path(sys.executable).parent / "pip-audit"
_SECONDS: Final = 60
LOCK: Final = ROOT / "requirements.lock"


def ask_all() -> list[dict[str, Any]] | str:
    """Return pip-audit's findings, package by package, or why there are none."""
    # One package first: where the service is away, asking for each of them takes a minute.
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as one:
        one.write(re.findall(r"^grpcio==.*$", LOCK.read_text(encoding="utf-8"), re.MULTILINE)[0])
        one.flush()
        first = ask(pathlib.Path(one.name))
    return first if isinstance(first, str) or "skip_reason" in first[0] else ask(LOCK)


def ask(requirements: pathlib.Path) -> list[dict[str, Any]] | str:
    """Return the findings for some packages."""
    command = [str(_TOOL), "--requirement", str(requirements), "--no-deps", "--disable-pip", "--format", "json"]
    options = ["--progress-spinner", "off", "--timeout", "5"]
    try:
        run = subprocess.run([*command, *options], capture_output=True, text=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        return f"no answer within {_SECONDS} s"
    try:
        found: list[dict[str, Any]] = json.loads(run.stdout)["dependencies"]
    except (ValueError, KeyError):
        return (run.stderr.strip().splitlines() or ["no answer"])[-1][:200]
    return found


def judge(answer: list[dict[str, Any]] | str, accepted: dict[str, str]) -> tuple[int, list[str]]:
    """Return the exit code and what to say."""
    if isinstance(answer, str):
        return 0, [f"NOT AUDITED: the service that knows vulnerabilities could not be asked ({answer})"]
    known = [package for package in answer if "skip_reason" not in package]
    if not known:
        return 0, [f"NOT AUDITED: the service does not know {answer[0]['name']}; it is not PyPI's own, or away"]
    wrong = [
        f"{package['name']} {package['version']}: {flaw['id']}, mended in {' '.join(flaw['fix_versions']) or 'none'}"
        for package in known
        for flaw in package.get("vulns", [])
        if accepted.keys().isdisjoint({flaw["id"], *flaw.get("aliases", [])})
    ]
    partly = [f"NOT AUDITED: {len(answer) - len(known)} packages that the service does not know"]
    said = partly if len(known) < len(answer) else []
    return (1 if wrong else 0), [*wrong, f"{len(known)} packages audited, {len(wrong)} vulnerabilities", *said]


def main() -> int:
    """Ask and judge."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["orderbuddy"]["audit"]
    code, lines = judge(ask_all(), rules["accepted"])
    print(*(f"audit: {line}" for line in lines), sep="\n", file=sys.stderr if code else sys.stdout)
    return code


if __name__ == "__main__":
    sys.exit(main())
