"""The connection to MongoDB, and the indexes each repository declares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from bson import ObjectId
from bson.codec_options import CodecOptions
from pymongo import AsyncMongoClient, IndexModel
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.write_concern import WriteConcern

from services.kit.errors import NotFound
from services.kit.settings import ServiceSettings

Document = dict[str, Any]
"""A MongoDB document as the driver gives it."""

Database = AsyncDatabase[Document]

SELECTION_MILLISECONDS = 2_000
"""How long an operation looks for a primary. Long enough for an election (about a second), short enough for a guest."""


def connect(settings: ServiceSettings) -> AsyncMongoClient[Document]:
    """Make the client. Writes are acknowledged by a majority and journaled: with less, a killed mongod loses orders."""
    return AsyncMongoClient(
        settings.db_conn_string.get_secret_value(),
        tz_aware=True,
        tzinfo=UTC,
        serverSelectionTimeoutMS=SELECTION_MILLISECONDS,
        connectTimeoutMS=SELECTION_MILLISECONDS,
        w="majority",
        journal=True,
        readConcernLevel="majority",
        # Whatever the connection string says: a snapshot that is older than the stream's place would hide what came
        # between for good, and guards would be made of what is no longer so.
        readPreference="primary",
        appname="orderbuddy",
    )


def database(client: AsyncMongoClient[Document], name: str) -> Database:
    """Return the database with UTC instants and our write concern."""
    return client.get_database(
        name,
        codec_options=CodecOptions(tz_aware=True, tzinfo=UTC),
        write_concern=WriteConcern(w="majority", j=True),
    )


@dataclass(frozen=True, slots=True)
class Index:
    """An index and the query it serves."""

    collection: str
    model: IndexModel
    serves: str


async def ensure_indexes(db: Database, indexes: Sequence[Index]) -> None:
    """Create what is missing. Safe beside itself; an index that exists is left alone."""
    for index in indexes:
        await db[index.collection].create_indexes([index.model])


def object_id(text: str, field: str, reason: str, message: str | None = None) -> ObjectId:
    """Read an id from a link. Raises NotFound naming the field: what can't exist is answered like what does not."""
    if len(text) == 24 and ObjectId.is_valid(text):
        return ObjectId(text)
    raise NotFound(reason, message or f"{field} is not an id: 24 hexadecimal digits", metadata={"field": field})
