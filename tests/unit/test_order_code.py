from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ordering.order_code import order_code

IDS = st.text("0123456789abcdef", min_size=24, max_size=24)


@pytest.mark.parametrize(
    ("order_id", "code"), [("69694e4a69b30104f4972ace", "2ACE"), ("69694E4A69B30104F4972ACE", "2ACE")]
)
def test_the_first_code_is_the_end_of_the_id(order_id: str, code: str) -> None:
    assert order_code(order_id, 0) == code


def test_later_codes_are_what_they_always_were() -> None:
    order_id = "69694e4a69b30104f4972ace"
    assert [order_code(order_id, attempt) for attempt in (1, 2, 3)] == ["D8P6", "G98N", "EAEV"]


@given(IDS, st.integers(1, 50))
def test_later_codes_have_four_characters_that_cannot_be_mistaken(order_id: str, attempt: int) -> None:
    assert re.fullmatch(r"[2-9A-HJKMNP-TV-Z]{4}", order_code(order_id, attempt))


@given(IDS, st.integers(0, 50))
def test_the_case_of_the_id_does_not_matter(order_id: str, attempt: int) -> None:
    assert order_code(order_id.upper(), attempt) == order_code(order_id, attempt)


def test_orders_with_the_same_first_code_part_at_the_next() -> None:
    ids = [f"{number:020x}beef" for number in range(2_000)]
    assert len({order_code(order_id, 0) for order_id in ids}) == 1
    # 2,000 draws out of 810,000: two or three meet.
    assert len({order_code(order_id, 1) for order_id in ids}) == 1_998
