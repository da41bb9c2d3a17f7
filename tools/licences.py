"""Hold the licences of what is installed against pyproject.toml: `python -m tools.licences`, in `make check`.

`python -m tools.licences write` rewrites docs/licences.md. A package whose licences are not all in the list, and that
is no exception with a reason, is an error; so is an exception that is not needed any more.
"""

from __future__ import annotations

import json
import pathlib
import re
import subprocess
import sys
import tomllib
from typing import Final

from tools.processes import ROOT

DOCUMENT: Final = ROOT / "docs" / "licences.md"
_TOOL: Final = pathlib.Path(sys.executable).parent / "pip-licenses"
_ABOUT: Final = (
    "Of the packages that OrderBuddy uses, as they declare them; written by `python -m tools.licences write`."
)
_LONGEST: Final = 60
"""Characters of a licence's name; what is longer is its text."""


def plain(name: str) -> str:
    """Return a package's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(lock: str) -> set[str]:
    """Return the packages of a lock file."""
    return set(re.findall(r"^([a-z0-9-]+)(?:\[[^]]*\])?==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))


def is_allowed(licence: str, allowed: set[str]) -> bool:
    """Tell whether all licences of an expression are allowed; of those joined by OR one is enough."""
    parts = re.split(r"\s+AND\s+|;", licence)
    return all(
        any(not {one.strip(), one.strip(" ()")}.isdisjoint(allowed) for one in re.split(r"\s+OR\s+", part))
        for part in parts
    )


def installed() -> dict[str, str]:
    """Return the licences of the packages that our lock names, as they themselves declare them."""
    run = subprocess.run(
        [_TOOL, "--format=json", "--from=mixed", "--with-system"], capture_output=True, text=True, check=True
    )
    found = {plain(entry["Name"]): " ".join(entry["License"].split()) for entry in json.loads(run.stdout)}
    return {name: found[name] for name in sorted(pinned("requirements.lock") & found.keys())}


def problems(licences: dict[str, str], allowed: set[str], exceptions: dict[str, str]) -> list[str]:
    """Return what is wrong."""
    wrong = {name for name, licence in licences.items() if not is_allowed(licence, allowed)}
    found = [f"{name}: {licences[name][:_LONGEST]} is not in the list" for name in sorted(wrong - exceptions.keys())]
    return found + [f"{name}: the exception is not needed" for name in sorted((exceptions.keys() & licences) - wrong)]


def document(licences: dict[str, str], exceptions: dict[str, str]) -> str:
    """Return docs/licences.md."""
    shipped = pinned("requirements.runtime.lock")
    lines = ["# Licences", "", _ABOUT]
    for title, chosen in (
        ("In the image", [name for name in licences if name in shipped]),
        ("For development and tests only", [name for name in licences if name not in shipped]),
    ):
        lines += ["", f"## {title}", "", "| package | licence | note |", "|---|---|---|"]
        for name in chosen:
            licence = licences[name] if len(licences[name]) <= _LONGEST else "its own text"
            lines.append(f"| {name} | {licence} | {exceptions.get(name, '')} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Check or write; exit 1 when something is wrong."""
    rules = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["orderbuddy"]["licences"]
    licences, exceptions = installed(), rules["exceptions"]
    found = problems(licences, set(rules["allowed"]), exceptions)
    text = document(licences, exceptions)
    if "write" in sys.argv[1:]:
        DOCUMENT.write_text(text, encoding="utf-8")
    elif not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != text:
        found.append("docs/licences.md is not of these packages: python -m tools.licences write")
    if found:
        print("licences:", *found, sep="\n  ", file=sys.stderr)
        return 1
    print(f"licences: {len(licences)} packages, all allowed or excepted with a reason")
    return 0


if __name__ == "__main__":
    sys.exit(main())
