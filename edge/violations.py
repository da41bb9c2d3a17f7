"""What was wrong with a request, in the words that the old system's clients know (contract part A, 1.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from pydantic_core import ErrorDetails, ValidationError

MOST_VIOLATIONS: Final = 100
"""A body of 100 kB can hold ten thousand; who sent that does not need to read them all."""

_MOST_PATH: Final = 200
_NUMBER: Final = "must be a number conforming to the specified constraints"
_INTEGER: Final = "must be an integer number"

_Context = Mapping[str, Any]
_WORDS: Final[Mapping[str, Callable[[_Context], str]]] = {
    "string_type": lambda _: "must be a string",
    "string_too_short": lambda c: f"must be longer than or equal to {c['min_length']} characters",
    "string_too_long": lambda c: f"must be shorter than or equal to {c['max_length']} characters",
    "string_pattern_mismatch": lambda c: f"must match {c['pattern']} regular expression",
    "bool_type": lambda _: "must be a boolean value",
    "int_type": lambda _: _INTEGER,
    "int_parsing_size": lambda _: _INTEGER,
    "float_type": lambda _: _NUMBER,
    "finite_number": lambda _: _NUMBER,
    "greater_than": lambda c: f"must be greater than {c['gt']}",
    "greater_than_equal": lambda c: f"must not be less than {c['ge']}",
    "less_than": lambda c: f"must be less than {c['lt']}",
    "less_than_equal": lambda c: f"must not be greater than {c['le']}",
    "list_type": lambda _: "must be an array",
    "too_short": lambda c: f"must contain at least {c['min_length']} elements",
    "too_long": lambda c: f"must contain no more than {c['max_length']} elements",
    "literal_error": lambda c: f"must be one of the following values: {c['expected']}",
    "too_deep": lambda _: "must not be nested so deeply",
    "not_an_instant": lambda _: "must be a valid ISO 8601 date string",
}


def describe(error: ValidationError, skip: int = 0) -> list[str]:
    """Return one text per violation, each with its path; of an object, unknown properties come first.

    `skip` leaves out that many parts at the beginning of each path.
    """
    details = error.errors(include_url=False)
    texts = [_text(detail, detail["loc"][skip:]) for detail in _unknown_first(details, 0)]
    if len(texts) > MOST_VIOLATIONS:
        return [*texts[:MOST_VIOLATIONS], f"and {len(texts) - MOST_VIOLATIONS} more"]
    return texts


def unknown_property(name: str) -> str:
    """Return the text for a property that must not be there."""
    return f"property {name[:_MOST_PATH]} should not exist"


def _unknown_first(details: Sequence[ErrorDetails], depth: int) -> Iterator[ErrorDetails]:
    here = [d for d in details if d["type"] == "extra_forbidden" and len(d["loc"]) == depth + 1]
    yield from here
    others = [d for d in details if d["type"] != "extra_forbidden" or len(d["loc"]) != depth + 1]
    for _, group in groupby(others, key=lambda d: d["loc"][depth] if len(d["loc"]) > depth else None):
        of_property = list(group)
        if len(of_property) == 1:
            yield from of_property
        else:
            yield from _unknown_first(of_property, depth + 1)


def _text(detail: ErrorDetails, location: tuple[int | str, ...]) -> str:
    path = ".".join(str(part) for part in location)[:_MOST_PATH]
    kind, value = detail["type"], detail["input"]
    if kind == "extra_forbidden":
        *parents, name = map(str, location)  # names may hold dots
        parent = ".".join(parents)[:_MOST_PATH]
        return f"{parent}.{unknown_property(name)}" if parents else unknown_property(name)
    is_element = bool(location) and isinstance(location[-1], int)
    if kind == "missing" or (value is None and not is_element) or _is_empty(kind, value):
        return f"{path} should not be empty"
    if kind == "dict_type":
        return f"nested property {path} must be an object"
    words = _WORDS.get(kind)
    return f"{path} {words(detail.get('ctx', {}))}" if words else f"{path} is not valid"


def _is_empty(kind: str, value: object) -> bool:
    if kind == "too_short":
        return value == []
    return value == "" and kind in ("string_too_short", "string_pattern_mismatch")
