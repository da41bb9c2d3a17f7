"""Answers of a language model: used only when there is everything that was asked, under its own key."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import Unavailable
from services.menu.assistant.batches import BATCH
from services.menu.assistant.model import Shape
from services.menu.assistant.questions import Question, WrongAnswer
from services.menu.assistant.texts import Text
from services.menu.assistant.translations import TranslatedText, TranslatedTexts, TranslatedValue, usable
from services.menu.assistant.translator import Translator

ASKED = [Text("a", "Tea", ("es", "pt")), Text("b", "Coffee", ("es",))]


def answer(*texts: tuple[str, dict[str, str]]) -> TranslatedTexts:
    return TranslatedTexts(
        texts=[
            TranslatedText(key=key, translations=[TranslatedValue(code=c, value=v) for c, v in values.items()])
            for key, values in texts
        ]
    )


TEA = ("a", {"es": "Té", "pt": "Chá"})
COFFEE = ("b", {"es": "Café"})


class Model:
    """Answers with what it is given, one after the other; the last one again and again."""

    def __init__(self, *answers: TranslatedTexts | WrongAnswer) -> None:
        self.answers = list(answers)
        self.questions: list[Question] = []

    async def ask(self, question: Question, shape: type[Shape]) -> Shape:
        self.questions.append(question)
        given_answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(given_answer, WrongAnswer):
            raise given_answer
        assert isinstance(given_answer, shape)
        return given_answer


class Echo:
    """Translates a text to `<text> [<language>]`, in reverse order."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    async def ask(self, question: Question, shape: type[Shape]) -> Shape:
        texts = json.loads(question.material)["texts"]
        self.sizes.append(len(texts))
        given_answer = answer(*((t["key"], {c: f"{t['text']} [{c}]" for c in t["languages"]}) for t in reversed(texts)))
        assert isinstance(given_answer, shape)
        return given_answer


@pytest.mark.parametrize("given_answer", [answer(TEA, COFFEE), answer(COFFEE, TEA)])
def test_the_order_of_an_answer_does_not_matter(given_answer: TranslatedTexts) -> None:
    assert usable(ASKED, given_answer) == dict([TEA, COFFEE])


@pytest.mark.parametrize(
    ("given_answer", "problem"),
    [
        (answer(TEA), "1 keys missing, 0 made up"),
        (answer(), "2 keys missing, 0 made up"),
        (answer(TEA, COFFEE, ("c", {"es": "Vino"})), "0 keys missing, 1 made up"),
        (answer(TEA, ("B", {"es": "Café"})), "1 keys missing, 1 made up"),
        (answer(TEA, COFFEE, TEA), "a key occurs twice"),
        (answer(("a", {"es": "Té"}), COFFEE), "a text has not exactly its languages"),
        (answer(TEA, ("b", {"es": "Café", "pt": "Café"})), "a text has not exactly its languages"),
        (answer(TEA, ("b", {"es-MX": "Café"})), "a text has not exactly its languages"),
    ],
)
def test_an_answer_that_lacks_or_adds_something_is_wrong(given_answer: TranslatedTexts, problem: str) -> None:
    with pytest.raises(WrongAnswer, match=f"^{problem}$"):
        usable(ASKED, given_answer)


def test_a_language_twice_is_wrong() -> None:
    twice = TranslatedText(key="b", translations=[TranslatedValue(code="es", value=v) for v in ("Café", "Cafe")])
    with pytest.raises(WrongAnswer, match="not exactly its languages"):
        usable(ASKED[1:], TranslatedTexts(texts=[twice]))


KEYS = st.sampled_from(["a", "b", "c", "d"])
ANSWERS = st.lists(st.tuples(KEYS, st.dictionaries(st.sampled_from(["es", "pt", "fr"]), st.just(""))), max_size=6)


@given(ANSWERS, st.sets(KEYS, min_size=1))
def test_no_text_ever_gets_what_came_under_another_key(
    texts: Sequence[tuple[str, dict[str, str]]], keys: set[str]
) -> None:
    asked = [Text(key, f"text {key}", ("es", "pt")) for key in sorted(keys)]
    # Each value tells the key under which it came.
    came = answer(*((key, {code: f"{key}.{code}" for code in codes}) for key, codes in texts))
    try:
        result = usable(asked, came)
    except WrongAnswer:
        assert sorted((key, sorted(codes)) for key, codes in texts) != [(t.key, ["es", "pt"]) for t in asked]
    else:
        assert result == {t.key: {"es": f"{t.key}.es", "pt": f"{t.key}.pt"} for t in asked}


@given(st.permutations(["Tea", "Coffee", "Soup", "Bread"]))
async def test_messages_get_their_own_translations_in_their_order(messages: list[str]) -> None:
    found = await Translator(Echo()).translate_messages(messages, ["es"])
    assert found == [{"es": f"{message} [es]"} for message in messages]


async def test_empty_messages_are_not_sent_and_have_empty_translations() -> None:
    echo = Echo()
    found = await Translator(echo).translate_messages(["", "Tea", " "], ["es"])
    assert found == [{"es": ""}, {"es": "Tea [es]"}, {"es": ""}]
    assert echo.sizes == [1]


async def test_without_languages_nobody_is_asked() -> None:
    echo = Echo()
    assert await Translator(echo).translate_messages(["Tea", "Coffee"], []) == [{}, {}]
    assert echo.sizes == []


async def test_many_texts_are_asked_for_in_batches() -> None:
    echo = Echo()
    found = await Translator(echo).translate_messages([f"Dish {n}" for n in range(2 * BATCH + 1)], ["pt"])
    assert echo.sizes == [BATCH, BATCH, 1]
    assert found[-1] == {"pt": f"Dish {2 * BATCH} [pt]"}


async def test_a_wrong_answer_is_asked_for_once_more() -> None:
    model = Model(answer(TEA), answer(TEA, COFFEE))
    assert await Translator(model).translate(ASKED) == dict([TEA, COFFEE])
    assert model.questions[0] == model.questions[1]


@pytest.mark.parametrize("wrong", [answer(TEA), WrongAnswer("no answer")])
async def test_two_wrong_answers_are_the_end(wrong: TranslatedTexts | WrongAnswer) -> None:
    model = Model(wrong)
    with pytest.raises(Unavailable) as refused:
        await Translator(model).translate(ASKED)
    assert refused.value.reason == "AI_BAD_ANSWER"
    assert len(model.questions) == 2
