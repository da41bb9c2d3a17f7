"""The local EmergePay's page: that no money is real, what has moved, and a form to enter a card as a guest would."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from services.emergepay_local.ledger import CARDS, Form, FormState, Ledger, Problem, Record
from services.emergepay_local.reading import refused
from services.emergepay_local.wire import HEADERS, dollars

if TYPE_CHECKING:
    from services.emergepay_local.app import LocalEmergePay

_SHOWN: Final = 200
"""Newest transactions, and forms, that the page lists."""

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Local EmergePay: no real money</title>
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 0 1rem 3rem; }}
.notice {{ background: #b00020; color: #fff; font-size: 1.4rem; padding: .6rem 1rem; margin: 0 -1rem 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ border-bottom: 1px solid #ccc; padding: .25rem .5rem; text-align: left; overflow-wrap: anywhere; }}
td.cents {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
</style></head><body>
<p class="notice" role="note">NO REAL MONEY. This is a local stand-in for EmergePay.</p>
<p>Charged {charged}, voided {voided}, refunded {refunded}: kept {kept}.
{count} transactions (<a href="/control/ledger">all, as JSON</a>).</p>
<h2>Cards to be entered</h2>
<table><tr><th>Token</th><th>State</th><th>Card</th></tr>{forms}</table>
<h2>Ledger, newest first</h2>
<table><tr><th>What</th><th>Dollars</th><th>Result</th><th>Card</th><th>External id</th><th>Of</th></tr>{rows}</table>
</body></html>"""


def page_routes(server: LocalEmergePay) -> list[Route]:
    """Return the routes of a server's page."""

    async def page(_request: Request) -> Response:
        return HTMLResponse(_rendered(server.ledger), headers=HEADERS | {"cache-control": "no-store"})

    async def entered(request: Request) -> Response:
        numbers = parse_qs((await request.body()).decode(errors="replace")).get("number", [""])
        try:
            server.ledger.enter_card(request.path_params["token"], numbers[0])
        except Problem as problem:
            return refused(problem)
        return RedirectResponse("/", 303, headers=HEADERS)

    return [Route("/", page, methods=["GET"]), Route("/forms/{token}", entered, methods=["POST"])]


def _rendered(ledger: Ledger) -> str:
    totals = ledger.totals()
    waiting = [f for f in ledger.forms.values() if f.state in (FormState.STARTED, FormState.CARD_ENTERED)]
    return _PAGE.format(
        charged=dollars(totals.charged),
        voided=dollars(totals.voided),
        refunded=dollars(totals.refunded),
        kept=dollars(totals.kept),
        count=len(ledger.records),
        forms="".join(map(_form, reversed(waiting[-_SHOWN:]))),
        rows="".join(map(_row, reversed(ledger.records[-_SHOWN:]))),
    )


def _form(form: Form) -> str:
    options = "".join(f'<option value="{number}">{number} ({message})</option>' for number, message in CARDS.items())
    token = escape(form.token)
    return (
        f"<tr><td>{token}</td><td>{form.state}</td><td>"
        f'<form method="post" action="/forms/{token}"><select name="number">{options}</select> '
        "<button>Enter card</button></form></td></tr>"
    )


def _row(record: Record) -> str:
    shown = [record.message, record.account, record.external_id, record.of]
    cells = "".join(f"<td>{escape(text)}</td>" for text in shown)
    return f'<tr><td>{escape(record.kind)}</td><td class="cents">{dollars(record.cents)}</td>{cells}</tr>'
