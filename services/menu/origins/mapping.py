"""Origins and their style as messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Value
from orderbuddy.menu.v1 import origin_service_pb2 as rpc

from services.kit.errors import FieldViolation, InvalidInput
from services.kit.values import number, struct, text, text_or_none
from services.kit.versions import version_of

Stored = Mapping[str, Any]

_FLAG: Final = "qr_code_style.image_options.hide_background_dots"
_LONGEST_FLAG: Final = 50


def origin(document: Stored) -> rpc.OriginDetails:
    """Map an origin."""
    return rpc.OriginDetails(
        id=text(document["_id"]),
        restaurant_id=text(document.get("restaurantId")),
        location_id=text(document.get("locationId")),
        label=text(document.get("label")),
        qr_code=text(document.get("qrCode")),
        qr_code_id=text(document.get("qrCodeId")),
        type=text(document.get("type")),
        version=version_of(document),
    )


def location_origins(location: Stored, origins: Sequence[Stored]) -> rpc.LocationOrigins:
    """Map a location's origins and the style of its codes."""
    return rpc.LocationOrigins(
        qr_code_style=struct(location.get("qrCodeStyle")),
        qr_code_image=text_or_none(location.get("qrCodeImage")),
        origin_data=[origin(document) for document in origins],
    )


def style(message: rpc.QrStyle) -> dict[str, Any]:
    """Return a style as it is stored: the names of the contract, whole numbers as such. Raises InvalidInput."""
    if message.HasField("image_options") and not _is_flag(message.image_options.hide_background_dots):
        raise InvalidInput([FieldViolation(_FLAG, "must be true, false, or a short text or number")])
    stored: dict[str, Any] = _whole(MessageToDict(message))
    return stored


def _is_flag(value: Value) -> bool:
    """Tell whether it is no more than a flag; the old system took anything here."""
    match value.WhichOneof("kind"):
        case "bool_value":
            return True
        case "number_value":
            return number(value.number_value) is not None
        case "string_value":
            return len(value.string_value) <= _LONGEST_FLAG
    return False


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _whole(member) for key, member in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value
