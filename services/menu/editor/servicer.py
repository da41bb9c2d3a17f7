"""MenuEditorService: RPCs in and out."""

from __future__ import annotations

from typing import Any, Protocol

from bson import ObjectId
from orderbuddy.menu.v1 import menu_editor_service_pb2 as rpc
from orderbuddy.menu.v1 import menu_editor_service_pb2_grpc as rpc_grpc

from services.kit.interceptor import Context
from services.kit.mongo import object_id
from services.menu import mapping as catalog_mapping
from services.menu.editor import mapping, menu_changes
from services.menu.editor.kept import merged_texts
from services.menu.editor.mapping import new_id
from services.menu.editor.repository import MenuEditor
from services.menu.repository import MenuRepository


class InMenu(Protocol):
    """A request that names a menu."""

    restaurant_id: str
    location_id: str
    menu_id: str


def place_of(restaurant_id: str, location_id: str) -> tuple[str, ObjectId]:
    """Return whose menus are meant. Raises NotFound."""
    return restaurant_id, object_id(location_id, "locationId", "INVALID_LOCATION")


def menu_of(request: InMenu) -> tuple[tuple[str, ObjectId], ObjectId]:
    """Return which menu is meant. Raises NotFound."""
    return place_of(request.restaurant_id, request.location_id), object_id(request.menu_id, "menuId", "MENU_NOT_FOUND")


class MenuEditorServicer(rpc_grpc.MenuEditorServiceServicer):
    """Serves the people who write menus."""

    def __init__(self, editor: MenuEditor, menus: MenuRepository) -> None:
        self._editor = editor
        self._menus = menus

    async def ListStaffMenus(self, request: rpc.ListStaffMenusRequest, context: Context) -> rpc.ListStaffMenusResponse:
        """Return the menus of a location."""
        found = await self._menus.summaries(*place_of(request.restaurant_id, request.location_id))
        return rpc.ListStaffMenusResponse(data=[catalog_mapping.summary(document) for document in found])

    async def GetStaffMenu(self, request: rpc.GetStaffMenuRequest, context: Context) -> rpc.GetStaffMenuResponse:
        """Return a menu with everything in it."""
        document = await self._editor.menu(*menu_of(request))
        return rpc.GetStaffMenuResponse(data=catalog_mapping.menu(document, catalog_mapping.View.STAFF))

    async def GetCounterMenu(self, request: rpc.GetCounterMenuRequest, context: Context) -> rpc.GetCounterMenuResponse:
        """Return a menu with what can be sold now."""
        document = await self._editor.menu(*menu_of(request))
        return rpc.GetCounterMenuResponse(data=catalog_mapping.menu(document, catalog_mapping.View.COUNTER))

    async def CreateMenu(self, request: rpc.CreateMenuRequest, context: Context) -> rpc.CreateMenuResponse:
        """Make an empty menu."""
        fields = {
            "menuSlug": request.menu_slug,
            "name": mapping.wording(request.name),
            "categories": [],
            "items": [],
            "available": request.available,
            "salesTax": request.sales_tax,
        }
        document = await self._editor.create(place_of(request.restaurant_id, request.location_id), fields)
        return rpc.CreateMenuResponse(data=catalog_mapping.summary(document))

    async def CopyMenu(self, request: rpc.CopyMenuRequest, context: Context) -> rpc.CopyMenuResponse:
        """Make a copy of a menu."""
        place, menu_id = menu_of(request)
        fields: dict[str, Any] = menu_changes.copied(await self._editor.menu(place, menu_id), new_id)
        if request.menu_slug:
            fields["menuSlug"] = request.menu_slug
        to = place_of(request.restaurant_id, request.to_location_id) if request.to_location_id else place
        return rpc.CopyMenuResponse(data=catalog_mapping.summary(await self._editor.create(to, fields)))

    async def UpdateMenu(self, request: rpc.UpdateMenuRequest, context: Context) -> rpc.UpdateMenuResponse:
        """Change a menu itself."""
        fields: dict[str, Any] = {}
        for field, stored in (("menu_slug", "menuSlug"), ("sales_tax", "salesTax"), ("available", "available")):
            if request.HasField(field):
                fields[stored] = getattr(request, field)
        if request.HasField("name"):
            fields["name"] = mapping.wording(request.name)
        if request.tags or "tags" in request.update_mask.paths:
            fields["tags"] = list(request.tags)
        version = request.version if request.HasField("version") else None
        document, _ = await self._editor.change(
            *menu_of(request), lambda menu: menu.update(merged_texts(menu, fields)), version
        )
        return rpc.UpdateMenuResponse(data=catalog_mapping.summary(document))

    async def DeleteMenu(self, request: rpc.DeleteMenuRequest, context: Context) -> rpc.DeleteMenuResponse:
        """Delete a menu."""
        await self._editor.delete(*menu_of(request), request.version if request.HasField("version") else None)
        return rpc.DeleteMenuResponse(data=True)

    async def SaveCategory(self, request: rpc.SaveCategoryRequest, context: Context) -> rpc.SaveCategoryResponse:
        """Change or add a category."""
        fields = mapping.category(request)
        _, category_id = await self._editor.change(
            *menu_of(request), lambda menu: menu_changes.save_category(menu, request.id, fields, new_id)
        )
        return rpc.SaveCategoryResponse(data=True, id=category_id)

    async def DeleteCategory(self, request: rpc.DeleteCategoryRequest, context: Context) -> rpc.DeleteCategoryResponse:
        """Delete a category."""
        await self._editor.change(
            *menu_of(request), lambda menu: menu_changes.delete_category(menu, request.category_id)
        )
        return rpc.DeleteCategoryResponse(data=True)

    async def SetCategorySortOrder(
        self, request: rpc.SetCategorySortOrderRequest, context: Context
    ) -> rpc.SetCategorySortOrderResponse:
        """Move one category."""
        await self._editor.change(
            *menu_of(request),
            lambda menu: menu_changes.sort_category(menu, request.category_id, request.sort_order),
        )
        return rpc.SetCategorySortOrderResponse(data=True)

    async def SortCategories(self, request: rpc.SortCategoriesRequest, context: Context) -> rpc.SortCategoriesResponse:
        """Put all categories into an order."""
        await self._editor.change(
            *menu_of(request), lambda menu: menu_changes.sort_categories(menu, list(request.category_ids))
        )
        return rpc.SortCategoriesResponse(data=True)

    async def SaveItem(self, request: rpc.SaveItemRequest, context: Context) -> rpc.SaveItemResponse:
        """Change or add an item."""
        fields = mapping.item(request)
        version = request.version if request.HasField("version") else None
        _, (item_id, new_version) = await self._editor.change(
            *menu_of(request), lambda menu: menu_changes.save_item(menu, request.id, fields, version, new_id)
        )
        return rpc.SaveItemResponse(data=True, id=item_id, version=new_version)

    async def DeleteItem(self, request: rpc.DeleteItemRequest, context: Context) -> rpc.DeleteItemResponse:
        """Delete an item."""
        await self._editor.change(*menu_of(request), lambda menu: menu_changes.delete_item(menu, request.item_id))
        return rpc.DeleteItemResponse(data=True)

    async def SetOptionAvailability(
        self, request: rpc.SetOptionAvailabilityRequest, context: Context
    ) -> rpc.SetOptionAvailabilityResponse:
        """Take an option off, or put it back."""
        await self._editor.change(
            *menu_of(request),
            lambda menu: menu_changes.set_option_availability(
                menu, request.item_id, request.modifier_id, request.option_id, available=request.is_available
            ),
        )
        return rpc.SetOptionAvailabilityResponse(data=True)
