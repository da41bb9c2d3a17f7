"""What is empty is asked for once in a moment; what is there is asked for each time."""

from __future__ import annotations

from services.kit.vacancies import Vacancies


class Shelf:
    """Something to ask."""

    def __init__(self, *things: str) -> None:
        self.things = list(things)
        self.asked = 0

    async def find(self) -> list[str]:
        self.asked += 1
        return self.things


async def test_an_empty_answer_is_remembered_for_a_moment() -> None:
    shelf, other, vacancies = Shelf(), Shelf("cup"), Vacancies()
    assert [await vacancies.ask("luna", shelf.find) for _ in range(3)] == [[], [], []]
    assert [await vacancies.ask("sol", other.find) for _ in range(3)] == [["cup"]] * 3
    assert (shelf.asked, other.asked) == (1, 3)


async def test_after_that_it_is_asked_again() -> None:
    shelf, vacancies = Shelf(), Vacancies(seconds=0)
    await vacancies.ask("luna", shelf.find)
    await vacancies.ask("luna", shelf.find)
    assert shelf.asked == 2


async def test_what_is_added_here_is_seen_at_once() -> None:
    shelf, vacancies = Shelf(), Vacancies()
    await vacancies.ask("luna", shelf.find)
    shelf.things.append("cup")
    vacancies.filled("luna")
    assert await vacancies.ask("luna", shelf.find) == ["cup"]
