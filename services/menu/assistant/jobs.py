"""Working on translation jobs: batch by batch, each one kept, so that whoever takes over goes on with what is left."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from services.kit.context import CURRENT, Call
from services.kit.errors import OrderBuddyError, Unavailable
from services.kit.principal import CallerKind, Principal
from services.kit.telemetry import log
from services.menu.assistant.batches import Batches
from services.menu.assistant.job import BATCH_SECONDS, MOST_ATTEMPTS, Job, MenuPlace, Requester, State, wait_before
from services.menu.assistant.jobs_repository import JobsRepository, LeaseLost, database_errors
from services.menu.assistant.menus_repository import MenuTexts
from services.menu.assistant.model import BAD_ANSWER
from services.menu.assistant.texts import Text, pending
from services.menu.assistant.translator import Translator

POLL_SECONDS: Final = 5.0
"""How soon jobs are seen that other processes began or gave up."""

_METHOD: Final = "/orderbuddy.menu.v1.AssistantService/TranslateMenu"


class TranslationJobs:
    """Begins jobs, and works on them as a background task; several may run, here and in other processes."""

    def __init__(
        self, repository: JobsRepository, menus: MenuTexts, translator: Translator, poll_seconds: float = POLL_SECONDS
    ) -> None:
        self._repository = repository
        self._menus = menus
        self._translator = translator
        self._poll_seconds = poll_seconds
        self._wake = asyncio.Event()

    async def start(self, place: MenuPlace, languages: Sequence[str], requester: Requester) -> Job:
        """Begin a job. Raises Conflict (TRANSLATION_RUNNING)."""
        job = await self._repository.start(place, languages, requester)
        self._wake.set()
        return job

    async def run(self) -> None:
        """Work on jobs for ever."""
        while True:
            self._wake.clear()
            if not await self._work_on_one():
                try:
                    async with asyncio.timeout(self._poll_seconds):
                        await self._wake.wait()
                except TimeoutError:
                    pass

    async def _work_on_one(self) -> bool:
        """Tell whether there was a job."""
        try:
            with database_errors():
                job = await self._repository.claim()
                if job is not None:
                    await self._work(job)
                return job is not None
        except Unavailable as error:  # the database is away; the job is taken again when its lease has ended
            log.warning("translation_jobs_wait", reason=error.reason)
            return False

    async def _work(self, job: Job) -> None:
        """Do what a job asks for, in the name of whoever asked: the log and the record of changes tell of them."""
        asked = job.requester
        call = Call(_METHOD, Principal(CallerKind(asked.kind), asked.subject), asked.request_id)
        restore = CURRENT.set(call)
        try:
            await self._try(job)
        except LeaseLost:
            log.warning("translation_job_lost", job=job.id)
        finally:
            CURRENT.reset(restore)

    async def _try(self, job: Job) -> None:
        if job.attempts > MOST_ATTEMPTS:  # those who took it before us have died of it
            await self._end(job, State.FAILED, "TRANSLATION_ABANDONED")
            return
        try:
            with database_errors():
                complete = await self._translate(job)
        except OrderBuddyError as error:
            passing = isinstance(error, Unavailable)
            current = await self._repository.find(job.place.restaurant_id, job.id)
            attempts = current.attempts if current else job.attempts
            if not passing or attempts >= MOST_ATTEMPTS:
                await self._end(job, State.FAILED, error.reason)
                return
            log.warning("translation_job_postponed", job=job.id, reason=error.reason)
            await self._repository.postpone(job, error.reason, wait_before(attempts, error.retry_after_seconds))
        else:
            await self._end(job, *((State.DONE, None) if complete else (State.FAILED, BAD_ANSWER)))

    async def _end(self, job: Job, state: State, error: str | None = None) -> None:
        await self._repository.end(job, state, error)
        log.info("translation_job_ended", job=job.id, state=state, reason=error)

    async def _translate(self, job: Job) -> bool:
        """Translate what is left and tell whether none of it had to be given up.

        Raises LeaseLost and what translating raises.
        """
        batches = Batches()
        batch: list[Text] = []
        translations: Mapping[str, Mapping[str, str]] = {}
        done = job.done
        while True:
            menu, _ = await self._menus.put_back(job.place, batch, translations, job.languages)
            left = pending(menu, job.languages)
            left_keys = {text.key for text in left}
            done += sum(text.key not in left_keys for text in batch)
            await self._repository.report(job, done, done + len(left), got_on=bool(batch))
            batch = batches.following(left)
            if not batch:
                return not batches.gave_up
            try:
                translations = await self._ask(batch)
                batches.answered(batch)
            except Unavailable as error:
                if error.reason != BAD_ANSWER or not batches.failed(batch):
                    raise
                batch = []

    async def _ask(self, batch: Sequence[Text]) -> Mapping[str, Mapping[str, str]]:
        try:
            async with asyncio.timeout(BATCH_SECONDS):
                return await self._translator.translate(batch)
        except TimeoutError:
            raise Unavailable("AI_UNAVAILABLE", "the AI provider takes too long; try again later") from None
