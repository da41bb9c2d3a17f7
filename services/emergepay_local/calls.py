"""How the local EmergePay answers calls: who may make them, once per idempotency key, and wrongly when told to."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.emergepay_local.faults import Fault, FaultKind, Faults
from services.emergepay_local.journal import Journal
from services.emergepay_local.ledger import Problem, cents_of
from services.emergepay_local.misbehaviour import misbehave
from services.emergepay_local.reading import refused, text, text_or
from services.emergepay_local.wire import HEADERS, dollars
from services.kit.telemetry import log

Json = dict[str, Any]
Act = Callable[[str | None], Json]
"""Carries a call out; given a message, it declines instead."""


@dataclass(frozen=True)
class Call:
    """A call of the vendor's that came in."""

    name: str
    act: Act
    data: Json = field(default_factory=dict)
    """What it says of its transaction; `act` reads it when it is carried out."""
    fault: Fault | None = None
    """What goes wrong with it in any case."""

    @property
    def external_id(self) -> str:
        """Name of the transaction that it is about, if it says one."""
        return text_or(self.data, "externalTransactionId", "")


class Calls:
    """Answers calls."""

    def __init__(self, faults: Faults, journal: Journal, merchants: Mapping[str, str] | None) -> None:
        self.seen: list[str] = []
        """The vendor's calls that came in, by name, refused ones too."""
        self._faults = faults
        self._journal = journal
        self._given = merchants
        self._merchants = dict(merchants or {})
        self._done: dict[tuple[str, str], tuple[str, Json]] = {}
        """By organisation and idempotency key: digest of what was asked, and the answer."""
        self._under_way: set[tuple[str, str]] = set()

    @property
    def is_busy(self) -> bool:
        """Tell whether calls with an idempotency key are under way."""
        return bool(self._under_way)

    def clear(self) -> None:
        """Forget what was answered, and to whom."""
        self.seen.clear()
        self._merchants = dict(self._given or {})
        self._done.clear()

    def take_in(self, entry: Json) -> None:
        """Take in what was written to the journal before."""
        if "answer" in entry:
            answer = entry["answer"]
            self._done[answer["organisation"], answer["key"]] = answer["asked"], answer["body"]

    async def answer(self, request: Request, call: Call) -> Response:
        """Answer a call."""
        self.seen.append(call.name)
        oid, key = request.path_params.get("oid", ""), request.headers.get("idempotency-key", "")
        try:
            if oid:
                self._check_token(oid, request)
        except Problem as problem:
            return refused(problem)
        if not key:
            return await self._carry_out(request, call, lambda decline: _carried_out(call, decline))
        name = (oid, key)
        if name in self._under_way:
            return refused(Problem(409, "a request with this idempotency key is being processed"))
        self._under_way.add(name)
        try:
            asked = request.method.encode() + request.url.path.encode() + await request.body()
            digest = hashlib.sha256(asked).hexdigest()
            return await self._carry_out(request, call, lambda decline: self._once(name, digest, call, decline))
        finally:
            self._under_way.discard(name)

    async def _carry_out(self, request: Request, call: Call, act: Callable[[str | None], tuple[int, Json]]) -> Response:
        fault = call.fault or self._faults.take(call.name, call.external_id)
        if fault is None:
            status, body = act(None)
            return JSONResponse(body, status, headers=HEADERS)
        log.info("misbehaving", call=call.name, fault=fault.kind.value, after=fault.after)
        if fault.kind is FaultKind.OTHER_AMOUNT and "amount" in call.data:
            call.data["amount"] = dollars(cents_of(text(call.data, "amount")) // 2)
        return await misbehave(fault, request, act)

    def _once(self, name: tuple[str, str], asked: str, call: Call, decline: str | None) -> tuple[int, Json]:
        """Carry a call out, or give the answer that its idempotency key had before."""
        known = self._done.get(name)
        if known is not None:
            same = known[0] == asked
            return (200, known[1]) if same else (400, {"message": "the idempotency key was used for another request"})
        status, body = _carried_out(call, decline)
        if status == 200:  # what was refused was not carried out, and may be asked for again
            self._done[name] = asked, body
            answer = {"organisation": name[0], "key": name[1], "asked": asked, "body": body}
            self._journal.write({"answer": answer})
        return status, body

    def _check_token(self, oid: str, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if self._given is None and token:
            self._merchants.setdefault(oid, token)
        known = self._merchants.get(oid)
        if scheme != "Bearer" or known is None or not hmac.compare_digest(known.encode(), token.encode()):
            raise Problem(401, "Unauthorized")


def _carried_out(call: Call, decline: str | None) -> tuple[int, Json]:
    try:
        return 200, call.act(decline)
    except Problem as problem:
        return problem.status, {"message": problem.message}
