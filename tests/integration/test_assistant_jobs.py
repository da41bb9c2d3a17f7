"""Translation jobs when workers die, stall or meet: on the real database, with a local provider."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from bson import ObjectId
from pymongo.errors import AutoReconnect, InvalidOperation

from services.kit.clock import FixedClock
from services.kit.editing import Editing
from services.kit.errors import Conflict, Unavailable
from services.kit.mongo import Database, ensure_indexes
from services.menu.adapters.openai_model import OpenAIModel
from services.menu.assistant import jobs_repository, menus_repository
from services.menu.assistant.job import LEASE, MOST_ATTEMPTS, Job, MenuPlace, Requester, State
from services.menu.assistant.jobs import TranslationJobs
from services.menu.assistant.jobs_repository import JobsRepository, LeaseLost, database_errors
from services.menu.assistant.menus_repository import MenuTexts
from services.menu.assistant.texts import pending
from services.menu.assistant.translator import Translator
from tests.conftest import NOW
from tests.servers.openai import KEY, OpenAI, answer, hang, serve_openai
from tests.support import eventually

PLACE = MenuPlace("luna", "6a0000000000000000000001", "6b0000000000000000000001")
REQUESTER = Requester("staff", "manager", "r-1")
DISHES = 90

Worker = Callable[[], TranslationJobs]


@pytest.fixture
async def openai() -> AsyncIterator[OpenAI]:
    async with serve_openai() as running:
        yield running


@pytest.fixture
async def repository(db: Database, clock: FixedClock) -> JobsRepository:
    await ensure_indexes(db, [*jobs_repository.INDEXES, *menus_repository.INDEXES])
    await db["locations"].insert_one({"_id": ObjectId(PLACE.location_id), "restaurantId": "luna"})
    await db["menus"].insert_one(
        {
            "_id": ObjectId(PLACE.menu_id),
            "restaurantId": "luna",
            "locationId": ObjectId(PLACE.location_id),
            "items": [{"id": f"i{n}", "name": {"en": f"Dish {n}"}} for n in range(DISHES)],
        }
    )
    return JobsRepository(db, clock)


@pytest.fixture
async def worker(repository: JobsRepository, openai: OpenAI, db: Database, clock: FixedClock) -> AsyncIterator[Worker]:
    model = OpenAIModel(KEY, "gpt-4.1", openai.url)

    def make() -> TranslationJobs:
        menus = MenuTexts(db, Editing(db, clock), clock)
        return TranslationJobs(repository, menus, Translator(model), poll_seconds=0.02)

    yield make
    await model.close()


async def names(db: Database) -> list[str | None]:
    menu = await db["menus"].find_one({})
    assert menu is not None
    return [item["name"].get("es") for item in menu["items"]]


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def has_ended(repository: JobsRepository, job: Job) -> bool:
    found = await repository.find("luna", job.id)
    assert found is not None
    return found.state in (State.DONE, State.FAILED)


@pytest.mark.parametrize("batches", range(5))
async def test_a_job_whose_worker_dies_is_taken_over_and_nothing_is_done_twice(
    repository: JobsRepository, worker: Worker, openai: OpenAI, db: Database, clock: FixedClock, batches: int
) -> None:
    openai.script.extend([*[answer()] * batches, hang()])
    job = await repository.start(PLACE, ["es"], REQUESTER)
    first = asyncio.create_task(worker().run())
    await eventually(lambda: len(openai.asked) == batches + 1)
    await stop(first)
    assert sum(name is not None for name in await names(db)) == min(20 * batches, DISHES)

    second = asyncio.create_task(worker().run())
    await eventually(lambda: openai.hung_up == 1)
    assert len(openai.asked) == batches + 1  # the dead worker's lease still runs
    clock.set(NOW + LEASE)
    await eventually(lambda: has_ended(repository, job))
    await stop(second)
    assert await names(db) == [f"Dish {n} [es]" for n in range(DISHES)]
    found = await repository.find("luna", job.id)
    assert found is not None
    assert (found.state, found.done, found.total) == (State.DONE, DISHES, DISHES)
    answered = [text for asked in openai.asked for text in asked.texts]
    del answered[20 * batches : 20 * batches + len(openai.asked[batches].texts)]  # what the dead worker asked last
    assert sorted(answered) == sorted(f"Dish {n}" for n in range(DISHES))


async def test_a_worker_that_stalled_past_its_lease_leaves_the_job_to_the_other(
    repository: JobsRepository, worker: Worker, openai: OpenAI, db: Database, clock: FixedClock
) -> None:
    async def take_over() -> None:
        clock.set(NOW + LEASE)
        assert await repository.claim() is not None

    openai.script.append(answer(before=take_over))
    job = await repository.start(PLACE, ["es"], REQUESTER)
    task = asyncio.create_task(worker().run())

    async def first_batch_is_written() -> bool:
        return sum(name is not None for name in await names(db)) == 20

    await eventually(first_batch_is_written)
    clock.set(NOW + 2 * LEASE)
    await eventually(lambda: has_ended(repository, job))
    await stop(task)
    assert await names(db) == [f"Dish {n} [es]" for n in range(DISHES)]


async def test_edits_beside_a_job_are_all_kept_and_translated(
    repository: JobsRepository, worker: Worker, db: Database
) -> None:
    async def edit() -> None:  # as the old back end does: without transaction, by position
        for n in range(0, DISHES, 3):
            changed = {f"items.{n}.name.en": f"Better dish {n}", f"items.{n}.priceCents": n}
            await db["menus"].update_one({}, {"$set": changed})

    job = await repository.start(PLACE, ["es"], REQUESTER)
    task = asyncio.create_task(worker().run())
    await edit()
    await eventually(lambda: has_ended(repository, job))
    await stop(task)
    menu = await db["menus"].find_one({})
    assert menu is not None
    for n, item in enumerate(menu["items"]):
        english = f"Dish {n}" if n % 3 else f"Better dish {n}"
        assert item["name"]["en"] == english
        assert item.get("priceCents") == (None if n % 3 else n)
        assert item["name"]["es"] in (f"{english} [es]", f"Dish {n} [es]")
    # What was edited after the job's last look is left for the next one, and known to be.
    left = {text.english for text in pending(menu, ["es"])}
    stale = {item["name"]["en"] for item in menu["items"] if item["name"]["es"] != f"{item['name']['en']} [es]"}
    assert left == stale


async def test_who_has_lost_the_lease_can_write_nothing(repository: JobsRepository, clock: FixedClock) -> None:
    await repository.start(PLACE, ["es"], REQUESTER)
    job = await repository.claim()
    assert job is not None
    clock.set(NOW + LEASE)
    other = await repository.claim()
    assert other is not None
    assert (other.id, other.attempts) == (job.id, 2)
    for write in (
        repository.report(job, 1, 2, got_on=True),
        repository.postpone(job, "AI_BUSY", timedelta()),
        repository.end(job, State.DONE),
    ):
        with pytest.raises(LeaseLost):
            await write
    assert await repository.find("luna", job.id) == other


async def test_a_job_is_taken_once(repository: JobsRepository) -> None:
    await repository.start(PLACE, ["es"], REQUESTER)
    taken = await asyncio.gather(*(repository.claim() for _ in range(10)))
    assert sum(job is not None for job in taken) == 1


async def test_getting_on_lengthens_the_lease(repository: JobsRepository, clock: FixedClock) -> None:
    await repository.start(PLACE, ["es"], REQUESTER)
    job = await repository.claim()
    assert job is not None
    clock.set(NOW + LEASE / 2)
    await repository.report(job, 20, 90, got_on=True)
    clock.set(NOW + LEASE)
    assert await repository.claim() is None
    found = await repository.find("luna", job.id)
    assert found is not None
    assert (found.done, found.total, found.attempts) == (20, 90, 0)


async def test_a_job_that_its_workers_die_of_is_given_up(
    repository: JobsRepository, worker: Worker, openai: OpenAI, clock: FixedClock
) -> None:
    job = await repository.start(PLACE, ["es"], REQUESTER)
    for attempt in range(MOST_ATTEMPTS):
        assert await repository.claim() is not None
        clock.set(NOW + (attempt + 1) * LEASE)
    task = asyncio.create_task(worker().run())
    await eventually(lambda: has_ended(repository, job))
    await stop(task)
    found = await repository.find("luna", job.id)
    assert found is not None
    assert (found.state, found.error) == (State.FAILED, "TRANSLATION_ABANDONED")
    assert openai.asked == []


async def test_a_menu_has_one_active_job_however_many_begin_at_once(repository: JobsRepository, db: Database) -> None:
    jobs = await asyncio.gather(*(repository.start(PLACE, ["es", "pt"], REQUESTER) for _ in range(10)))
    assert len({job.id for job in jobs}) == await db["translation_jobs"].count_documents({}) == 1
    with pytest.raises(Conflict):
        await repository.start(PLACE, ["es"], REQUESTER)
    assert (await repository.start(PLACE, ["pt", "es"], REQUESTER)).id == jobs[0].id


async def test_after_a_job_has_ended_the_next_may_begin(repository: JobsRepository) -> None:
    first = await repository.start(PLACE, ["es"], REQUESTER)
    taken = await repository.claim()
    assert taken is not None
    await repository.end(taken, State.DONE)
    assert (await repository.start(PLACE, ["es"], REQUESTER)).id != first.id


@pytest.mark.usefixtures("repository")
async def test_the_hot_queries_use_their_indexes(db: Database) -> None:
    active = {"state": {"$in": ["QUEUED", "RUNNING"]}}
    queries: list[tuple[str, dict[str, Any], dict[str, int] | None]] = [
        ("translation_jobs", {**active, "dueAt": {"$lte": NOW}}, {"dueAt": 1}),
        ("translation_jobs", {**active, "restaurantId": "luna", "menuId": ObjectId(PLACE.menu_id)}, None),
        ("menus", {"needsTranslation": True, "restaurantId": {"$in": ["luna"]}}, None),
        ("menus", {"needsTranslation": True}, None),
    ]
    for collection, query, sort in queries:
        cursor = db[collection].find(query)
        plan = await (cursor.sort(list(sort.items())) if sort else cursor).explain()
        assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"]), query
        assert "'stage': 'SORT'" not in str(plan["queryPlanner"]["winningPlan"]), query


def test_a_database_that_is_away_is_unavailable() -> None:
    with pytest.raises(Unavailable) as refused, database_errors():
        raise AutoReconnect("connection closed")
    assert refused.value.reason == "DATABASE_AWAY"


def test_a_bug_stays_a_bug() -> None:
    with pytest.raises(InvalidOperation), database_errors():
        raise InvalidOperation("used after close")
