"""Somebody who has signed in, as system tests need them."""

from __future__ import annotations

from typing import Any

import httpx
from pymongo import AsyncMongoClient

from tools.processes import Stack

LOGIN_CODE = "123456"


async def sign_in(http: httpx.AsyncClient, email: str) -> str:
    """Sign in by one-time code, in header mode; later calls of the client carry the session. Return the user id."""
    begun = (await http.post("/login/signinup/code", json={"email": email})).json()
    code = {name: begun[name] for name in ("deviceId", "preAuthSessionId")} | {"userInputCode": LOGIN_CODE}
    answer = await http.post("/login/signinup/code/consume", json=code)
    http.headers["authorization"] = f"Bearer {answer.headers['st-access-token']}"
    user_id: str = answer.json()["user"]["id"]
    return user_id


async def make_owner(stack: Stack, user_id: str, restaurant_id: str) -> None:
    """Give somebody a restaurant, as the old system would have stored it."""
    async with AsyncMongoClient[dict[str, Any]](stack.mongo_uri) as client:
        profile = {"$addToSet": {"restaurants": restaurant_id}}
        await client[stack.db_name]["users"].update_one({"userId": user_id}, profile, upsert=True)
