"""Tables that open in a spreadsheet as what they are."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ordering.reports.csv_export import dollars, table


def test_lines_end_as_rfc_4180_says_and_cells_are_quoted_when_they_must_be() -> None:
    assert table(("a", "b"), [('say "hi", now', 1)]) == b'a,b\r\n"say ""hi"", now",1\r\n'


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_a_name_is_no_formula(name: str) -> None:
    (_, row) = csv.reader(io.StringIO(table(("name",), [(name,)]).decode(), newline=""))
    assert row == [f"'{name}"]


@given(st.lists(st.tuples(st.text(), st.integers()), min_size=1))
def test_a_reader_gets_back_what_was_written(rows: list[tuple[str, int]]) -> None:
    read = list(csv.reader(io.StringIO(table(("name", "n"), rows).decode(), newline="")))[1:]
    assert [(name.removeprefix("'"), int(n)) for name, n in read] == [(n.removeprefix("'"), c) for n, c in rows]


@pytest.mark.parametrize(
    ("cents", "written"), [(1406, "14.06"), (1400, "14.00"), (5, "0.05"), (0, "0.00"), (-5, "-0.05")]
)
def test_amounts_are_numbers_with_two_places(cents: int, written: str) -> None:
    assert table(("total",), [(dollars(cents),)]) == f"total\r\n{written}\r\n".encode()


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_dollars_are_exact(cents: int) -> None:
    assert round(float(dollars(cents)) * 100) == cents
