"""From verb and path to route: a tree of segments, so that the number of routes costs nothing.

Paths are matched as sent: only a variable is percent-decoded, once, after the match, so that an encoded slash stays
inside it. Literal segments ignore case and win over variables; one slash at the end makes no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Generic, Protocol, TypeVar
from urllib.parse import unquote_to_bytes

from edge.answers import Problem, problem

_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_MOST_SEGMENTS: Final = 32
_MOST_ECHOED: Final = 500


class Routable(Protocol):
    """Something with a verb and a path."""

    @property
    def verb(self) -> str:
        """HTTP verb."""
        ...

    @property
    def segments(self) -> tuple[str, ...]:
        """Parts of the path; variables in braces."""
        ...


Target = TypeVar("Target", bound=Routable)


class _Node(Generic[Target]):
    """A place in the tree."""

    __slots__ = ("literals", "targets", "variable")

    def __init__(self) -> None:
        self.literals: dict[str, _Node[Target]] = {}
        self.variable: _Node[Target] | None = None
        self.targets: dict[str, Target] = {}


class Router(Generic[Target]):
    """Finds what answers a request."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self._root: _Node[Target] = _Node()
        for target in targets:
            node = self._root
            for segment in target.segments:
                if segment.startswith("{"):
                    node.variable = node.variable or _Node()
                    node = node.variable
                else:
                    node = node.literals.setdefault(segment.lower(), _Node())
            node.targets[target.verb] = target

    def match(self, verb: str, raw_path: str) -> tuple[Target, list[str]] | None:
        """Return the target and the decoded variables; None when nothing answers.

        HEAD finds what GET finds. Raises Problem (400) when a variable can't be decoded.
        """
        path = raw_path[1:-1] if raw_path.endswith("/") else raw_path[1:]
        segments = path.split("/", _MOST_SEGMENTS)
        variables: list[str] = []
        target = _walk(self._root, segments, 0, "GET" if verb == "HEAD" else verb, variables)
        return None if target is None else (target, [decode_segment(v) for v in variables])


def _walk(node: _Node[Target], segments: list[str], at: int, verb: str, variables: list[str]) -> Target | None:
    if at == len(segments):
        return node.targets.get(verb)
    segment = segments[at]
    literal = node.literals.get(segment.lower())
    if literal is not None:
        found = _walk(literal, segments, at + 1, verb, variables)
        if found is not None:
            return found
    if node.variable is None or not segment:
        return None
    variables.append(segment)
    found = _walk(node.variable, segments, at + 1, verb, variables)
    if found is None:
        variables.pop()
    return found


def decode_segment(segment: str) -> str:
    """Percent-decode one segment. Raises Problem (400)."""
    if "%" not in segment:
        return segment
    try:
        if not _BROKEN_ESCAPE.search(segment):
            return unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        pass
    raise Problem(problem(400, f"Failed to decode param '{segment[:_MOST_ECHOED]}'"))


def no_route(verb: str, raw_path: str) -> Problem:
    """Make the answer for a path or verb that nobody serves; there is no 405."""
    return Problem(problem(404, f"Cannot {verb} {raw_path[:_MOST_ECHOED]}"))
