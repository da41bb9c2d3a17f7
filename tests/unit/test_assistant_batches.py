"""Which texts are asked for together when a model can't cope with some of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.menu.assistant.batches import BATCH, Batches
from services.menu.assistant.texts import Text


def texts(count: int) -> list[Text]:
    return [Text(f"k{n}", f"Dish {n}", ("es",)) for n in range(count)]


def test_texts_come_in_batches_and_each_once() -> None:
    batches, left = Batches(), texts(2 * BATCH + 1)
    sizes = []
    while batch := batches.following(left):
        sizes.append(len(batch))
        batches.answered(batch)
    assert sizes == [BATCH, BATCH, 1]
    assert not batches.gave_up


def test_a_text_whose_english_changes_is_asked_for_again() -> None:
    batches = Batches()
    batches.answered([Text("k", "Tea", ("es",))])
    assert batches.following([Text("k", "Tea", ("es",))]) == []
    assert batches.following([Text("k", "Green tea", ("es",))]) == [Text("k", "Green tea", ("es",))]


def test_a_model_that_is_always_wrong_ends_it() -> None:
    batches, left = Batches(), texts(3 * BATCH)
    sizes = []
    while True:
        batch = batches.following(left)
        sizes.append(len(batch))
        if not batches.failed(batch):
            break
    assert sizes == [20, 10, 5, 2, 1, 1]


@given(st.integers(1, 60), st.data())
def test_one_text_that_is_refused_keeps_no_other_from_its_answer(count: int, data: st.DataObject) -> None:
    left = texts(count)
    refused = data.draw(st.sampled_from(left))
    batches, answered = Batches(), []
    for _ in range(10 * count):
        batch = batches.following(left)
        if not batch:
            break
        if refused in batch:
            assert batches.failed(batch)
        else:
            batches.answered(batch)
            answered += batch
            left = [text for text in left if text not in batch]
    assert left == [refused]
    assert len(answered) == len(set(answered)) == count - 1
    assert batches.gave_up
