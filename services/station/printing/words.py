"""What is printed besides what the restaurant and the guest wrote, in three languages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language, and how it writes amounts and times."""

    order: str
    subtotal: str
    tax: str
    discount: str
    total: str
    canceled: str
    taken_back: str
    order_canceled: str
    reason: str
    no_station: str
    too_long: str
    decimal_point: str
    time_format: str

    def amount(self, cents: int) -> str:
        """Write an amount of money."""
        whole, rest = divmod(abs(cents), 100)
        return f"{'-' if cents < 0 else ''}{whole}{self.decimal_point}{rest:02d}"

    def time(self, instant: datetime) -> str:
        """Write a time of day; with the name of the zone when it is not that of the place."""
        return instant.strftime(self.time_format) + (" UTC" if instant.tzname() == "UTC" else "")


WORDS: Final = {
    "en": Words(
        order="Order",
        subtotal="Subtotal",
        tax="Tax",
        discount="Discount",
        total="Total",
        canceled="CANCELED",
        taken_back="TAKEN BACK",
        order_canceled="ORDER CANCELED",
        reason="Reason",
        no_station="No station",
        too_long="TOO LONG FOR PAPER: SEE THE SCREEN",
        decimal_point=".",
        time_format="%Y-%m-%d %H:%M",
    ),
    "es": Words(
        order="Pedido",
        subtotal="Subtotal",
        tax="Impuestos",
        discount="Descuento",
        total="Total",
        canceled="CANCELADO",
        taken_back="ANULADO",
        order_canceled="PEDIDO CANCELADO",
        reason="Motivo",
        no_station="Sin estación",
        too_long="DEMASIADO LARGO: VER LA PANTALLA",
        decimal_point=".",
        time_format="%d/%m/%Y %H:%M",
    ),
    "pt": Words(
        order="Pedido",
        subtotal="Subtotal",
        tax="Impostos",
        discount="Desconto",
        total="Total",
        canceled="CANCELADO",
        taken_back="ANULADO",
        order_canceled="PEDIDO CANCELADO",
        reason="Motivo",
        no_station="Sem estação",
        too_long="LONGO DEMAIS: VER A TELA",
        decimal_point=",",
        time_format="%d/%m/%Y %H:%M",
    ),
}
"""By the languages that a printer can have."""
