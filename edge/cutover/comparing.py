"""Two answers to the same read, field by field. Pure.

The order of keys, and whether a whole number is written 1 or 1.0, are no differences. Elements of lists are paired by
their `_id` or `id` where they have one, so that one that is missing does not make all after it differ.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final, NamedTuple

STATUS: Final = "(status)"
BODY: Final = "(body)"
"""Paths of what is no field of JSON: the status; a body that is no JSON on one side or both."""

_ABSENT: Final = object()
_KEYS: Final = ("_id", "id")


class Difference(NamedTuple):
    """Where two answers differ, and what is there, without saying it."""

    path: str
    """`data.items[].priceCents`; `[#]` is a list's length, `[order]` its order."""
    served: str
    other: str


def differences(served: Any, other: Any, ignored: Sequence[str] = ()) -> list[Difference]:
    """Return where two JSON values differ. What `ignored` names may differ, with all that is below it.

    In an ignored path `*` stands for any text.
    """
    return [d for d in _walk("", served, other) if not _is_ignored(d.path, ignored)]


def described(value: Any) -> str:
    """Say what kind of value it is and how long, without telling it: it may be somebody's name."""
    if value is _ABSENT:
        return "absent"
    if value is None:
        return "null"
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"number of {len(str(value))} characters"
        case str():
            return f"text of {len(value)}"
        case list():
            return f"list of {len(value)}"
        case _:
            return f"object of {len(value)}"


def _is_ignored(path: str, ignored: Sequence[str]) -> bool:
    return any(fnmatchcase(path, _escaped(p)) or fnmatchcase(path, _escaped(p) + "[.[]*") for p in ignored)


def _escaped(pattern: str) -> str:
    return pattern.replace("[", "[[]").replace("?", "[?]")


def _walk(path: str, served: Any, other: Any) -> Iterator[Difference]:
    if isinstance(served, dict) and isinstance(other, dict):
        for name in sorted({*served, *other}):
            below = f"{path}.{name}" if path else name
            yield from _walk(below, served.get(name, _ABSENT), other.get(name, _ABSENT))
    elif isinstance(served, list) and isinstance(other, list):
        yield from _walk_lists(path, served, other)
    elif not _same(served, other):
        yield Difference(path or BODY, described(served), described(other))


def _walk_lists(path: str, served: list[Any], other: list[Any]) -> Iterator[Difference]:
    if len(served) != len(other):
        yield Difference(f"{path}[#]", described(served), described(other))
    left, right = _keyed(served), _keyed(other)
    if left is None or right is None:
        for one, another in zip(served, other, strict=False):
            yield from _walk(f"{path}[]", one, another)
        return
    if [k for k in left if k in right] != [k for k in right if k in left]:
        yield Difference(f"{path}[order]", described(served), described(other))
    elif len(served) == len(other) and left.keys() != right.keys():
        yield Difference(f"{path}[id]", described(served), described(other))
    for key, one in left.items():
        if key in right:
            yield from _walk(f"{path}[]", one, right[key])


def _keyed(elements: list[Any]) -> Mapping[str, Any] | None:
    """Return a list's elements by what tells them apart; None when nothing does."""
    for name in _KEYS:
        keys = [e[name] for e in elements if isinstance(e, dict) and isinstance(e.get(name), str)]
        if len(keys) == len(elements) == len(set(keys)):
            return dict(zip(keys, elements, strict=True))
    return None


def _same(one: Any, another: Any) -> bool:
    if isinstance(one, bool) or isinstance(another, bool):
        return one is another
    if isinstance(one, int | float) and isinstance(another, int | float):
        return one == another
    return type(one) is type(another) and bool(one == another)
