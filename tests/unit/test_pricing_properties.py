"""What holds for every cart that can be priced."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ordering.pricing import CartLine, Menu, Modifier, Option, PricedCart, price
from tests.unit.carts import a_line, a_menu, an_item, flat, pick

CENTS = st.integers(-500, 20_000)
RATES = st.decimals(0, 30, places=3) | st.just(Decimal(0))
KEYS = "abcdef"

exhaustive = settings(deadline=None, max_examples=300)


@st.composite
def modifiers(draw: st.DrawFn, prices: st.SearchStrategy[int] = CENTS) -> Modifier:
    keys = KEYS[: draw(st.integers(1, 6))]
    return Modifier(
        id="mod",
        translations=("Mod",),
        required=False,
        max_choices=draw(st.none() | st.integers(0, 6)),
        free_choices=draw(st.integers(0, 4)),
        extra_choice_price_cents=draw(st.sampled_from([-50, 0, 0, 40, 75])),
        options=tuple(Option(id=key, translations=(key,), price_cents=draw(prices)) for key in keys),
    )


CHOICES = st.lists(st.sampled_from([*KEYS, "unknown"]), max_size=8)


@st.composite
def carts(draw: st.DrawFn) -> tuple[list[Menu], list[CartLine]]:
    """Draw one to three menus and a cart over them, whose lines may be on one menu or on several."""
    menus = []
    for number in range(draw(st.integers(1, 3))):
        items = [an_item(f"{number}{key}", draw(CENTS), draw(modifiers()), half=draw(CENTS)) for key in "xy"]
        menus.append(a_menu(*items, key=str(number), tax=str(draw(RATES)), available=draw(st.booleans())))
    ids = [key for menu in menus for key in menu.items]
    lines = []
    for key in draw(st.lists(st.sampled_from(ids), min_size=1, max_size=6)):
        picked = draw(st.lists(CHOICES, max_size=2))
        half = draw(st.sampled_from([(), ("half",)]))
        lines.append(a_line(key, *(pick("mod", *options) for options in picked), variants=half))
    return menus, lines


def exact_thousandths(menus: Sequence[Menu], cart: PricedCart) -> int:
    """Return the sum with tax in 100,000ths of a cent: rates have three places."""
    rates = {key: menu.sales_tax_percent for menu in menus for key in menu.items}
    return sum(line.price_cents * (100_000 + int((rates[line.menu_item_id] or 0) * 1000)) for line in cart.lines)


@given(carts())
@exhaustive
def test_the_total_is_the_exact_sum_rounded_half_up(cart: tuple[list[Menu], list[CartLine]]) -> None:
    priced = price(*cart, None)
    assert priced.total_cents == (2 * exact_thousandths(cart[0], priced) + 100_000) // 200_000


@given(carts(), st.randoms(use_true_random=False))
@exhaustive
def test_the_order_of_lines_does_not_change_the_total(cart: tuple[list[Menu], list[CartLine]], random: Random) -> None:
    menus, lines = cart
    shuffled = list(lines)
    random.shuffle(shuffled)
    assert price(menus, shuffled, flat(250)).total_cents == price(menus, lines, flat(250)).total_cents


@given(carts(), st.none() | st.integers(-500, 100_000))
@exhaustive
def test_the_parts_add_up(cart: tuple[list[Menu], list[CartLine]], off: int | None) -> None:
    priced = price(*cart, flat(off))
    assert sum(line.price_cents for line in priced.lines) == priced.subtotal_cents
    gross = priced.subtotal_cents + priced.tax_cents
    assert priced.total_cents == (gross - priced.discount_cents if gross >= 0 or (off or 0) <= 0 else 0)


@given(carts(), st.integers(1, 100_000))
@exhaustive
def test_a_campaign_never_takes_more_than_there_is(cart: tuple[list[Menu], list[CartLine]], off: int) -> None:
    priced = price(*cart, flat(off))
    assert 0 <= priced.discount_cents <= off
    assert priced.total_cents >= 0


@given(modifiers(prices=st.integers(0, 20_000)), CHOICES, st.sampled_from([*KEYS, "unknown"]))
@exhaustive
def test_one_more_option_never_lowers_the_price(modifier: Modifier, chosen: list[str], more: str) -> None:
    menu = a_menu(an_item("item", 1000, modifier))
    before = price([menu], [a_line("item", pick("mod", *chosen))], None)
    after = price([menu], [a_line("item", pick("mod", *chosen, more))], None)
    assert after.total_cents >= before.total_cents


@given(modifiers(), st.lists(CHOICES, max_size=4))
@exhaustive
def test_how_choices_are_spread_over_entries_does_not_matter(modifier: Modifier, entries: list[list[str]]) -> None:
    menu = a_menu(an_item("item", 1000, modifier))
    apart = price([menu], [a_line("item", *(pick("mod", *entry) for entry in entries))], None)
    together = [option for entry in entries for option in entry]
    assert price([menu], [a_line("item", pick("mod", *together))], None).total_cents == apart.total_cents


@given(modifiers(), CHOICES)
@exhaustive
def test_what_is_kept_is_known_and_within_the_maximum(modifier: Modifier, chosen: list[str]) -> None:
    menu = a_menu(an_item("item", 1000, modifier))
    options = price([menu], [a_line("item", pick("mod", *chosen))], None).lines[0].modifiers[0].options
    known = {option.id for option in modifier.options}
    assert [option.id for option in options] == [key for key in chosen[: modifier.max_choices] if key in known]
