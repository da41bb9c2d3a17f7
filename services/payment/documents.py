"""Bills as documents of the collection `payments`, and back."""

from __future__ import annotations

from typing import Any

from bson import ObjectId

from services.kit.mongo import Document
from services.payment.model import (
    Bill,
    Fate,
    Method,
    Payment,
    Reversal,
    ReversalKind,
    ReversalState,
    State,
    Step,
)


def bill_document(bill: Bill) -> Document:
    """Write a bill."""
    return {
        "_id": ObjectId(bill.id),
        "restaurantId": bill.restaurant_id,
        "locationId": ObjectId(bill.location_id),
        "totalCents": bill.total_cents,
        "createdAt": bill.created_at,
        "version": bill.version,
        "fate": bill.fate,
        "placed": bill.placed,
        "payments": [_payment_document(payment) for payment in bill.payments],
    }


def _payment_document(payment: Payment) -> Document:
    return {
        "id": payment.id,
        "key": payment.key,
        "gateway": payment.gateway,
        "method": payment.method,
        "externalId": payment.external_id,
        "amountCents": payment.amount_cents,
        "tipCents": payment.tip_cents,
        "reference": payment.reference,
        "actor": payment.actor,
        "correlationId": payment.correlation_id,
        "createdAt": payment.created_at,
        "updatedAt": payment.updated_at,
        "state": payment.state,
        "version": payment.version,
        "counts": payment.counts,
        "gatewayId": payment.gateway_id,
        "message": payment.message,
        "transaction": dict(payment.transaction),
        "cardLastDigits": payment.card_last_digits,
        "cardBrand": payment.card_brand,
        "refundedCents": payment.refunded_cents,
        "organisationId": payment.organisation_id,
        "sealedToken": payment.sealed_token,
        "sentAt": payment.sent_at,
        "nextAt": payment.next_at,
        "holder": payment.holder,
        "tries": payment.tries,
        "reversals": [_reversal_document(reversal) for reversal in payment.reversals],
        "history": [
            {"from": s.before, "to": s.after, "at": s.at, "actor": s.actor} | ({"note": s.note} if s.note else {})
            for s in payment.history
        ],
    }


def _reversal_document(reversal: Reversal) -> Document:
    return {
        "id": reversal.id,
        "kind": reversal.kind,
        "state": reversal.state,
        "amountCents": reversal.amount_cents,
        "lineIds": list(reversal.line_ids),
        "reason": reversal.reason,
        "externalId": reversal.external_id,
        "actor": reversal.actor,
        "createdAt": reversal.created_at,
        "requestKey": reversal.request_key,
        "message": reversal.message,
    }


def bill_of(document: Document) -> Bill:
    """Read a bill. The collection is ours alone: what is in it has our shape."""
    return Bill(
        id=str(document["_id"]),
        restaurant_id=document["restaurantId"],
        location_id=str(document["locationId"]),
        total_cents=document["totalCents"],
        created_at=document["createdAt"],
        version=document["version"],
        fate=Fate(document["fate"]) if document["fate"] else None,
        placed=document["placed"],
        payments=tuple(_payment(payment) for payment in document["payments"]),
    )


def _payment(d: dict[str, Any]) -> Payment:
    return Payment(
        id=d["id"],
        key=d["key"],
        gateway=d["gateway"],
        method=Method(d["method"]),
        external_id=d["externalId"],
        amount_cents=d["amountCents"],
        tip_cents=d["tipCents"],
        reference=d["reference"],
        actor=d["actor"],
        correlation_id=d["correlationId"],
        created_at=d["createdAt"],
        updated_at=d["updatedAt"],
        state=State(d["state"]),
        version=d["version"],
        counts=d["counts"],
        gateway_id=d["gatewayId"],
        message=d["message"],
        transaction=d["transaction"],
        card_last_digits=d["cardLastDigits"],
        card_brand=d["cardBrand"],
        refunded_cents=d["refundedCents"],
        organisation_id=d["organisationId"],
        sealed_token=d["sealedToken"],
        sent_at=d["sentAt"],
        next_at=d["nextAt"],
        holder=d["holder"],
        tries=d["tries"],
        reversals=tuple(_reversal(reversal) for reversal in d["reversals"]),
        history=tuple(
            Step(before=s["from"], after=State(s["to"]), at=s["at"], actor=s["actor"], note=s.get("note", ""))
            for s in d["history"]
        ),
    )


def _reversal(d: dict[str, Any]) -> Reversal:
    return Reversal(
        id=d["id"],
        kind=ReversalKind(d["kind"]),
        state=ReversalState(d["state"]),
        amount_cents=d["amountCents"],
        line_ids=tuple(d["lineIds"]),
        reason=d["reason"],
        external_id=d["externalId"],
        actor=d["actor"],
        created_at=d["createdAt"],
        request_key=d["requestKey"],
        message=d["message"],
    )
