"""The API's reference as one HTML page: readable by itself, and interactive where Swagger UI can be loaded."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape
from typing import Any, Final

_SWAGGER_UI: Final = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5"
DOCUMENT_PATH: Final = "/openapi.json"
_SCRIPT: Final = f'window.SwaggerUIBundle&&SwaggerUIBundle({{url:"{DOCUMENT_PATH}",dom_id:"#swagger-ui"}})'
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        f"script-src {_SWAGGER_UI}/ 'sha256-{b64encode(sha256(_SCRIPT.encode()).digest()).decode()}'",
        f"style-src {_SWAGGER_UI}/ 'unsafe-inline'",  # it writes styles into its elements
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""What the page may load and run (Content-Security-Policy): Swagger UI, our one line, and nothing that it is told."""

_METHODS: Final = ("get", "put", "post", "delete", "patch")
_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem}"
    "code{font-size:15px}td,th{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0}"
)


def reference_page(document: dict[str, Any]) -> str:
    """Return the page."""
    title = escape(document["info"]["title"])
    rows = "".join(
        _row(method.upper(), path, operations[method])
        for path, operations in document["paths"].items()
        for method in _METHODS
        if method in operations
    )
    # Swagger UI replaces what is inside #swagger-ui; without it (no way to the CDN) the table stays.
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>{_STYLE}</style>
<link rel="stylesheet" href="{_SWAGGER_UI}/swagger-ui.css"></head>
<body><div id="swagger-ui"><h1>{title} {escape(document["info"]["version"])}</h1>
<p>The whole description, for programs: <a href="{DOCUMENT_PATH}">{DOCUMENT_PATH}</a></p>
<table><thead><tr><th>Request</th><th>What</th><th>Who</th></tr></thead><tbody>{rows}</tbody></table></div>
<script src="{_SWAGGER_UI}/swagger-ui-bundle.js"></script>
<script>{_SCRIPT}</script>
</body></html>"""


def _row(method: str, path: str, operation: dict[str, Any]) -> str:
    who = "signed in" if operation.get("security") else "anyone"
    request = f"<code>{method} {escape(path)}</code>"
    return f"<tr><td>{request}</td><td>{escape(operation['summary'])}</td><td>{who}</td></tr>"
