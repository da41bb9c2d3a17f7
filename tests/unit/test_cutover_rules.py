"""Rules of the cut-over, and how two answers are compared."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.cutover.comparing import differences
from edge.cutover.report import BEYOND, Report
from edge.cutover.rules import Asked, BadRules, Rule, Rules, candidates, chosen, read_rules, share_of

FIRST = Rule(name="one", target="services", prefix="/order-app/", methods=frozenset({"GET"}))
LUNA = Rule(name="luna", target="legacy", restaurants=frozenset({"luna"}))
REST = Rule(name="rest", target="services")

keys = st.text("abc", min_size=1, max_size=2)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=15,
)


def names(method: str, path: str, rules: tuple[Rule, ...] = (FIRST, LUNA, REST)) -> list[str]:
    return [r.name for r in candidates(rules, Asked(method, path, "10.0.0.1"))]


@pytest.mark.parametrize(
    ("method", "path", "wanted"),
    [
        ("GET", "/order-app", ["one"]),
        ("GET", "/order-app/x", ["one"]),
        ("GET", "/order-apps", ["luna", "rest"]),
        ("POST", "/order-app/x", ["luna", "rest"]),
        ("GET", "/", ["luna", "rest"]),
    ],
)
def test_first_match_wins_by_method_and_whole_segments(method: str, path: str, wanted: list[str]) -> None:
    assert names(method, path) == wanted


@pytest.mark.parametrize(("restaurant", "wanted"), [("luna", LUNA), ("sol", REST), (None, REST)])
def test_a_restaurant_that_is_not_known_matches_no_rule_that_names_one(restaurant: str | None, wanted: Rule) -> None:
    assert chosen([LUNA, REST], restaurant) is wanted


def test_no_rule_no_target() -> None:
    assert chosen([LUNA], "sol") is None


@given(st.text(), st.integers(0, 100), st.integers(0, 100))
def test_raising_the_share_only_adds_clients(client: str, one: int, other: int) -> None:
    few, many = (Rule(name="r", target="legacy", percent=p) for p in sorted((one, other)))
    assert many.takes(client) or not few.takes(client)
    assert 0 <= share_of(client) < 100


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ("{", "file"),
        ('{"rules": [{"name": "x"}]}', "rules.0.target"),
        ('{"rules": [{"name": "x", "target": "legasy"}]}', "rules.0.target"),
        ('{"rules": [{"name": "x", "target": "legacy", "prefx": "/"}]}', "rules.0.prefx"),
        ('{"rules": [{"name": "x", "target": "legacy", "prefix": "order-app"}]}', "rules.0.prefix"),
        ('{"rules": [{"name": "x", "target": "legacy", "methods": ["get"]}]}', "rules.0.methods"),
        ('{"rules": [{"name": "x", "target": "legacy", "percent": 101}]}', "rules.0.percent"),
        ('{"rules": [{"name": "x", "target": "legacy", "restaurants": []}]}', "rules.0.restaurants"),
        ('{"rules": [{"name": "x", "target": "legacy"}, {"name": "x", "target": "legacy"}]}', "distinct"),
    ],
)
def test_a_bad_file_is_told_by_place(content: str, where: str) -> None:
    with pytest.raises(BadRules, match=where.replace(".", r"\.")):
        read_rules(content.encode())


def test_ignored_fields_are_those_of_the_route_and_of_all() -> None:
    rules = Rules(ignore={"*": ("version",), "GET /a": ("b",)})
    assert (rules.ignored("GET /a"), rules.ignored("GET /c")) == (("version", "b"), ("version",))


def paths(one: Any, other: Any, *ignored: str) -> list[str]:
    return [d.path for d in differences(one, other, ignored)]


@given(values)
def test_what_is_the_same_has_no_difference_in_whatever_order_it_is_written(value: Any) -> None:
    def turned(v: Any) -> Any:
        if isinstance(v, dict):
            return {k: turned(v[k]) for k in reversed(v)}
        return [turned(e) for e in v] if isinstance(v, list) else v

    assert differences(value, turned(json.loads(json.dumps(value)))) == []


@given(values, values)
def test_differences_are_the_same_seen_from_either_side(one: Any, other: Any) -> None:
    there, back = differences(one, other), differences(other, one)
    assert [(d.path, d.served, d.other) for d in there] == [(d.path, d.other, d.served) for d in back]
    assert bool(there) != (json.loads(json.dumps(one)) == other and not _confuses(one, other))


def _confuses(one: Any, other: Any) -> bool:
    """Tell whether Python calls equal what JSON does not: true and 1."""
    if isinstance(one, dict):
        return any(_confuses(one[k], other[k]) for k in one)
    if isinstance(one, list):
        return any(_confuses(a, b) for a, b in zip(one, other, strict=True))
    return isinstance(one, bool) != isinstance(other, bool)


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": 1}, {"a": True}, ["a"]),
        ({"a": None}, {}, ["a"]),
        ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 1}, {"b": 3}]}, ["a[].b"]),
        ({"a": [{"id": "x", "b": 1}, {"id": "y"}]}, {"a": [{"id": "y"}]}, ["a[#]"]),
        ({"a": [{"id": "x"}, {"id": "y"}]}, {"a": [{"id": "y"}, {"id": "x"}]}, ["a[order]"]),
        ({"a": [{"id": "x"}]}, {"a": [{"id": "y"}]}, ["a[id]"]),
        ([1], [1, 2], ["[#]"]),
        (1, "1", ["(body)"]),
    ],
)
def test_where_answers_differ(one: Any, other: Any, wanted: list[str]) -> None:
    assert paths(one, other) == wanted


@pytest.mark.parametrize(
    ("ignored", "wanted"),
    [
        (("data.a",), ["data.ab", "data.c[].d"]),
        (("data.c[].d",), ["data.a.x", "data.ab"]),
        (("*.d", "data.a"), ["data.ab"]),
        (("data",), []),
    ],
)
def test_accepted_differences_and_what_is_below_them(ignored: tuple[str, ...], wanted: list[str]) -> None:
    one = {"data": {"a": {"x": 1}, "ab": 1, "c": [{"d": 1}]}}
    other = {"data": {"a": {"x": 2}, "ab": 2, "c": [{"d": 2}]}}
    assert paths(one, other, *ignored) == wanted


def test_an_example_tells_no_value() -> None:
    (found,) = differences({"name": "Ana"}, {"name": 2065550142})
    assert (found.served, found.other) == ("text of 3", "number of 10 characters")


def test_the_report_counts_and_does_not_grow_for_ever() -> None:
    report = Report()
    report.note("GET /a", [])
    for n in range(400):
        report.note("GET /a", differences({"x": 1, f"y{n}": 1}, {"x": 2}))
        report.note(f"GET /{n}", [])
    found = report.as_json()["routes"]
    assert (found["GET /a"]["equal"], found["GET /a"]["different"]) == (1, 400)
    assert found["GET /a"]["fields"]["x"]["count"] == 400
    assert (len(found["GET /a"]["fields"]), len(found)) == (201, 301)
    assert found[BEYOND]["equal"] == 400 - 299
    assert "  400 x x: number of 1 characters served" in report.as_text()
