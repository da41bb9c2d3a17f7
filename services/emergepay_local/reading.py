"""What the handlers share: reading a request, refusing it."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.emergepay_local.ledger import Problem
from services.emergepay_local.wire import HEADERS


def refused(problem: Problem) -> Response:
    """Answer as the vendor does when it refuses."""
    return JSONResponse({"message": problem.message}, problem.status, headers=HEADERS)


async def json_object(request: Request) -> dict[str, Any]:
    """Read a body; what is no JSON object is an empty one."""
    try:
        found = orjson.loads(await request.body())
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def text(data: dict[str, Any], name: str) -> str:
    """Read a text that must be there. Raises Problem."""
    found = data.get(name)
    if not isinstance(found, str) or not found:
        raise Problem(400, f"{name} is required, as text")
    return found


def text_or(data: dict[str, Any], name: str, otherwise: str) -> str:
    """Read a text that may be missing."""
    found = data.get(name)
    return found if isinstance(found, str) and found else otherwise


async def transaction_data(request: Request) -> dict[str, Any]:
    """Read what the vendor's calls wrap their fields in."""
    found = (await json_object(request)).get("transactionData")
    return found if isinstance(found, dict) else {}
