from __future__ import annotations

import contextlib
import itertools

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.ordering.lifecycle import OPEN_STATUSES, STATUSES, TransitionRefused, allowed_next, check, is_open

ALLOWED = {
    ("CREATED", "ACCEPTED"),
    ("CREATED", "CANCELED"),
    ("ACCEPTED", "READY_FOR_PICKUP"),
    ("ACCEPTED", "CANCELED"),
    ("READY_FOR_PICKUP", "PICKED_UP"),
    ("READY_FOR_PICKUP", "CANCELED"),
}
FOREIGN = ("pending", "accepted", "created", "", "UNSPECIFIED")


def test_the_states_in_their_order() -> None:
    assert STATUSES == ("CREATED", "ACCEPTED", "READY_FOR_PICKUP", "PICKED_UP", "CANCELED")


@pytest.mark.parametrize(("current", "target"), list(itertools.product((*STATUSES, *FOREIGN), repeat=2)))
def test_every_pair_of_states(current: str, target: str) -> None:
    if (current, target) in ALLOWED:
        check(current, target)
        return
    with pytest.raises(TransitionRefused) as caught:
        check(current, target)
    assert (caught.value.current, caught.value.target) == (current, target)
    assert caught.value.allowed == allowed_next(current)
    assert str(caught.value) == f"{target} cannot follow {current}"


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        ("CREATED", ("ACCEPTED", "CANCELED")),
        ("ACCEPTED", ("READY_FOR_PICKUP", "CANCELED")),
        ("READY_FOR_PICKUP", ("PICKED_UP", "CANCELED")),
        ("PICKED_UP", ()),
        ("CANCELED", ()),
        *((status, ()) for status in FOREIGN),
    ],
)
def test_the_states_that_can_follow(status: str, allowed: tuple[str, ...]) -> None:
    assert allowed_next(status) == allowed


def test_open_are_the_states_with_work_ahead() -> None:
    assert OPEN_STATUSES == ("CREATED", "ACCEPTED", "READY_FOR_PICKUP")
    assert [status for status in (*STATUSES, *FOREIGN) if is_open(status)] == list(OPEN_STATUSES)


class LifeOfAnOrder(RuleBasedStateMachine):
    """Whatever is tried in whatever order, an order only goes forward and ends once."""

    def __init__(self) -> None:
        super().__init__()
        self.past = ["CREATED"]

    @rule(wanted=st.sampled_from((*STATUSES, *FOREIGN)))
    def attempt(self, wanted: str) -> None:
        with contextlib.suppress(TransitionRefused):
            check(self.past[-1], wanted)
            self.past.append(wanted)

    @invariant()
    def no_state_comes_twice(self) -> None:
        assert len(set(self.past)) == len(self.past)

    @invariant()
    def no_step_is_left_out(self) -> None:
        served = [status for status in self.past if status != "CANCELED"]
        assert tuple(served) == STATUSES[: len(served)]

    @invariant()
    def nothing_follows_the_end(self) -> None:
        assert all(is_open(status) for status in self.past[:-1])


TestLifeOfAnOrder = LifeOfAnOrder.TestCase
