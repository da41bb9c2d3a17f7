"""The rules in force: read from the file at the start, and again whenever it changes."""

from __future__ import annotations

import asyncio
import pathlib
from typing import Final

from edge.cutover.counting import FILE_GOOD, RULES
from edge.cutover.rules import NOTHING, BadRules, read_rules
from services.kit.telemetry import log

_EVERY_SECONDS: Final = 0.5
_MOST_BYTES: Final = 1_000_000


class RuleFile:
    """Follows the file. It is compared by what is in it: a ConfigMap is replaced through links."""

    def __init__(self, path: pathlib.Path | None) -> None:
        """Read the file. Raises BadRules: there is no last good one to go on with."""
        self._path = path
        self.rules = NOTHING
        self.problem = ""
        """Why the file as it is now is not in force."""
        self._seen: bytes | str = b""
        if path is not None:
            self._look(self._content())
            if self.problem:
                raise BadRules(f"ORDERBUDDY_CUTOVER_FILE: {self.problem}")

    async def run(self) -> None:
        """Follow it until cancelled."""
        while self._path is not None:
            await asyncio.sleep(_EVERY_SECONDS)
            self._look(await asyncio.to_thread(self._content))

    def _content(self) -> bytes | str:
        """Return the content, or what is wrong."""
        assert self._path is not None
        try:
            with self._path.open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
        except OSError as error:
            return f"can't be read: {error.strerror}"
        return content if len(content) <= _MOST_BYTES else f"has more than {_MOST_BYTES} bytes"

    def _look(self, content: bytes | str) -> None:
        if content == self._seen:
            return
        self._seen = content
        try:
            if isinstance(content, str):
                raise BadRules(content)
            self.rules = read_rules(content)
        except BadRules as error:
            self.problem = str(error)
            FILE_GOOD.set(0)
            log.error("cutover_rules_refused", problem=self.problem, in_force=[r.name for r in self.rules.rules])
            return
        self.problem = ""
        FILE_GOOD.set(1)
        RULES.set(len(self.rules.rules))
        log.info("cutover_rules", in_force=[r.name for r in self.rules.rules])
