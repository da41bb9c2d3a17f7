"""Render the Grafana dashboard's panels from a running system: `python -m tools.dashboard [seconds] [folder]`.

Grafana itself is on no registry here. Its file is read as Grafana reads it: each panel's expressions are evaluated by a
real Prometheus over the metrics of a real system under some load, and drawn. Checks the alerts on the way.
"""

from __future__ import annotations

import asyncio
import json
import pathlib
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from playwright.sync_api import sync_playwright

from tools.charts import HEIGHT, WIDTH, chart
from tools.evening import ENVIRONMENT, Evening
from tools.processes import ROOT, Stack
from tools.prometheus import Prometheus, PrometheusProblem, Series, check_files
from tools.up import load_demo

DASHBOARD: Final = ROOT / "deploy" / "grafana" / "orderbuddy.json"
RULES: Final = ROOT / "deploy" / "prometheus"
_RATE_INTERVAL: Final = "10s"
"""In place of Grafana's `$__rate_interval`: of a minute a quarter of an hour's average would be nothing."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel of the dashboard."""

    title: str
    unit: str
    targets: list[tuple[str, str]]
    """Expressions, and how their series are called."""


def panels() -> list[Panel]:
    """Read the dashboard's file."""
    found: dict[str, Any] = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return [
        Panel(
            panel["title"],
            panel["fieldConfig"]["defaults"]["unit"],
            [(target["expr"], target["legendFormat"]) for target in panel["targets"]],
        )
        for panel in found["panels"]
        if panel["type"] != "row"
    ]


def named(pattern: str, labels: Mapping[str, str]) -> str:
    """Return a series' name, by Grafana's pattern."""
    return re.sub(r"{{\s*(\w+)\s*}}", lambda match: labels.get(match[1], ""), pattern)


def drawn(panel: Panel, prometheus: Prometheus, since: float, until: float) -> tuple[str, int]:
    """Return a panel as SVG, and how many of its series have a value. Raises PrometheusProblem."""
    lines: list[tuple[str, Series]] = []
    for expression, pattern in panel.targets:
        answer = prometheus.range(expression.replace("$__rate_interval", _RATE_INTERVAL), since, until)
        lines += [(named(pattern, series.labels), series) for series in answer]
    return chart(panel.title, panel.unit, lines, since, until), len(lines)


def render(seconds: float, folder: pathlib.Path) -> int:
    """Run it all; return how many panels show nothing. Raises PrometheusProblem."""
    check_files(RULES)
    print("alerts: checked, and their tests pass")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data, Stack(pathlib.Path(data), ENVIRONMENT, metrics=True) as stack:
        asyncio.run(load_demo(stack))
        stack.wait_ready()
        with Prometheus(pathlib.Path(data), stack.metrics_addresses()) as prometheus:
            began = time.time()
            served = asyncio.run(Evening(stack).run(seconds))
            print(f"{served} orders in {seconds:.0f} s")
            ended = time.time()
            found = [(panel.title, *drawn(panel, prometheus, began, ended)) for panel in panels()]
    page = folder / "dashboard.html"
    figures = "".join(f"<div>{svg}</div>" for _, svg, _ in found)
    style = "body{display:grid;grid-template-columns:repeat(3,auto);gap:8px;width:max-content;margin:8px}"
    page.write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{figures}", encoding="utf-8")
    _pictures(page, folder)
    for title, _, series in found:
        print(f"  {series:>3} series  {title}")
    return sum(1 for _, _, series in found if not series)


def _pictures(page: pathlib.Path, folder: pathlib.Path) -> None:
    """Take a picture of the whole, and of each panel."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        shown = browser.new_page(viewport={"width": 3 * (WIDTH + 10) + 20, "height": 3 * HEIGHT})
        shown.goto(page.resolve().as_uri())
        shown.screenshot(path=folder / "dashboard.png", full_page=True)
        for number, figure in enumerate(shown.query_selector_all("svg"), start=1):
            figure.screenshot(path=folder / f"panel-{number:02}.png")
        browser.close()


def main() -> int:
    """Render; exit 1 when a panel can't be evaluated or shows nothing."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    folder = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else "build/dashboard")
    try:
        empty = render(seconds, folder)
    except PrometheusProblem as problem:
        print(problem, file=sys.stderr)
        return 1
    print(f"{folder}/dashboard.png; panels that show nothing: {empty}")
    return 1 if empty else 0


if __name__ == "__main__":
    sys.exit(main())
