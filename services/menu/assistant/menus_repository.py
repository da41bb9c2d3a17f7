"""Menus as translations need them: which wait, into which languages, and writing what was translated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bson import ObjectId
from pymongo import IndexModel

from services.kit.clock import Clock
from services.kit.editing import Editing, Target
from services.kit.errors import NotFound
from services.kit.mongo import Database, Document, Index
from services.kit.values import text, texts
from services.menu.assistant.job import MenuPlace
from services.menu.assistant.languages import of_a_menu
from services.menu.assistant.texts import RECORDS, Text, pending, put_back

_WAITS: Final = {"needsTranslation": True}

INDEXES: Final = (
    Index(
        "menus",
        IndexModel(
            [("needsTranslation", 1), ("restaurantId", 1)],
            partialFilterExpression=_WAITS,
            name="waits_for_translation",
        ),
        "menus that are marked as needing translation",
    ),
)


class MenuTexts:
    """Reads menus and writes translations into them."""

    def __init__(self, db: Database, editing: Editing, clock: Clock) -> None:
        self._db = db
        self._editing = editing
        self._clock = clock

    async def menu(self, place: MenuPlace) -> Document:
        """Return a menu. Raises NotFound."""
        found = await self._db["menus"].find_one(_query(place))
        if found is None:
            raise _missing()
        return found

    async def languages(self, place: MenuPlace) -> tuple[str, ...]:
        """Return the languages that a menu's location asks for; none where it names none, or is gone."""
        query = {"_id": ObjectId(place.location_id), "restaurantId": place.restaurant_id}
        location = await self._db["locations"].find_one(query, {"supportedLanguages": 1})
        return of_a_menu(texts((location or {}).get("supportedLanguages")))

    async def waiting(self, restaurant_ids: Sequence[str] | None) -> dict[MenuPlace, tuple[str, ...]]:
        """Return the menus of restaurants (None: of all) that wait and whose locations name languages, with these."""
        query: Document = dict(_WAITS)
        if restaurant_ids is not None:
            query["restaurantId"] = {"$in": list(restaurant_ids)}
        menus = await self._db["menus"].find(query, {"restaurantId": 1, "locationId": 1}).to_list()
        ids = list({menu.get("locationId") for menu in menus})
        fields = {"restaurantId": 1, "supportedLanguages": 1}
        locations = await self._db["locations"].find({"_id": {"$in": ids}}, fields).to_list()
        by_place = {(d["_id"], d.get("restaurantId")): of_a_menu(texts(d.get("supportedLanguages"))) for d in locations}
        found = {}
        for menu in menus:
            languages = by_place.get((menu.get("locationId"), menu.get("restaurantId")))
            if languages:
                found[MenuPlace(text(menu["restaurantId"]), str(menu["locationId"]), str(menu["_id"]))] = languages
        return found

    async def put_back(
        self,
        place: MenuPlace,
        asked: Sequence[Text],
        translated: Mapping[str, Mapping[str, str]],
        languages: Sequence[str],
    ) -> tuple[Document, int]:
        """Write translations into a menu; return it as it is then, and how many texts got one. Raises NotFound.

        It is decided on the menu as it is in the transaction that writes, so a stale translation can't overwrite
        anything. The mark that the menu needs translation goes when nothing is left in its location's languages.
        """
        own = await self.languages(place)
        count = 0

        def change(menu: Document) -> None:
            nonlocal count
            before = menu.get(RECORDS)
            count = put_back(menu, asked, translated, languages)
            settled = menu.get("needsTranslation") is True and not pending(menu, own or languages)
            if settled:
                menu["needsTranslation"] = False
            if count or settled or menu.get(RECORDS) != before:
                menu["updatedAt"] = self._clock.now()

        target = Target("menus", _query(place), place.restaurant_id, _missing())
        return await self._editing.change(target, change), count


def _query(place: MenuPlace) -> Document:
    return {
        "_id": ObjectId(place.menu_id),
        "restaurantId": place.restaurant_id,
        "locationId": ObjectId(place.location_id),
    }


def _missing() -> NotFound:
    return NotFound("INVALID_MENU", "the location has no such menu", metadata={"field": "menu_id"})
