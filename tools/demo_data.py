"""The demo restaurant, in the shapes of the old contract; `load` puts it into an empty database."""

# ruff: noqa: E501  the items read best as a table

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from bson import ObjectId
from pymongo.asynchronous.database import AsyncDatabase

Document = dict[str, Any]

_MADE: Final = datetime(2026, 1, 1, tzinfo=UTC)
_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Demo:
    """Ids of the demo restaurant."""

    restaurant_id: str = "luna_mar"
    location_id: str = "6a10000000000000000000a1"
    paid_location_id: str = "6a10000000000000000000a2"
    menu_ids: tuple[str, ...] = ("6a20000000000000000000a1", "6a20000000000000000000a2", "6a20000000000000000000a3")
    origin_id: str = "6a30000000000000000000a1"
    campaign_origin_id: str = "6a30000000000000000000a5"
    item_id: str = "taco-pescado"


DEMO: Final = Demo()


def _t(en: str, es: str, pt: str) -> dict[str, str]:
    return {"en": en, "es": es, "pt": pt}


def _option(key: str, name: dict[str, str], cents: int = 0) -> Document:
    return {"id": key, "name": name, "priceCents": cents}


def _modifier(key: str, name: dict[str, str], options: list[Document], **rules: Any) -> Document:
    usual = {
        "type": "standard",
        "required": False,
        "selectionMode": "multiple",
        "maxChoices": len(options),
        "freeChoices": 0,
        "extraChoicePriceCents": 0,
    }
    return {"id": key, "name": name, **usual, **rules, "options": options}


SALSA: Final = _modifier(
    "salsa",
    _t("Salsa", "Salsa", "Molho"),
    [
        _option("verde", _t("Green", "Verde", "Verde")),
        _option("roja", _t("Red", "Roja", "Vermelho")),
        _option("habanero", _t("Habanero", "Habanero", "Habanero")),
    ],
    required=True,
    selectionMode="single",
    maxChoices=1,
)
TOPPINGS: Final = _modifier(
    "toppings",
    _t("Toppings (two free)", "Ingredientes (dos gratis)", "Complementos (dois grátis)"),
    [
        _option("cebolla", _t("Pickled onion", "Cebolla encurtida", "Cebola em conserva")),
        _option("aguacate", _t("Avocado", "Aguacate", "Abacate")),
        _option("rabano", _t("Radish", "Rábano", "Rabanete")),
        _option("queso", _t("Cotija cheese", "Queso cotija", "Queijo cotija")),
    ],
    selectionMode="max",
    maxChoices=4,
    freeChoices=2,
    extraChoicePriceCents=75,
)
EXTRAS: Final = _modifier(
    "extras",
    _t("Make it a feast", "Hazlo un festín", "Faça um banquete"),
    [
        _option("guacamole", _t("Guacamole", "Guacamole", "Guacamole"), 250),
        _option("arroz", _t("Rice and beans", "Arroz y frijoles", "Arroz e feijão"), 300),
        _option("totopos", _t("Chips", "Totopos", "Nachos"), 150),
    ],
    type="upsell",
    selectionMode="max",
    maxChoices=2,
)
MILK: Final = _modifier(
    "leche",
    _t("Milk", "Leche", "Leite"),
    [
        _option("entera", _t("Whole", "Entera", "Integral")),
        _option("avena", _t("Oat", "Avena", "Aveia"), 60),
    ],
    selectionMode="single",
    maxChoices=1,
)


def _item(
    key: str, category: str, cents: int, tags: list[str], name: dict[str, str], description: dict[str, str], **more: Any
) -> Document:
    return {
        "id": key,
        "name": name,
        "description": description,
        "imageUrls": [],
        "categoryId": category,
        "priceCents": cents,
        "makingCostCents": round(cents * 0.3),
        "isAvailable": True,
        "stationTags": tags,
        "variants": [],
        "modifiers": [],
        **more,
    }


def _sizes(small: int, large: int) -> list[Document]:
    return [
        {"id": "small", "name": "Small", "priceCents": small, "default": True},
        {"id": "large", "name": "Large", "priceCents": large, "default": False},
    ]


def _category(key: str, order: int, emoji: str, name: dict[str, str]) -> Document:
    return {"id": key, "name": name, "description": name, "sortOrder": order, "emoji": emoji}


_FOOD: Final = [
    _item("taco-pescado", "tacos", 495, ["kitchen"], _t("Fish taco", "Taco de pescado", "Taco de peixe"),
          _t("Beer-battered cod, slaw", "Bacalao rebozado, col", "Bacalhau empanado, repolho"), modifiers=[SALSA, TOPPINGS]),
    _item("taco-pastor", "tacos", 450, ["kitchen"], _t("Taco al pastor", "Taco al pastor", "Taco al pastor"),
          _t("Pork, pineapple", "Cerdo, piña", "Porco, abacaxi"), modifiers=[SALSA, TOPPINGS]),
    _item("taco-hongos", "tacos", 425, ["kitchen"], _t("Mushroom taco", "Taco de hongos", "Taco de cogumelos"),
          _t("Grilled mushrooms, epazote", "Hongos asados, epazote", "Cogumelos grelhados"), modifiers=[SALSA, TOPPINGS]),
    _item("moqueca", "platos", 1695, ["kitchen"], _t("Moqueca", "Moqueca", "Moqueca"),
          _t("Fish stew, coconut, dendê", "Guiso de pescado con coco", "Peixe, coco e dendê"),
          variants=_sizes(1695, 2395), modifiers=[EXTRAS]),
    _item("ceviche", "platos", 1350, ["kitchen"], _t("Ceviche", "Ceviche", "Ceviche"),
          _t("Lime, corn, sweet potato", "Lima, maíz, camote", "Limão, milho, batata-doce"), modifiers=[EXTRAS]),
    _item("feijoada", "platos", 1550, ["kitchen"], _t("Feijoada", "Feijoada", "Feijoada"),
          _t("Black beans, three cuts of pork", "Frijoles negros, cerdo", "Feijão preto, carnes"), isAvailable=False),
    _item("elote", "antojos", 550, ["kitchen"], _t("Street corn", "Elote", "Milho de rua"),
          _t("Lime, chili, cotija", "Lima, chile, cotija", "Limão, pimenta, cotija")),
    _item("pao-de-queijo", "antojos", 475, ["kitchen"], _t("Cheese bread", "Pan de queso", "Pão de queijo"),
          _t("Six, warm", "Seis, calientes", "Seis, quentinhos")),
    _item("flan", "postres", 625, ["dessert"], _t("Coconut flan", "Flan de coco", "Pudim de coco"),
          _t("Burnt caramel", "Caramelo quemado", "Caramelo queimado")),
    _item("brigadeiro", "postres", 350, ["dessert"], _t("Brigadeiros", "Brigadeiros", "Brigadeiros"),
          _t("Three", "Tres", "Três")),
]  # fmt: skip
_DRINKS: Final = [
    _item("caipirinha", "cocteles", 1100, ["bar"], _t("Caipirinha", "Caipiriña", "Caipirinha"),
          _t("Cachaça, lime", "Cachaza, lima", "Cachaça, limão")),
    _item("margarita", "cocteles", 1150, ["bar"], _t("Margarita", "Margarita", "Margarita"),
          _t("Tequila, lime, salt", "Tequila, lima, sal", "Tequila, limão, sal"), variants=_sizes(1150, 1650)),
    _item("agua-jamaica", "frescos", 425, ["bar"], _t("Hibiscus water", "Agua de jamaica", "Água de hibisco"),
          _t("House made", "De la casa", "Da casa"), variants=_sizes(425, 575)),
    _item("guarana", "frescos", 395, ["bar"], _t("Guaraná", "Guaraná", "Guaraná"), _t("Cold", "Frío", "Gelado")),
    _item("cafe-olla", "calientes", 375, ["bar"], _t("Café de olla", "Café de olla", "Café de olla"),
          _t("Cinnamon, piloncillo", "Canela, piloncillo", "Canela, rapadura"), modifiers=[MILK]),
    _item("chocolate", "calientes", 450, ["bar"], _t("Hot chocolate", "Chocolate caliente", "Chocolate quente"),
          _t("Oaxacan", "Oaxaqueño", "De Oaxaca"), modifiers=[MILK]),
]  # fmt: skip
_FOOD_CATEGORIES: Final = [
    _category("tacos", 1, "🌮", _t("Tacos", "Tacos", "Tacos")),
    _category("platos", 2, "🍲", _t("Mains", "Platos", "Pratos")),
    _category("antojos", 3, "🌽", _t("Snacks", "Antojos", "Petiscos")),
    _category("postres", 4, "🍮", _t("Desserts", "Postres", "Sobremesas")),
]
_DRINK_CATEGORIES: Final = [
    _category("cocteles", 1, "🍹", _t("Cocktails", "Cócteles", "Coquetéis")),
    _category("frescos", 2, "🥤", _t("Cold drinks", "Bebidas frías", "Bebidas geladas")),
    _category("calientes", 3, "☕", _t("Hot drinks", "Bebidas calientes", "Bebidas quentes")),
]


def _menu(
    number: int, location: str, slug: str, name: dict[str, str], categories: list[Document], items: list[Document]
) -> Document:
    return {
        "_id": ObjectId(DEMO.menu_ids[number]),
        "restaurantId": DEMO.restaurant_id,
        "locationId": ObjectId(location),
        "menuSlug": slug,
        "name": name,
        "categories": categories,
        "items": items,
        "salesTax": 10.25,
        "available": True,
        "schedule": {"type": "manual"},
        "createdAt": _MADE,
        "updatedAt": _MADE,
    }


def _location(key: str, slug: str, name: str, hours: list[Document], *, pays: bool) -> Document:
    return {
        "_id": ObjectId(key),
        "restaurantId": DEMO.restaurant_id,
        "locationSlug": slug,
        "name": name,
        "address": "1 Harbor Steps, Seattle, WA",
        "timezone": "America/Los_Angeles",
        "isActive": True,
        "isMobile": False,
        "contact": {"email": "hola@lunamar.example"},
        # The local gateway serves anybody, and moves no money.
        "payment": {"acceptPayment": pays, "emergepayWalletsPublicId": "", "oid": "lunamar", "auth": "no-real-money"},
        "workingHours": hours,
        "orderTiming": {"acceptOrdersAfterMinutes": 0, "stopOrdersBeforeMinutes": 0},
        "autoAcceptOrder": pays,
        "alertNumbers": [],
        "printers": [],
        "qrCodeImage": "",
        "qrCodeId": "",
        "qrCodeStyle": {},
        "createdAt": _MADE,
        "updatedAt": _MADE,
    }


def _hours(day: str, start: str | None, end: str | None) -> Document:
    return {"day": day, "isOpen": start is not None, "startTime": start, "endTime": end}


_ALWAYS: Final = [_hours(day, "00:00", "23:59") for day in _DAYS]
_EVENINGS: Final = [
    _hours("monday", None, None),
    *(_hours(day, "11:00", "22:00") for day in _DAYS[1:4]),
    *(_hours(day, "18:00", "02:00") for day in _DAYS[4:6]),  # into the next morning
    _hours("sunday", "11:00", "20:00"),
]


def _origin(number: int, label: str, kind: str) -> Document:
    return {
        "_id": ObjectId(f"6a30000000000000000000a{number}"),
        "restaurantId": DEMO.restaurant_id,
        "locationId": ObjectId(DEMO.location_id),
        "label": label,
        "type": kind,
        "qrCode": "",
        "qrCodeId": f"demo-{number}",
    }


def _station(number: int, name: str, tag: str) -> Document:
    return {
        "_id": ObjectId(f"6a40000000000000000000a{number}"),
        "restaurantId": DEMO.restaurant_id,
        "locationId": ObjectId(DEMO.location_id),
        "name": name,
        "tags": [tag],
    }


def documents() -> dict[str, list[Document]]:
    """Return the demo restaurant's documents, by collection."""
    here, there = DEMO.location_id, DEMO.paid_location_id
    return {
        "restaurants": [
            {
                "_id": DEMO.restaurant_id,
                "name": "Luna Mar",
                "concept": "Pan-American street kitchen and bar",
                "logo": "",
                "createdAt": "2026-01-01T00:00:00.000Z",
                "updatedAt": "2026-01-01T00:00:00.000Z",
            }
        ],
        "locations": [
            _location(here, "harbor", "Luna Mar Harbor", _ALWAYS, pays=False),
            _location(there, "downtown", "Luna Mar Downtown", _EVENINGS, pays=True),
        ],
        "menus": [
            _menu(0, here, "comida", _t("Food", "Comida", "Comida"), _FOOD_CATEGORIES, _FOOD),
            _menu(1, here, "bebidas", _t("Drinks", "Bebidas", "Bebidas"), _DRINK_CATEGORIES, _DRINKS),
            _menu(2, there, "barra", _t("Bar", "Barra", "Bar"), _DRINK_CATEGORIES, _DRINKS),
        ],
        "origins": [
            _origin(1, "Table 1", "table"),
            _origin(2, "Table 2", "table"),
            _origin(3, "Table 3", "table"),
            _origin(4, "Parking A", "parking"),
            _origin(5, "Harbor festival", "campaign"),
        ],
        "campaigns": [
            {
                "_id": ObjectId("6a50000000000000000000a1"),
                "restaurantId": DEMO.restaurant_id,
                "locationId": ObjectId(here),
                "originId": ObjectId(DEMO.campaign_origin_id),
                "name": "Harbor festival",
                "type": "flat",
                "reward": {"flatOffCents": 200},
                "isActive": True,
                "createdAt": _MADE,
                "updatedAt": _MADE,
            }
        ],
        "stations": [
            _station(1, "Kitchen", "kitchen"),
            _station(2, "Bar", "bar"),
            _station(3, "Desserts", "dessert"),
        ],
    }


def example_cart() -> Document:
    """Return a body for POST /order-app/cart/preview-order: two tacos with toppings and a large hibiscus water."""
    taco = {
        "menuItemId": "taco-pescado",
        "name": "Fish taco",
        "price": 570,
        "notes": "",
        "variants": [],
        "modifiers": [
            {"id": "salsa", "name": "Salsa", "options": [{"id": "verde", "name": "Green", "priceCents": 0}]},
            {
                "id": "toppings",
                "name": "Toppings (two free)",
                "options": [{"id": o, "name": o, "priceCents": 0} for o in ("cebolla", "aguacate", "queso")],
            },
        ],
        "stationTags": ["kitchen"],
    }
    water = {
        "menuItemId": "agua-jamaica",
        "name": "Agua de jamaica",
        "price": 575,
        "notes": "sin hielo",
        "variants": [{"id": "large", "name": "Large", "priceCents": 575}],
        "modifiers": [],
        "stationTags": ["bar"],
    }
    return {
        "restaurantId": DEMO.restaurant_id,
        "locationId": DEMO.location_id,
        "locationSlug": "harbor",
        "origin": {"id": DEMO.origin_id, "name": "Table 1"},
        "customer": {"name": "Ana", "phone": ""},
        "items": [{"id": f"line-{n}", **line} for n, line in enumerate((taco, taco, water), start=1)],
        "getSms": False,
    }


async def load(db: AsyncDatabase[Document]) -> bool:
    """Load the demo restaurant if there is no restaurant yet. Safe beside itself. Return whether there was none."""
    if await db["restaurants"].find_one({}, {"_id": 1}) is not None:
        return False
    loaded = documents()
    # The restaurant last: a load that was cut off begins again.
    for collection in [*(name for name in loaded if name != "restaurants"), "restaurants"]:
        for document in loaded[collection]:
            await db[collection].update_one({"_id": document["_id"]}, {"$setOnInsert": document}, upsert=True)
    return True
