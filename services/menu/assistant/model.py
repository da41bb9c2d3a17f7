"""What we ask of a language model, whoever provides it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from pydantic import BaseModel

from services.kit.errors import Unavailable
from services.kit.telemetry import log
from services.menu.assistant.questions import Question, WrongAnswer

BAD_ANSWER: Final = "AI_BAD_ANSWER"
_TRIES: Final = 2

Shape = TypeVar("Shape", bound=BaseModel)
Result = TypeVar("Result")


class LanguageModel(Protocol):
    """A language model that answers in a given shape."""

    async def ask(self, question: Question, shape: type[Shape]) -> Shape:
        """Return the answer. May be cancelled at any time.

        Raises WrongAnswer; Unavailable (AI_BUSY, AI_UNAVAILABLE) or Refused (AI_MISCONFIGURED) when there is none.
        """
        ...


async def ask_until_right(
    model: LanguageModel, question: Question, shape: type[Shape], check: Callable[[Shape], Result]
) -> Result:
    """Ask, once more when the answer is wrong, and return what `check` makes of the answer (it raises WrongAnswer).

    Raises what `ask` raises, and Unavailable (AI_BAD_ANSWER).
    """
    for attempt in range(1, _TRIES + 1):
        try:
            return check(await model.ask(question, shape))
        except WrongAnswer as problem:
            log.warning("ai_wrong_answer", attempt=attempt, problem=str(problem))
    raise Unavailable(BAD_ANSWER, "the language model's answer can't be used; try again later")
