"""The assistant's results as messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from google.protobuf.timestamp_pb2 import Timestamp
from orderbuddy.menu.v1 import assistant_service_pb2 as rpc

from services.kit.mongo import Document
from services.kit.values import text
from services.menu.assistant.hours import DayHours
from services.menu.assistant.job import Job
from services.menu.assistant.texts import Path, places


def working_days(days: Iterable[DayHours]) -> list[rpc.WorkingDay]:
    """Map opening hours."""
    return [
        rpc.WorkingDay(
            day=day.day,
            is_closed=day.isClosed,
            periods=[rpc.WorkingPeriod(start=period.start, end=period.end) for period in day.periods],
        )
        for day in days
    ]


def translations(values: Mapping[str, str]) -> list[rpc.Translation]:
    """Map a text's translations, by language."""
    return [rpc.Translation(code=code, value=value) for code, value in values.items()]


def item_texts(menu: Document, path: Path, languages: Sequence[str]) -> list[rpc.ItemText]:
    """Map the texts of the item at a path of a menu."""
    return [
        rpc.ItemText(
            field=".".join(place.path[len(path) :]),
            en=place.english,
            translations=translations({code: text(place.values.get(code)) for code in languages}),
        )
        for place in places(menu, path)
    ]


def job(found: Job) -> rpc.TranslationJob:
    """Map a job."""
    created_at, updated_at = Timestamp(), Timestamp()
    created_at.FromDatetime(found.created_at)
    updated_at.FromDatetime(found.updated_at)
    return rpc.TranslationJob(
        id=found.id,
        restaurant_id=found.place.restaurant_id,
        location_id=found.place.location_id,
        menu_id=found.place.menu_id,
        state=f"TRANSLATION_JOB_STATE_{found.state}",
        languages=found.languages,
        total=found.total,
        done=found.done,
        error=found.error,
        attempts=found.attempts,
        created_at=created_at,
        updated_at=updated_at,
    )
