"""Translating by a language model, in questions of a size that it can handle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from services.menu.assistant.batches import BATCH
from services.menu.assistant.model import LanguageModel, ask_until_right
from services.menu.assistant.texts import Text
from services.menu.assistant.translations import TranslatedTexts, Translations, question, usable


class Translator:
    """Translates texts."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    async def translate(self, texts: Sequence[Text]) -> Translations:
        """Translate texts, batch by batch.

        Raises Unavailable (AI_BAD_ANSWER, AI_BUSY, AI_UNAVAILABLE) and Refused (AI_MISCONFIGURED).
        """
        done: dict[str, Mapping[str, str]] = {}
        for start in range(0, len(texts), BATCH):
            batch = texts[start : start + BATCH]
            done |= await ask_until_right(self._model, question(batch), TranslatedTexts, partial(usable, batch))
        return done

    async def translate_messages(self, messages: Sequence[str], languages: Sequence[str]) -> list[Mapping[str, str]]:
        """Translate texts that have no keys; the result is in their order. Empty ones have empty translations.

        Raises what `translate` raises.
        """
        texts = [Text(f"m{n}", message, tuple(languages)) for n, message in enumerate(messages) if message.strip()]
        done = await self.translate(texts) if languages else {}
        return [done.get(f"m{n}", dict.fromkeys(languages, "")) for n in range(len(messages))]
