"""Where the local EmergePay writes down what happens: one JSON object a line, only ever added to.

In a file it outlives the process; without one it is forgotten with it.
"""

from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

Entry = dict[str, Any]


class Journal:
    """The file, or none."""

    def __init__(self, path: pathlib.Path | None = None) -> None:
        self._path = path
        self._file: BinaryIO | None = None

    def read(self) -> Iterator[Entry]:
        """Yield what was written before. A last line that was cut off by a kill is none."""
        if self._path is None or not self._path.exists():
            return
        content = self._path.read_bytes()
        whole = content.rpartition(b"\n")[0]
        if len(whole) + 1 < len(content):
            self._path.write_bytes(whole + b"\n" if whole else b"")
        for line in filter(None, whole.split(b"\n")):
            yield orjson.loads(line)

    def write(self, entry: Entry) -> None:
        """Add an entry, in the file before anybody is answered."""
        if self._path is None:
            return
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("ab", buffering=0)
        self._file.write(orjson.dumps(entry) + b"\n")

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None
