"""Putting the assistant together."""

from __future__ import annotations

from typing import Final

from orderbuddy.menu.v1 import assistant_service_pb2, assistant_service_pb2_grpc

from services.kit.editing import Editing
from services.kit.listening import Registration
from services.kit.server import Runtime
from services.menu.adapters.openai_model import OpenAIModel
from services.menu.assistant import jobs_repository, menus_repository
from services.menu.assistant.jobs import POLL_SECONDS, TranslationJobs
from services.menu.assistant.jobs_repository import JobsRepository
from services.menu.assistant.menus_repository import MenuTexts
from services.menu.assistant.model import LanguageModel
from services.menu.assistant.servicer import Assistant, AssistantServicer
from services.menu.assistant.settings import AssistantSettings
from services.menu.assistant.translator import Translator

_WORKERS: Final = 2
"""Jobs that one process works on at a time, so that a short menu need not wait for a long one."""


def build_assistant(runtime: Runtime, settings: AssistantSettings, poll_seconds: float = POLL_SECONDS) -> None:
    """Add AssistantService to the Menu service, with its indexes and, when it is configured, its workers."""
    descriptor = assistant_service_pb2.DESCRIPTOR.services_by_name["AssistantService"]
    add = assistant_service_pb2_grpc.add_AssistantServiceServicer_to_server
    assistant = None
    if settings.openai_api_key is not None:
        key = settings.openai_api_key.get_secret_value()
        assistant = _assistant(runtime, OpenAIModel(key, settings.openai_model, settings.openai_url), poll_seconds)
        for number in range(1, _WORKERS + 1):
            runtime.tasks[f"translations {number}"] = assistant.jobs.run
    runtime.registrations.append(Registration(descriptor, add, AssistantServicer(assistant)))
    runtime.indexes += [*jobs_repository.INDEXES, *menus_repository.INDEXES]


def _assistant(runtime: Runtime, model: LanguageModel, poll_seconds: float) -> Assistant:
    translator = Translator(model)
    menus = MenuTexts(runtime.db, Editing(runtime.db, runtime.clock), runtime.clock)
    repository = JobsRepository(runtime.db, runtime.clock)
    return Assistant(model, translator, menus, TranslationJobs(repository, menus, translator, poll_seconds), repository)
