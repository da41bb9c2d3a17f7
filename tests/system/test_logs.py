"""Nothing that concerns a person stands in a log."""

from __future__ import annotations

import httpx

from tests.system.staff import make_owner, sign_in
from tests.system.test_menu_edits import cart
from tools.demo_data import DEMO
from tools.processes import Stack

EMAIL, PHONE, NAME = "somebody.private@example.test", "+12065550142", "Rumpelstilz"
NOTE, TITLE = "allergic-to-sesame-please", "Quixotitude"
SHOWN_ON_PURPOSE = "notification"
"""Without a provider codes and addresses are shown there, instead of being sent."""


async def _order(http: httpx.AsyncClient) -> None:
    """Order with all that a guest can say, once well and once so that each part refuses it."""
    ordered = cart(0) | {"customer": {"name": NAME, "phone": PHONE.removeprefix("+1")}, "getSms": True}
    ordered["items"] = [item | {"notes": NOTE} for item in ordered["items"]]
    previewed = await http.post("/order-app/cart/preview-order", json=ordered)
    body = {"previewOrderId": previewed.json()["data"]["previewOrderId"]}
    assert (await http.post("/payments/place-order-without-payment", json=body)).status_code == 200
    for wrong in ({"items": NOTE}, {"customer": NAME}, {"restaurantId": NOTE}, {"items": [{"name": TITLE}]}):
        assert (await http.post("/order-app/cart/preview-order", json=ordered | wrong)).status_code >= 400
    refused = await http.post(
        "/payments/complete-transaction", json={"previewOrderId": "0" * 24, "transactionToken": NOTE}
    )
    assert refused.status_code >= 400


async def test_no_contact_code_or_token_is_logged(stack: Stack) -> None:
    async with httpx.AsyncClient(base_url=stack.edge_url, timeout=20) as http:
        user_id = await sign_in(http, EMAIL)
        await make_owner(stack, user_id, DEMO.restaurant_id)
        token = http.headers["authorization"].removeprefix("Bearer ")
        await http.post("/login/signinup/code", json={"phoneNumber": PHONE})
        wrong = {"userId": user_id, "phoneNumber": PHONE, "email": EMAIL, "createdAt": "never"}
        assert (await http.post("/users/create-user", json=wrong)).status_code == 400
        members = f"/restaurant/restaurants/{DEMO.restaurant_id}/members"
        assert (await http.post(members, json={"contact": PHONE, "role": "MANAGER"})).status_code == 404
        settings = f"/location-settings/restaurant/{DEMO.restaurant_id}/location/{DEMO.location_id}"
        await http.patch(settings, json={"alertNumbers": [{"phoneNumber": PHONE}], "timezone": "Nowhere"})
        await _order(http)
        await http.post("/login/signinup/code", json={"email": f"other.{EMAIL}"})
        await http.get(f"/payments/no-such/{NOTE}?name={NAME}", headers={"x-api-key": NOTE, "user-agent": NAME})
        await http.get(
            settings, headers={"authorization": f"Bearer {token[:-4]}AAAA", "cookie": f"sAccessToken={token}"}
        )
    secrets = {
        NOTE,
        TITLE,
        EMAIL,
        PHONE,
        PHONE.removeprefix("+1"),
        NAME,
        token.split(".")[1],
        token.split(".")[2],
        "userInputCode",
    }
    for part in stack.parts.keys() - {SHOWN_ON_PURPOSE}:
        written = stack.log_path(part).read_text(errors="replace")
        assert {secret for secret in secrets if secret in written} == set(), part
