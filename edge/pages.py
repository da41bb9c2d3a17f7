"""What is no route of the old contract: health, metrics and the API's description, as a small FastAPI application."""

from __future__ import annotations

from typing import Any, Final

import orjson
from fastapi import FastAPI, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from edge.readiness import OK, Readiness
from edge.reference import DOCUMENT_PATH, POLICY, reference_page

_PAGE_HEADERS: Final = {"content-security-policy": POLICY, "referrer-policy": "no-referrer"}
_METHODS: Final = ["GET", "HEAD"]


def make_pages(document: dict[str, Any], readiness: Readiness) -> FastAPI:
    """Return the application. Its own OpenAPI support is off: the document describes the routes, not these pages."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    described = orjson.dumps(document)
    reference = reference_page(document)

    async def healthz() -> Response:
        return Response(b'{"status":"ok"}', media_type="application/json")

    async def readyz() -> Response:
        dependencies = await readiness.check()
        ready = all(state == OK for state in dependencies.values())
        body = {"status": OK if ready else "not ready", "dependencies": dependencies}
        return Response(orjson.dumps(body), 200 if ready else 503, media_type="application/json")

    async def metrics() -> Response:
        return Response(generate_latest(), headers={"content-type": CONTENT_TYPE_LATEST})

    async def as_json() -> Response:
        return Response(described, headers={"content-type": "application/json; charset=utf-8"})

    async def as_yaml() -> Response:
        # Every JSON document is a YAML 1.2 document.
        return Response(orjson.dumps(document, option=orjson.OPT_INDENT_2), media_type="text/yaml")

    async def as_html() -> Response:
        return Response(reference, media_type="text/html", headers=_PAGE_HEADERS)

    pages = {
        "/healthz": healthz,
        "/readyz": readyz,
        "/metrics": metrics,
        DOCUMENT_PATH: as_json,
        "/swagger-json": as_json,
        "/swagger-yaml": as_yaml,
        "/docs": as_html,
        "/swagger": as_html,
    }
    for path, page in pages.items():
        app.add_api_route(path, page, methods=_METHODS)
        app.add_api_route(f"{path}/", page, methods=_METHODS)
    return app


def paths_of(app: FastAPI) -> frozenset[bytes]:
    """Return the paths that the application answers."""
    return frozenset(route.path.encode("ascii") for route in app.routes if hasattr(route, "path"))
