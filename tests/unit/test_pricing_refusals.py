from __future__ import annotations

import pytest

from services.ordering.pricing import MAX_CENTS, CartLine, Item, Menu, Modifier, PricingError, price
from tests.unit.carts import a_line, a_menu, a_modifier, an_item, of_prices, pick


def refused(menu: Menu, *lines: CartLine) -> PricingError:
    with pytest.raises(PricingError) as caught:
        price([menu], lines, None)
    return caught.value


LINE = a_line("item")
NEEDY = a_modifier(required=True, x=100)


@pytest.mark.parametrize(
    ("_case", "item", "line", "kind", "field", "reason"),
    [
        ("unknown item", an_item(), a_line("tea"), "not_found", "menu_item_id", "item 'tea' is not on the menu"),
        ("86'd item", an_item(available=False), LINE, "not_found", "menu_item_id", "item 'item' is not available"),
        (
            "unknown variant",
            an_item(small=1),
            a_line("item", variants=["huge"]),
            "not_found",
            "variants.0.id",
            "item 'item' has no variant 'huge'",
        ),
        (
            "two variants",
            an_item(small=1, large=2),
            a_line("item", variants=["small", "large"]),
            "invalid",
            "variants",
            "only one variant can be chosen",
        ),
        (
            "unknown modifier",
            an_item("item", 1, a_modifier(x=1)),
            a_line("item", pick("mod", "x"), pick("rum")),
            "not_found",
            "modifiers.1.id",
            "item 'item' has no modifier 'rum'",
        ),
        (
            "options of a modifier without options",
            an_item("item", 1, a_modifier()),
            a_line("item", pick("mod", "x")),
            "not_found",
            "modifiers.0.options.0.id",
            "modifier 'mod' of item 'item' has no options",
        ),
        (
            "required modifier left out",
            an_item("item", 1, NEEDY),
            LINE,
            "invalid",
            "modifiers",
            "item 'item' needs a choice in modifier 'mod'",
        ),
        (
            "required modifier with nothing that is on the menu",
            an_item("item", 1, NEEDY),
            a_line("item", pick("mod", "y")),
            "invalid",
            "modifiers",
            "item 'item' needs a choice in modifier 'mod'",
        ),
        (
            "unusable modifier",
            an_item("item", 1, a_modifier(usable=False, x=1)),
            a_line("item", pick("mod", "x")),
            "unusable",
            "modifiers.0.id",
            "modifier 'mod' of item 'item' has limits or prices that are no whole numbers",
        ),
        (
            "item without price",
            an_item(cents=None),
            LINE,
            "unusable",
            "menu_item_id",
            "item 'item' has no usable price",
        ),
        (
            "variant without price",
            an_item(small=None),
            a_line("item", variants=["small"]),
            "unusable",
            "variants.0.id",
            "variant 'small' of item 'item' has no usable price",
        ),
        (
            "option without price",
            an_item("item", 1, a_modifier(x=1, y=None)),
            a_line("item", pick("mod", "x"), pick("mod", "x", "y")),
            "unusable",
            "modifiers.1.options.1.id",
            "option 'y' of item 'item' has no usable price",
        ),
        (
            "price beyond all bounds",
            an_item(cents=MAX_CENTS + 1),
            LINE,
            "unusable",
            "menu_item_id",
            "item 'item' has no usable price",
        ),
    ],
)
def test_the_line_that_cannot_be_priced_is_named(
    _case: str, item: Item, line: CartLine, kind: str, field: str, reason: str
) -> None:
    error = refused(a_menu(item, an_item("fine")), a_line("fine"), line)
    assert (error.kind, error.line, error.field) == (kind, 1, f"items.1.{field}")
    assert error.message == str(error) == f"line 2: {reason}"


def test_the_first_failing_line_decides() -> None:
    menu = a_menu(an_item("off", available=False), tax=None)
    assert refused(menu, a_line("nope"), a_line("off")).field == "items.0.menu_item_id"
    assert refused(menu, a_line("off"), a_line("nope")).message == "line 1: item 'off' is not available"


def test_an_empty_cart_is_refused() -> None:
    error = refused(a_menu(an_item()))
    assert (error.kind, error.line, error.field, error.message) == ("invalid", None, "items", "the cart is empty")


@pytest.mark.parametrize("tax", [None, "NaN", "Infinity"])
def test_a_menu_without_usable_tax_cannot_be_ordered_from(tax: str | None) -> None:
    error = refused(a_menu(an_item(), tax=tax), LINE)
    assert (error.kind, error.line, error.field) == ("unusable", None, "menu_id")
    assert error.message == "menu menu has no usable sales tax"


@pytest.mark.parametrize(
    ("cents", "tax"), [((MAX_CENTS, 1), "0"), ((-MAX_CENTS, -1), "0"), ((MAX_CENTS, 1), "-50"), ((MAX_CENTS,), "1")]
)
def test_a_sum_beyond_all_bounds_is_refused(cents: tuple[int, ...], tax: str) -> None:
    with pytest.raises(PricingError) as caught:
        of_prices(*cents, tax=tax)
    assert (caught.value.kind, caught.value.line, caught.value.field) == ("unusable", None, "items")


def test_a_price_that_is_not_needed_may_be_missing() -> None:
    modifier = a_modifier(free=1, extra=75, x=None, y=None)
    cart = price([a_menu(an_item("item", 1000, modifier))], [a_line("item", pick("mod", "x", "y"))], None)
    assert cart.total_cents == 1075


@pytest.mark.parametrize("modifier", [a_modifier(required=True), a_modifier(required=True, limit=0, x=1)])
def test_a_requirement_that_nobody_can_meet_is_not_made(modifier: Modifier) -> None:
    assert price([a_menu(an_item("item", 1000, modifier))], [LINE], None).total_cents == 1000


def test_an_unusable_modifier_that_is_not_chosen_does_not_matter() -> None:
    item = an_item("item", 1000, a_modifier(usable=False, x=1))
    assert price([a_menu(item)], [a_line("item", pick("mod"))], None).total_cents == 1000
