"""The catalog as a stream: what guests can read, entry by entry, as it changes.

One change of the database can change several entries (a menu, and its location's list). Opening and closing change
entries without any write; they have no place of their own in the database, so a reader that resumes is told of each
location whose state differs from that of its token's instant.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from bson import ObjectId
from orderbuddy.menu.v1 import menu_service_pb2 as rpc

from services.kit.changes import Change, Follower
from services.kit.clock import Clock, SystemClock
from services.kit.fanout import Hub
from services.kit.mongo import Document
from services.kit.values import text
from services.kit.versions import version_of
from services.menu import mapping, opening_hours
from services.menu.campaigns.span import is_on, next_turn
from services.menu.progress import Progress
from services.menu.repository import COLLECTIONS, MenuRepository, menu_key

GUEST: Final = "guest"
FULL: Final = "full"

_FLIP: Final = "~"
"""Marks a place of ours after one of the database's: `<token>~<n>`."""

_SET_CLOCK_SECONDS: Final = 0.04
_LONGEST_SLEEP_SECONDS: Final = 30.0
_WRITES: Final = frozenset({"insert", "update", "replace"})


@dataclass(slots=True)
class CatalogEvent:
    """What changed, in both views: entries that are new or changed, and keys that are gone."""

    guest: list[rpc.CatalogEntry] = field(default_factory=list)
    full: list[rpc.CatalogEntry] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    def entries(self, view: str) -> list[rpc.CatalogEntry]:
        """Return the entries in a view."""
        return self.full if view == FULL else self.guest


class Catalog:
    """Knows what is needed to tell the consequences of a change, and follows the changes."""

    def __init__(self, repository: MenuRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock
        self.hub: Hub[CatalogEvent] = Hub()
        self._locations: dict[str, Document] = {}
        self._menus: dict[str, Document] = {}
        self._campaigns: dict[str, Document] = {}
        self._told_campaigns: set[str] = set()
        self._open: dict[str, bool] = {}
        self._flips = 0
        # The instant that all states told so far belong to. Only `keep_time` moves it, and it tells what that changes:
        # were each message to look at the clock itself, a turn between two looks would be told to nobody.
        self._as_of = clock.now()
        self._hours_changed = asyncio.Event()
        self.progress = Progress()

    # -- following ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Follow the database for ever."""
        follower = Follower(
            "catalog",
            self._repository.changes(),
            on_change=self._publish,
            on_idle=self._idle,
            on_reset=self._begin_anew,
        )
        await follower.run()

    def _idle(self, token: str) -> None:
        self.hub.advance(token)

    async def _publish(self, token: str, change: Change) -> None:
        event = self.event_of(change)
        if event is None:
            self.hub.advance(token)
        else:
            self.hub.publish(token, event, (GUEST, FULL))
        if change["ns"]["coll"] == "menus":
            self.progress.note(
                str(change.get("documentKey", {}).get("_id")), version_of(change.get("fullDocument") or {})
            )

    async def _begin_anew(self) -> None:
        self._locations = {str(d["_id"]): d async for d in self._repository.everything("locations")}
        self._menus = {str(d["_id"]): _listed(d) async for d in self._repository.everything("menus")}
        self._campaigns = {str(d["_id"]): d async for d in self._repository.everything("campaigns")}
        self._told_campaigns = {key for key, d in self._campaigns.items() if is_on(d, self._as_of)}
        self._open = {key: _is_open(d, self._as_of) for key, d in self._locations.items()}
        self._hours_changed.set()
        self.hub.forget()

    def event_of(self, change: Change) -> CatalogEvent | None:
        """Tell the consequences of a change and remember it; None when nothing readable changed."""
        collection, key = change["ns"]["coll"], str(change.get("documentKey", {}).get("_id"))
        if change["operationType"] == "delete":
            return self._removed(collection, key)
        document: Document | None = change.get("fullDocument")
        if change["operationType"] not in _WRITES or document is None:
            return None
        if collection == "locations":
            self._locations[key] = document
            self._open[key] = _is_open(document, self._as_of)
            self._hours_changed.set()
        moved = self._remember_menu(key, document) if collection == "menus" else []
        event = CatalogEvent()
        if collection == "campaigns":
            self._campaign_changed(key, document, event)
        else:
            self._add(event, collection, document)
        for place in moved:
            self._add_list(event, place)
        return event

    def _remember_menu(self, key: str, document: Document) -> list[tuple[str, str]]:
        """Return the places whose lists this menu changes."""
        before = self._menus.get(key)
        self._menus[key] = _listed(document)
        if before == self._menus[key]:
            return []
        places = [menu_key(document)]
        if before is not None and menu_key(before) != places[0]:
            places.append(menu_key(before))
        return places

    def _campaign_changed(self, key: str, document: Document, event: CatalogEvent) -> None:
        before = self._campaigns.get(key)
        self._campaigns[key] = document
        if before is not None and _campaign_key(before) != _campaign_key(document):
            event.removed.append(_campaign_key(before))
        self._tell_campaign(key, event)
        self._hours_changed.set()

    def _tell_campaign(self, key: str, event: CatalogEvent) -> None:
        document = self._campaigns[key]
        if is_on(document, self._as_of):
            self._told_campaigns.add(key)
            self._add(event, "campaigns", document)
        else:
            self._told_campaigns.discard(key)
            event.removed.append(_campaign_key(document))

    def _removed(self, collection: str, key: str) -> CatalogEvent | None:
        if collection == "campaigns":
            self._told_campaigns.discard(key)
            gone = self._campaigns.pop(key, None)
            return CatalogEvent(removed=[_campaign_key(gone)]) if gone else None
        event = CatalogEvent(removed=[f"{collection}/{key}"])
        if collection == "locations":
            self._locations.pop(key, None)
            self._open.pop(key, None)
        elif collection == "menus" and (before := self._menus.pop(key, None)) is not None:
            self._add_list(event, menu_key(before))
        return event

    # -- entries --------------------------------------------------------------------------------------------------

    def _add(self, event: CatalogEvent, collection: str, document: Document) -> None:
        event.guest.append(entry_of(collection, document, self._as_of, full=False))
        event.full.append(entry_of(collection, document, self._as_of, full=True))

    def _add_list(self, event: CatalogEvent, place: tuple[str, str]) -> None:
        entry = _list_entry(place, (m for m in self._menus.values() if menu_key(m) == place))
        event.guest.append(entry)
        event.full.append(entry)

    async def snapshot(self, view: str) -> AsyncGenerator[rpc.CatalogEntry, None]:
        """Yield every entry, read from the database."""
        full = view == FULL
        lists: dict[tuple[str, str], list[Document]] = {}
        for collection in COLLECTIONS:
            async for document in self._repository.everything(collection):
                if collection == "menus":
                    lists.setdefault(menu_key(document), []).append(_listed(document))
                if collection != "campaigns" or is_on(document, self._as_of):
                    yield entry_of(collection, document, self._as_of, full=full)
        for place, menus in lists.items():
            yield _list_entry(place, menus)

    async def of_location(self, restaurant_id: str, location_id: ObjectId) -> list[rpc.CatalogEntry]:
        """Return the entries that orders at a location depend on, read from the database; none without location."""
        location = await self._repository.location(restaurant_id, location_id)
        if location is None:
            return []
        now = self._clock.now()
        menus = await self._repository.menus(restaurant_id, location_id)
        campaigns = await self._repository.campaigns(restaurant_id, location_id)
        entries = [entry_of("locations", location, now, full=True)]
        entries += [entry_of("menus", menu, now, full=True) for menu in menus]
        entries += [entry_of("campaigns", campaign, now, full=True) for campaign in campaigns if is_on(campaign, now)]
        return [*entries, _list_entry((restaurant_id, str(location_id)), menus)]

    # -- resuming -------------------------------------------------------------------------------------------------

    def token(self, place: str) -> str:
        """Write a resume token: the place in the stream of changes, and the instant for opening and closing."""
        return f"{place}.{int(self._as_of.timestamp() * 1000)}"

    def turned_since(self, instant: datetime, view: str) -> tuple[list[rpc.CatalogEntry], list[str]]:
        """Return what has changed by the clock alone since an instant: entries, and keys that are gone."""
        now = self._as_of
        turned = (d for d in self._locations.values() if _is_open(d, instant) != _is_open(d, now))
        entries = [entry_of("locations", d, now, full=view == FULL) for d in turned]
        begun = (d for d in self._campaigns.values() if is_on(d, now) and not is_on(d, instant))
        entries += [entry_of("campaigns", d, now, full=view == FULL) for d in begun]
        ended = (d for d in self._campaigns.values() if is_on(d, instant) and not is_on(d, now))
        return entries, [_campaign_key(d) for d in ended]

    # -- opening and closing --------------------------------------------------------------------------------------

    async def keep_time(self) -> None:
        """Publish each location when it opens or closes, each campaign when it begins or ends, for ever."""
        while True:
            self._hours_changed.clear()
            now = self._as_of = self._clock.now()
            turned = [d for key, d in self._locations.items() if self._open.get(key) != _is_open(d, now)]
            campaigns = [k for k, d in self._campaigns.items() if is_on(d, now) != (k in self._told_campaigns)]
            if (turned or campaigns) and self.hub.position is not None:
                event = CatalogEvent()
                for document in turned:
                    self._open[str(document["_id"])] = _is_open(document, now)
                    self._add(event, "locations", document)
                for key in campaigns:
                    self._tell_campaign(key, event)
                self._flips += 1
                place = self.hub.position.partition(_FLIP)[0]
                self.hub.publish(f"{place}{_FLIP}{self._flips}", event, (GUEST, FULL))
            await self._sleep(now)

    async def _sleep(self, now: datetime) -> None:
        """Wait until something may turn. A set clock may jump at any time, so it is looked at often."""
        if not isinstance(self._clock, SystemClock):
            await asyncio.sleep(_SET_CLOCK_SECONDS)
            return
        hours = (opening_hours.from_document(d) for d in self._locations.values())
        turns = [opening_hours.next_change(h, now) for h in hours]
        turns += [next_turn(d, now) for d in self._campaigns.values()]
        waits = [(turn - now).total_seconds() for turn in turns if turn is not None]
        seconds = min([*waits, _LONGEST_SLEEP_SECONDS])
        try:
            async with asyncio.timeout(max(seconds, 0.01)):
                await self._hours_changed.wait()
        except TimeoutError:
            pass


def instant_of(milliseconds: str) -> datetime | None:
    """Read the instant of a resume token; None when it is none."""
    if not milliseconds.isdecimal() or len(milliseconds) > 14:
        return None
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)


def _is_open(document: Mapping[str, Any], now: datetime) -> bool:
    return opening_hours.is_open(opening_hours.from_document(document), now)


def _listed(document: Mapping[str, Any]) -> Document:
    """Keep of a menu what its location's list shows."""
    kept = ("_id", "restaurantId", "locationId", "menuSlug", "name", "available")
    return {name: document.get(name) for name in kept}


def _list_entry(place: tuple[str, str], menus: Iterable[Document]) -> rpc.CatalogEntry:
    restaurant_id, location_id = place
    listed = rpc.CatalogMenuList(
        restaurant_id=restaurant_id, location_id=location_id, menus=[mapping.summary(m) for m in menus]
    )
    return rpc.CatalogEntry(key=f"menu-lists/{location_id}", menu_list=listed)


def _campaign_key(document: Mapping[str, Any]) -> str:
    place = (text(document.get(name)) for name in ("restaurantId", "locationId", "originId"))
    return "/".join(("campaigns", *place))


def entry_of(collection: str, document: Mapping[str, Any], now: datetime, *, full: bool) -> rpc.CatalogEntry:
    """Map a document to its entry."""
    if collection == "campaigns":
        place = {name: text(document.get(name)) for name in ("restaurantId", "locationId", "originId")}
        found = rpc.CatalogCampaign(
            restaurant_id=place["restaurantId"],
            location_id=place["locationId"],
            origin_id=place["originId"],
            campaign=mapping.campaign(document),
            percent_off=mapping.percent_off(document) if full else None,
        )
        return rpc.CatalogEntry(key=_campaign_key(document), campaign=found)
    entry = rpc.CatalogEntry(key=f"{collection}/{document['_id']}")
    if collection == "restaurants":
        entry.restaurant.CopyFrom(mapping.restaurant(document))
    elif collection == "locations":
        entry.location.CopyFrom(mapping.catalog_location(document, now, full=full))
    elif collection == "menus":
        entry.menu.CopyFrom(mapping.menu(document, mapping.View.PRICING if full else mapping.View.GUEST))
    else:
        entry.origin.CopyFrom(mapping.origin(document))
    return entry
