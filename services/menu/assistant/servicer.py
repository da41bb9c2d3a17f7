"""AssistantService: RPCs in and out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orderbuddy.menu.v1 import assistant_service_pb2 as rpc
from orderbuddy.menu.v1 import assistant_service_pb2_grpc as rpc_grpc

from services.kit.context import current_call
from services.kit.errors import Conflict, FieldViolation, InvalidInput, NotFound, Refused
from services.kit.interceptor import Context
from services.kit.principal import CallerKind, Role
from services.kit.values import objects
from services.kit.versions import version_of
from services.menu.assistant import hours, languages, mapping
from services.menu.assistant.job import MenuPlace, Requester
from services.menu.assistant.jobs import TranslationJobs
from services.menu.assistant.jobs_repository import JobsRepository
from services.menu.assistant.menus_repository import MenuTexts
from services.menu.assistant.model import LanguageModel, ask_until_right
from services.menu.assistant.questions import Question
from services.menu.assistant.texts import pending
from services.menu.assistant.translator import Translator


@dataclass(frozen=True, slots=True)
class Assistant:
    """What the servicer works with where a provider is configured."""

    model: LanguageModel
    translator: Translator
    menus: MenuTexts
    jobs: TranslationJobs
    job_repository: JobsRepository


class AssistantServicer(rpc_grpc.AssistantServiceServicer):
    """Serves translations and opening hours."""

    def __init__(self, assistant: Assistant | None) -> None:
        self._assistant = assistant

    async def FindWorkingHours(
        self, request: rpc.FindWorkingHoursRequest, context: Context
    ) -> rpc.FindWorkingHoursResponse:
        """Search the web for opening hours."""
        question = hours.search(request.restaurant_name, request.restaurant_address)
        return rpc.FindWorkingHoursResponse(open_hours=await self._hours(question))

    async def ReadWorkingHours(
        self, request: rpc.ReadWorkingHoursRequest, context: Context
    ) -> rpc.ReadWorkingHoursResponse:
        """Read opening hours out of a text."""
        return rpc.ReadWorkingHoursResponse(open_hours=await self._hours(hours.read(request.text)))

    async def _hours(self, question: Question) -> list[rpc.WorkingDay]:
        days = await ask_until_right(self._configured().model, question, hours.OpenHours, hours.usable)
        return mapping.working_days(days)

    async def TranslateText(self, request: rpc.TranslateTextRequest, context: Context) -> rpc.TranslateTextResponse:
        """Translate a text."""
        codes = languages.known(request.language_codes)
        (values,) = await self._configured().translator.translate_messages([request.message], codes)
        return rpc.TranslateTextResponse(translations=mapping.translations(values))

    async def TranslateTexts(self, request: rpc.TranslateTextsRequest, context: Context) -> rpc.TranslateTextsResponse:
        """Translate several texts."""
        codes = languages.known(request.language_codes)
        translated = await self._configured().translator.translate_messages(request.messages, codes)
        messages = [rpc.TranslatedText(translations=mapping.translations(values)) for values in translated]
        return rpc.TranslateTextsResponse(messages=messages)

    async def TranslateWaitingMenus(
        self, request: rpc.TranslateWaitingMenusRequest, context: Context
    ) -> rpc.TranslateWaitingMenusResponse:
        """Start a job for every menu of the caller that waits for it."""
        assistant = self._configured()
        waiting = await assistant.menus.waiting(_managed_restaurants())
        for place, codes in waiting.items():
            try:
                await assistant.jobs.start(place, codes, _requester())
            except Conflict:  # it is being translated into other languages; it waits for the next time
                continue
        return rpc.TranslateWaitingMenusResponse(succeeded=True, message=f"menus being translated: {len(waiting)}")

    async def TranslateMenuItem(
        self, request: rpc.TranslateMenuItemRequest, context: Context
    ) -> rpc.TranslateMenuItemResponse:
        """Translate what is missing or out of date of one item."""
        assistant = self._configured()
        place = MenuPlace(request.restaurant_id, request.location_id, request.menu_id)
        menu = await assistant.menus.menu(place)
        if all(item.get("id") != request.item_id for item in objects(menu.get("items"))):
            raise NotFound("INVALID_ITEM", "the menu has no such item", metadata={"field": "item_id"})
        codes = await _languages_for(assistant.menus, place, request.languages)
        path = ("items", request.item_id)
        asked = pending(menu, codes, path)
        translated = await assistant.translator.translate(asked)
        menu, count = await assistant.menus.put_back(place, asked, translated, codes)
        return rpc.TranslateMenuItemResponse(
            data=rpc.TranslatedItem(
                version=version_of(menu), translated=count, texts=mapping.item_texts(menu, path, codes)
            )
        )

    async def TranslateMenu(self, request: rpc.TranslateMenuRequest, context: Context) -> rpc.TranslateMenuResponse:
        """Start a job for a menu."""
        assistant = self._configured()
        place = MenuPlace(request.restaurant_id, request.location_id, request.menu_id)
        await assistant.menus.menu(place)
        codes = await _languages_for(assistant.menus, place, request.languages)
        return rpc.TranslateMenuResponse(data=mapping.job(await assistant.jobs.start(place, codes, _requester())))

    async def GetTranslationJob(
        self, request: rpc.GetTranslationJobRequest, context: Context
    ) -> rpc.GetTranslationJobResponse:
        """Return how far a job is."""
        job = await self._configured().job_repository.find(request.restaurant_id, request.job_id)
        if job is None:
            raise NotFound("INVALID_JOB", "the restaurant has no such job", metadata={"field": "job_id"})
        return rpc.GetTranslationJobResponse(data=mapping.job(job))

    def _configured(self) -> Assistant:
        if self._assistant is None:
            raise Refused("AI_NOT_CONFIGURED", "the AI assistant is not configured: OPENAI_API_KEY is not set")
        return self._assistant


async def _languages_for(menus: MenuTexts, place: MenuPlace, asked: Sequence[str]) -> tuple[str, ...]:
    """Return the languages that were asked for, else the location's, else the usual ones. Raises InvalidInput."""
    unknown = [position for position, code in enumerate(asked) if not languages.known([code])]
    if unknown:
        raise InvalidInput(
            [FieldViolation(f"languages.{n}", "must be a code of ISO 639-1, such as es") for n in unknown]
        )
    codes = languages.of_a_menu(asked)
    if asked and not codes:
        raise InvalidInput([FieldViolation("languages", "must hold one besides English, which menus are written in")])
    return codes or await menus.languages(place) or languages.USUAL


def _managed_restaurants() -> list[str] | None:
    """Return the restaurants whose menus the caller may change; None: all."""
    principal = current_call().principal
    if principal.kind is CallerKind.SERVICE:
        return None
    return [name for name, role in principal.restaurants.items() if role >= Role.MANAGER]


def _requester() -> Requester:
    call = current_call()
    return Requester(call.principal.kind, call.principal.subject, call.request_id)
