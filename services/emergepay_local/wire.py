"""How the local EmergePay writes a transaction."""

from __future__ import annotations

from typing import Any, Final

from services.emergepay_local.ledger import VOID, Record

HEADERS: Final = {"x-no-real-money": "true"}
_NOTICE: Final = "no real money: this is a local EmergePay"


def transaction_response(record: Record) -> dict[str, Any]:
    """Return a transaction in the vendor's form: everything is text. The notice beside it is ours."""
    amount = dollars(record.cents)
    card = "Mastercard" if record.account == "4444" else "Visa"
    response = {
        "externalTransactionId": record.external_id,
        "transactionType": record.kind,
        "resultStatus": "true" if record.approved else "false",
        "resultMessage": record.message,
        "uniqueTransId": record.unique_id,
        "transactionReference": record.reference or record.external_id,
        "approvalNumberResult": f"LOCAL{record.unique_id[-6:].upper()}" if record.approved else "",
        "amount": amount,
        "amountBalance": "0.00",
        "amountProcessed": amount if record.approved and record.kind != VOID else "0.00",
        "amountTaxed": "0.00",
        "amountTipped": dollars(record.tip_cents),
        "billingName": "NO REAL MONEY",
        "maskedAccount": f"************{record.account}",
        "accountCardType": f"{card} (no real money)",
        "cardType": card,
        "accountExpiryDate": "1299",
        "accountEntryMethod": "Keyed",
        "avsResponseCode": "",
        "avsResponseText": "",
        "cvvResponseCode": "",
        "cvvResponseText": "",
        "batchNumber": "1",
        "cashier": "",
    }
    return {"transactionResponse": response, "message": _NOTICE}


def dollars(cents: int) -> str:
    """Write cents as the vendor does."""
    return f"{cents // 100}.{cents % 100:02d}"
