"""What stands on receipts, kitchen tickets and slips about what was taken back. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.station.printing.paper import Paper, Strip, Style
from services.station.printing.words import WORDS, Words

MOST_LINES = 500
"""After so many no further dish is begun: nobody orders that much in earnest."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of an order; orders have one line for each unit."""

    name: str
    variant: str = ""
    modifiers: tuple[str, ...] = ()
    """Each with its options: `Salsa: Verde, Roja`."""
    notes: str = ""
    price_cents: int | None = None
    """With variant and modifiers, before tax."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What an order costs, in cents; None: not known."""

    total: int | None
    tax: int | None = None
    discount: int = 0
    discount_name: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands at the top of everything."""

    place: str
    code: str
    origin: str
    customer: str
    at: datetime
    """In the time zone of the place."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a printer wants it."""

    columns: int
    language: str

    @property
    def words(self) -> Words:
        """The words of its language."""
        return WORDS[self.language]


def receipt(form: Form, heading: Heading, items: Sequence[Item], sums: Sums, *, canceled: bool = False) -> Paper:
    """Lay out a whole order with its prices, for the guest."""
    words, strip = form.words, Strip(form.columns)
    strip.text(heading.place, Style.BOLD)
    strip.text(f"{words.order} {heading.code}", Style.BIG)
    _when_and_who(strip, words, heading)
    strip.text(heading.origin)
    if canceled:
        strip.text(words.canceled, Style.BOLD)
    strip.rule()
    for item, count in Counter(items).items():
        if _is_too_long(strip, words):
            break
        price = "" if item.price_cents is None else words.amount(item.price_cents * count)
        strip.pair(item.name, price, prefix=f"{count} x ")
        _choices(strip, item, Style.PLAIN)
    strip.rule()
    _sums(strip, words, items, sums)
    strip.cut()
    return strip.lines


def _is_too_long(strip: Strip, words: Words) -> bool:
    """Tell whether there is enough on the paper, and say so on it.

    A guest may order 200 dishes with a page of notes to each: that would be metres of paper, and more bytes than a
    stream takes, again and again.
    """
    too_long = len(strip.lines) > MOST_LINES
    if too_long:
        strip.text(words.too_long, Style.BOLD)
    return too_long


def _sums(strip: Strip, words: Words, items: Sequence[Item], sums: Sums) -> None:
    prices = [item.price_cents for item in items if item.price_cents is not None]
    if len(prices) == len(items):
        strip.pair(words.subtotal, words.amount(sum(prices)))
    if sums.tax is not None:
        strip.pair(words.tax, words.amount(sums.tax))
    if sums.discount:
        name = f"{words.discount}: {sums.discount_name}" if sums.discount_name else words.discount
        strip.pair(name, words.amount(-sums.discount))
    if sums.total is not None:
        strip.pair(words.total, words.amount(sums.total), Style.BOLD)


def ticket(form: Form, heading: Heading, station: str, items: Sequence[Item]) -> Paper:
    """Lay out a station's part of an order, for the kitchen: without prices."""
    strip = Strip(form.columns)
    _for_the_kitchen(strip, form.words, heading, station)
    for item, count in Counter(_without_price(items)).items():
        if _is_too_long(strip, form.words):
            break
        _to_make(strip, item, count)
    strip.rule()
    strip.cut()
    return strip.lines


def slip(form: Form, heading: Heading, station: str, items: Sequence[Item], reason: str, *, order: bool) -> Paper:
    """Lay out what a station need not make any more: some lines, or (`order`) all of its part."""
    words, strip = form.words, Strip(form.columns)
    strip.text(words.order_canceled if order else words.taken_back, Style.BIG)
    _for_the_kitchen(strip, words, heading, station)
    for item, count in Counter(_without_price(items)).items():
        if _is_too_long(strip, words):
            break
        _to_make(strip, item, -count)
    strip.rule()
    if clean_reason := reason.strip():
        strip.text(f"{words.reason}: {clean_reason}")
    strip.cut()
    return strip.lines


def _for_the_kitchen(strip: Strip, words: Words, heading: Heading, station: str) -> None:
    strip.text(heading.code, Style.BIG)
    strip.text(heading.origin, Style.BIG)
    strip.text(station or words.no_station, Style.BOLD)
    _when_and_who(strip, words, heading)
    strip.rule()


def _when_and_who(strip: Strip, words: Words, heading: Heading) -> None:
    strip.pair(words.time(heading.at), heading.customer)


def _to_make(strip: Strip, item: Item, count: int) -> None:
    strip.text(item.name, Style.BOLD, f"{count} x ")
    _choices(strip, item, Style.BOLD)


def _choices(strip: Strip, item: Item, notes: Style) -> None:
    strip.text(item.variant, prefix="  ")
    for modifier in item.modifiers:
        strip.text(modifier, prefix="  + ")
    strip.text(item.notes, notes, prefix="  ! ")


def _without_price(items: Sequence[Item]) -> list[Item]:
    return [Item(item.name, item.variant, item.modifiers, item.notes) for item in items]
