"""OpenAI's Responses API on a local port: `POST /v1/responses` with structured outputs, as the provider answers it.

It refuses what the provider refuses (wrong key, a schema that is not strict) and answers translations as
`<text> [<language>]`. Each request first takes the next behaviour of the script, if there is one: that is how tests
make it fail.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import time
import uuid
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tests.support import eventually

KEY = "sk-test-the-provider-knows-this-one"
MODELS = frozenset({"gpt-4.1", "gpt-4.1-mini"})
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

Json = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """A request that came in: its body, and what the client's question held."""

    body: Json
    headers: dict[str, str]
    request: Request

    @property
    def question(self) -> Json:
        found: Json = json.loads(self.body["input"])
        return found

    @property
    def keys(self) -> list[str]:
        return [text["key"] for text in self.question["texts"]]

    @property
    def texts(self) -> list[str]:
        return [text["text"] for text in self.question["texts"]]

    async def gone(self) -> None:
        """Wait until the client has hung up."""
        while (await self.request.receive())["type"] != "http.disconnect":
            pass


Behaviour = Callable[["OpenAI", Asked], Awaitable[Response]]


@dataclass
class OpenAI:
    """The provider: what it was asked, and what it will do next."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    script: deque[Behaviour] = field(default_factory=deque)
    usual: Behaviour | None = None
    """What it does when the script is empty; None: it answers."""
    hours: list[Json] = field(default_factory=lambda: [working_day(day) for day in DAYS])
    hung_up: int = 0
    """Clients that went away while they were kept waiting."""

    async def respond(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return error(401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key")
        body = await request.json()
        asked = Asked(body, dict(request.headers), request)
        self.asked.append(asked)
        problem = _problem(body)
        if problem:
            return error(400, problem, "invalid_request_error", None)
        if body["model"] not in MODELS:
            return error(404, f"The model `{body['model']}` does not exist", "invalid_request_error", "model_not_found")
        behaviour = self.script.popleft() if self.script else self.usual or answer()
        return await behaviour(self, asked)

    def content(self, asked: Asked) -> Json:
        """Return what a good model answers."""
        if asked.body["text"]["format"]["name"] == "OpenHours":
            return {"openHours": self.hours}
        texts = [
            {"key": t["key"], "translations": [{"code": c, "value": f"{t['text']} [{c}]"} for c in t["languages"]]}
            for t in asked.question["texts"]
        ]
        return {"texts": texts}


def working_day(day: str, *periods: tuple[str, str], closed: bool = False) -> Json:
    """Return a day of an answer; open from 9 to 5 unless said otherwise."""
    times = () if closed else periods or (("09:00", "17:00"),)
    return {"day": day, "isClosed": closed, "periods": [{"start": start, "end": end} for start, end in times]}


# -- behaviours ---------------------------------------------------------------------------------------------------


def answer(
    change: Callable[[Json], Json] = lambda content: content, before: Callable[[], Awaitable[None]] | None = None
) -> Behaviour:
    """Answer with the content as `change` makes it; `before` runs first, while the client waits."""

    async def behave(openai: OpenAI, asked: Asked) -> Response:
        if before is not None:
            await before()
        return completed(asked, json.dumps(change(openai.content(asked)), ensure_ascii=False))

    return behave


def fail(status: int, retry_after: str | None = None) -> Behaviour:
    """Answer with an error."""

    async def behave(_openai: OpenAI, _asked: Asked) -> Response:
        kind = "rate_limit_exceeded" if status == 429 else "server_error"
        response = error(status, "The server had an error.", kind, kind)
        if retry_after is not None:
            response.headers["retry-after"] = retry_after
        return response

    return behave


def hang() -> Behaviour:
    """Never answer."""

    async def behave(openai: OpenAI, asked: Asked) -> Response:
        await asked.gone()
        openai.hung_up += 1
        return Response()

    return behave


def refuse() -> Behaviour:
    """Answer that the model will not do that."""

    async def behave(_openai: OpenAI, asked: Asked) -> Response:
        return JSONResponse(_response(asked, {"type": "refusal", "refusal": "I'm sorry, I can't help with that."}))

    return behave


def cut_off() -> Behaviour:
    """Answer with half of the JSON, as when the tokens run out."""

    async def behave(openai: OpenAI, asked: Asked) -> Response:
        text = json.dumps(openai.content(asked))
        response = _response(asked, _output_text(text[: len(text) // 2]))
        incomplete = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
        return JSONResponse({**response, **incomplete})

    return behave


def web_page() -> Behaviour:
    """Answer with a page instead of JSON, as a proxy in between might."""

    async def behave(_openai: OpenAI, _asked: Asked) -> Response:
        return HTMLResponse("<h1>Welcome to the hotel's network</h1>")

    return behave


# -- the wire -----------------------------------------------------------------------------------------------------


def error(status: int, message: str, kind: str, code: str | None) -> Response:
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return JSONResponse(body, status, headers={"x-request-id": f"req_{uuid.uuid4().hex}"})


def completed(asked: Asked, text: str) -> Response:
    return JSONResponse(_response(asked, _output_text(text)), headers={"x-request-id": f"req_{uuid.uuid4().hex}"})


def _output_text(text: str) -> Json:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _response(asked: Asked, content: Json) -> Json:
    message = {"id": f"msg_{uuid.uuid4().hex}", "type": "message", "status": "completed", "role": "assistant"}
    output: list[Json] = [{**message, "content": [content]}]
    if asked.body.get("tools"):
        action = {"type": "search", "query": "opening hours"}
        output.insert(
            0, {"id": f"ws_{uuid.uuid4().hex}", "type": "web_search_call", "status": "completed", "action": action}
        )
    return {
        "id": f"resp_{uuid.uuid4().hex}",
        "object": "response",
        "created_at": int(time.time()),
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": asked.body.get("instructions"),
        "max_output_tokens": None,
        "metadata": {},
        "model": f"{asked.body['model']}-2025-04-14",
        "output": output,
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "store": asked.body.get("store", True),
        "temperature": 1.0,
        "text": asked.body["text"],
        "tool_choice": "auto",
        "tools": asked.body.get("tools", []),
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": {
            "input_tokens": 10,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 10,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 20,
        },
        "user": None,
    }


def _problem(body: Json) -> str | None:
    """Return what the provider would refuse in a request."""
    form = body.get("text", {}).get("format", {})
    if form.get("type") != "json_schema" or form.get("strict") is not True:
        return "Invalid value: 'text.format'."
    for name, schema in [(form["name"], form["schema"]), *form["schema"].get("$defs", {}).items()]:
        properties = set(schema.get("properties", {}))
        if schema.get("additionalProperties") is not False or set(schema.get("required", ())) != properties:
            return f"Invalid schema for response_format '{form['name']}': in {name}, every property is required."
    for tool in body.get("tools", []):
        if tool["type"] != "web_search_preview" or tool["user_location"]["type"] != "approximate":
            return "Invalid value: 'tools[0].type'."
    return None


@contextlib.asynccontextmanager
async def serve_openai() -> AsyncIterator[OpenAI]:
    """Run the provider on a free port."""
    openai = OpenAI()
    app = Starlette(routes=[Route("/v1/responses", openai.respond, methods=["POST"])])
    listening = socket.create_server(("127.0.0.1", 0))
    openai.url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    await eventually(lambda: server.started)
    try:
        yield openai
    finally:
        server.should_exit = True
        await serving
        listening.close()
