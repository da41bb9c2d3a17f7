"""Which texts to ask for together, and how to go on when the model can't cope with some of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from services.menu.assistant.texts import Text

BATCH: Final = 20
"""Texts per question: with more, models begin to leave some out."""

_MOST_WRONG: Final = 5
"""Wrong answers in a row after which it is not the texts: as many as it takes to get from a batch to one text."""


class Batches:
    """Hands out texts, each with the same English and languages until it is answered or given up.

    A batch whose answer is wrong is asked for again in halves, so that one text that the model refuses does not keep
    all others from being translated.
    """

    def __init__(self) -> None:
        self.gave_up = False
        """Whether a text's answer was wrong although it was asked for alone."""
        self._settled: set[Text] = set()
        self._size = BATCH
        self._wrong = 0

    def following(self, left: Sequence[Text]) -> list[Text]:
        """Return what to ask for next of what is left; nothing when all of it is settled."""
        return [text for text in left if text not in self._settled][: self._size]

    def answered(self, batch: Sequence[Text]) -> None:
        """Note that a batch has its answer."""
        self._settled.update(batch)
        self._wrong = 0
        self._size = min(BATCH, self._size * 2)

    def failed(self, batch: Sequence[Text]) -> bool:
        """Note that a batch's answer is wrong; tell whether to go on."""
        self._wrong += 1
        if len(batch) == 1:
            self._settled.update(batch)
            self.gave_up = True
        self._size = max(1, len(batch) // 2)
        return self._wrong <= _MOST_WRONG
