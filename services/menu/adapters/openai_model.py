"""OpenAI's Responses API as our language model."""

from __future__ import annotations

import logging
from typing import Final

import openai
import stamina
from openai.types.responses import ToolParam

from services.kit.errors import OrderBuddyError, Refused, Unavailable
from services.menu.assistant.model import Shape
from services.menu.assistant.questions import Question, WrongAnswer

_ATTEMPTS: Final = 3
_SHORTEST_WAIT_SECONDS: Final = 0.1
_LONGEST_WAIT_SECONDS: Final = 5.0
"""A provider that wants us to wait longer is busy, and whoever asked is told so, instead of waiting."""

_DAY_SECONDS: Final = 86_400
_TIMEOUT_SECONDS: Final = 30.0
_TOO_MANY: Final = 429
_PASSING: Final = frozenset({408, 409, _TOO_MANY})
_FIRST_SERVER_ERROR: Final = 500

_SEARCH: Final[ToolParam] = {
    "type": "web_search_preview",
    "search_context_size": "medium",
    "user_location": {"type": "approximate"},
}


class OpenAIModel:
    """A LanguageModel. Texts leave us for the provider only; it is asked not to keep them."""

    def __init__(
        self, api_key: str, model: str, base_url: str | None = None, timeout_seconds: float = _TIMEOUT_SECONDS
    ) -> None:
        """Make the client. `timeout_seconds` is for each attempt."""
        # At DEBUG the library would write whole requests, menu texts included, to the log.
        for name in ("openai", "httpx2", "httpcore2"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._model = model
        # Retries are ours: the library would sleep as long as the provider says, up to two minutes.
        self._client = openai.AsyncOpenAI(api_key=api_key, base_url=base_url, timeout=timeout_seconds, max_retries=0)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def ask(self, question: Question, shape: type[Shape]) -> Shape:
        """Return the answer in the given shape.

        Raises WrongAnswer, Unavailable (AI_BUSY, AI_UNAVAILABLE), Refused (AI_MISCONFIGURED).
        """
        try:
            async for attempt in stamina.retry_context(on=_wait, attempts=_ATTEMPTS, timeout=None):
                with attempt:
                    return await self._ask(question, shape)
        except openai.APIError as error:
            raise _explain(error) from None  # what the provider wrote may quote our request
        raise AssertionError("stamina either returns or raises")

    async def _ask(self, question: Question, shape: type[Shape]) -> Shape:
        try:
            response = await self._client.responses.parse(
                model=self._model,
                instructions=question.instructions,
                input=question.material,
                text_format=shape,
                tools=[_SEARCH] if question.searches_web else openai.omit,
                store=False,
            )
        except (ValueError, AttributeError, TypeError):
            # No JSON, or not in the shape: the library trips over what is no response at all (a proxy's page). Its
            # messages quote the answer.
            raise WrongAnswer("the answer has not the shape that was asked for") from None
        if response.output_parsed is None:
            raise WrongAnswer(f"no answer, status {response.status}")
        return response.output_parsed


def _wait(error: Exception) -> bool | float:
    """Tell whether to try again, or after how many seconds."""
    if isinstance(error, openai.APIConnectionError):
        return True
    if not isinstance(error, openai.APIStatusError) or not _passes(error):
        return False
    seconds = _retry_after(error)
    if seconds is None:
        return True
    return max(seconds, _SHORTEST_WAIT_SECONDS) if seconds <= _LONGEST_WAIT_SECONDS else False


def _passes(error: openai.APIStatusError) -> bool:
    return error.status_code in _PASSING or error.status_code >= _FIRST_SERVER_ERROR


def _retry_after(error: openai.APIStatusError) -> float | None:
    """Return the seconds that the provider wants us to wait."""
    try:
        seconds = float(error.response.headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds <= _DAY_SECONDS else None


def _explain(error: openai.APIError) -> OrderBuddyError:
    """Return what a failure means to our caller."""
    if isinstance(error, openai.APIStatusError) and not _passes(error):
        return Refused(
            "AI_MISCONFIGURED",
            f"the AI provider refuses our requests (HTTP {error.status_code}): check the key and the model",
        )
    if isinstance(error, openai.APIStatusError) and error.status_code == _TOO_MANY:
        return Unavailable(
            "AI_BUSY", "the AI provider has too much to do; try again later", retry_after_seconds=_retry_after(error)
        )
    return Unavailable("AI_UNAVAILABLE", "the AI provider does not answer; try again later")
