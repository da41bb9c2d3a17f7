"""Places where a test can have a process die, between any two lines that matter."""

from __future__ import annotations

import os
from typing import Final

KILLED: Final = 137
"""Exit code of a process that died at such a place: as one that was killed."""


class CrashPoints:
    """Ends the process, without any clean-up, when it comes by the place that was named."""

    def __init__(self, wanted: str | None) -> None:
        self._wanted = wanted

    def reached(self, name: str) -> None:
        """Note that the process has come by a place."""
        if name == self._wanted:
            os._exit(KILLED)


NOWHERE: Final = CrashPoints(None)
