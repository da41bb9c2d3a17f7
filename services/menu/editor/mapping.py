"""What editors send, as the documents hold it. Absent stays absent: the old clients' schemas choke on stored nulls."""

from __future__ import annotations

from typing import Any

from bson import ObjectId
from orderbuddy.menu.v1 import menu_editor_service_pb2 as rpc

from services.kit.errors import FieldViolation, InvalidInput
from services.menu.editor.cents import cents_of
from services.menu.editor.emoji import LONGEST as LONGEST_EMOJI
from services.menu.editor.emoji import utf16_units


def new_id() -> str:
    """Return an id for a part of a menu."""
    return str(ObjectId())


def wording(message: rpc.Wording) -> dict[str, str]:
    """Return a text in its languages."""
    stored = {"en": message.en}
    stored |= {language: getattr(message, language) for language in ("es", "pt") if message.HasField(language)}
    return stored


def category(request: rpc.SaveCategoryRequest) -> dict[str, Any]:
    """Return what a request says of a category. Raises InvalidInput when its emoji is too long."""
    if utf16_units(request.emoji) > LONGEST_EMOJI:
        raise InvalidInput([FieldViolation("emoji", f"must be at most {LONGEST_EMOJI} UTF-16 code units")])
    fields: dict[str, Any] = {}
    for name in ("name", "description"):
        if request.HasField(name):
            fields[name] = wording(getattr(request, name))
    if request.HasField("emoji"):
        fields["emoji"] = request.emoji
    return fields | {"sortOrder": _number(request.sort_order)}


def item(request: rpc.SaveItemRequest) -> dict[str, Any]:
    """Return what a request says of an item."""
    named = set(request.update_mask.paths)
    fields: dict[str, Any] = {}
    for name in ("name", "description"):
        if request.HasField(name):
            fields[name] = wording(getattr(request, name))
    fields |= {"categoryId": request.category_id, "priceCents": cents_of(request.price)}
    if request.HasField("making_cost_cents"):
        fields["makingCostCents"] = cents_of(request.making_cost_cents)
    if request.HasField("is_available"):
        fields["isAvailable"] = request.is_available
    if request.image_urls or "image_urls" in named:
        fields["imageUrls"] = list(request.image_urls)
    if request.station_tags or "station_tags" in named:
        fields["stationTags"] = list(request.station_tags)
    if request.variants or "variants" in named:
        fields["variants"] = [_variant(v) for v in request.variants]
    if request.modifiers or "modifiers" in named:
        fields["modifiers"] = [_modifier(m) for m in request.modifiers]
    return fields


def _variant(variant: rpc.ItemVariant) -> dict[str, Any]:
    return {
        "id": variant.id or new_id(),
        "name": variant.name,
        "priceCents": _number(variant.price_cents),
        "default": variant.default,
    }


def _modifier(modifier: rpc.ItemModifier) -> dict[str, Any]:
    return {
        "id": modifier.id or new_id(),
        "name": wording(modifier.name),
        "type": modifier.type,
        "required": modifier.required,
        "selectionMode": modifier.selection_mode,
        "maxChoices": _number(modifier.max_choices),
        "freeChoices": _number(modifier.free_choices),
        "extraChoicePriceCents": _number(modifier.extra_choice_price_cents),
        "options": [
            {"id": o.id or new_id(), "name": wording(o.name), "priceCents": _number(o.price_cents)}
            for o in modifier.options
        ],
    }


def _number(value: float) -> float:
    """Return a whole number as such: MongoDB tells 400 from 400.0, and so do old readers."""
    return int(value) if value.is_integer() else value
