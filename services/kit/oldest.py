"""How many wait and since when: what backlogs are measured by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pymongo.asynchronous.collection import AsyncCollection

from services.kit.mongo import Document

MOST_COUNTED: Final = 10_000
"""More is not counted: to read them all, again and again, would be one more burden in the worst of times."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits of one kind."""

    count: int
    oldest: datetime


async def waiting(
    collection: AsyncCollection[Document],
    query: Mapping[str, Any],
    *,
    since: str,
    index: str,
    by: str | None = None,
    then: tuple[Mapping[str, Any], ...] = (),
) -> dict[Any, Waiting]:
    """Return what a query finds by an index, grouped by a field; `since` is the field that tells from when it waits.

    `then`: further stages before the grouping. Raises PyMongoError.
    """
    stages: list[Mapping[str, Any]] = [
        {"$match": query},
        {"$limit": MOST_COUNTED},
        *then,
        {"$group": {"_id": by and f"${by}", "count": {"$sum": 1}, "oldest": {"$min": f"${since}"}}},
    ]
    found = await collection.aggregate(stages, hint=index)
    return {each["_id"]: Waiting(each["count"], each["oldest"]) async for each in found}
