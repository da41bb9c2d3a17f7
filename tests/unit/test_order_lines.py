"""Steps on lines and the totals after lines were taken back, without database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ordering.order_lines.steps import Line, LineNotFound, LineStep, all_done, take
from services.ordering.order_lines.totals import Totals, totals_of

T0 = datetime(2026, 1, 15, 20, 30, tzinfo=UTC)
NOW = T0 + timedelta(minutes=5)
NEW, STARTED, DONE = Line("a", None, None), Line("a", T0, None), Line("a", T0, T0)


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [
        (LineStep.STARTED, NEW, Line("a", NOW, None)),
        (LineStep.STARTED, STARTED, None),
        (LineStep.STARTED, DONE, None),
        (LineStep.COMPLETED, NEW, Line("a", NOW, NOW)),
        (LineStep.COMPLETED, STARTED, Line("a", T0, NOW)),
        (LineStep.COMPLETED, DONE, None),
        (LineStep.RECALLED, DONE, Line("a", T0, None)),
        (LineStep.RECALLED, STARTED, Line("a", None, None)),
        (LineStep.RECALLED, NEW, None),
    ],
)
def test_a_step_of_a_line(step: LineStep, before: Line, after: Line | None) -> None:
    assert take(step, [before], ["a"], NOW) == ({} if after is None else {0: after})


def test_the_old_route_begins_a_finished_line_anew() -> None:
    assert take(LineStep.STARTED, [DONE], ["a"], NOW, anew=True) == {0: Line("a", NOW, None)}


def test_lines_with_the_same_id_move_together_and_others_stay() -> None:
    lines = [NEW, Line("b", None, None), STARTED]
    assert take(LineStep.COMPLETED, lines, ["a"], NOW) == {0: Line("a", NOW, NOW), 2: Line("a", T0, NOW)}


def test_an_unknown_line_moves_nothing() -> None:
    with pytest.raises(LineNotFound) as caught:
        take(LineStep.STARTED, [NEW], ["a", "z"], NOW)
    assert caught.value.line_id == "z"


def test_an_order_is_done_with_its_last_line() -> None:
    lines = [DONE, NEW]
    assert not all_done(lines, {})
    assert not all_done(lines, {1: Line("a", NOW, None)})
    assert all_done(lines, {1: Line("a", NOW, NOW)})
    assert not all_done([], {})


def test_totals_follow_the_lines_that_stay() -> None:
    lines = [(1000, Fraction("10.25")), (350, Fraction("0"))]
    assert totals_of(lines, 200, 2000, is_share=False) == Totals(1350, 103, 200, 1253)


def test_a_flat_discount_never_exceeds_what_is_left() -> None:
    assert totals_of([(150, Fraction(0))], 200, 2000, is_share=False) == Totals(150, 0, 150, 0)


def test_a_share_stays_the_same_share() -> None:
    assert totals_of([(1000, Fraction(0))], 400, 4000, is_share=True) == Totals(1000, 0, 100, 900)


CENTS = st.integers(0, 100_000)
PERCENT = st.fractions(0, 30, max_denominator=1000)


@given(st.lists(st.tuples(CENTS, PERCENT), min_size=1, max_size=20), CENTS, st.booleans())
def test_totals_agree_with_each_other(lines: list[tuple[int, Fraction]], discount: int, is_share: bool) -> None:
    gross_before = sum(cents for cents, _ in lines) + 5000
    totals = totals_of(lines, min(discount, gross_before), gross_before, is_share=is_share)
    assert totals.subtotal + totals.tax - totals.discount == totals.total
    assert 0 <= totals.discount <= totals.subtotal + totals.tax
    assert totals.total >= 0


@given(
    st.lists(st.sampled_from(list(LineStep)[:3]), max_size=30),
    st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=6),
)
def test_no_way_of_steps_finishes_what_was_never_begun(steps: list[LineStep], ids: list[str]) -> None:
    lines = [Line(name, None, None) for name in ids]
    for minute, step in enumerate(steps):
        moved = take(step, lines, [ids[minute % len(ids)]], T0 + timedelta(minutes=minute))
        lines = [moved.get(at, line) for at, line in enumerate(lines)]
        for line in lines:
            assert line.completed_at is None or line.started_at is not None
            assert line.completed_at is None or line.started_at is None or line.started_at <= line.completed_at
