"""Logs. What must never be in them: phone numbers, addresses, codes, tokens, secrets.

Events are named in snake_case with fields beside them; the request id of the call under way is added by itself.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final

import orjson
import structlog

from services.kit import tracing
from services.kit.context import CURRENT
from services.kit.settings import CommonSettings


def _add_call(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    call = CURRENT.get()
    if call is not None:
        event.setdefault("request_id", call.request_id)
        event.setdefault("method", call.method)
    traces = tracing.active()
    if traces is not None and (trace_id := traces.trace_id()) is not None:
        event["trace_id"] = trace_id
    return event


def _to_json(event: MutableMapping[str, Any], **_: object) -> str:
    return orjson.dumps(event, default=str).decode()


def configure_logging(settings: CommonSettings, process: str) -> None:
    """Send our logs and those of libraries to standard error, in one form."""
    shared: list[structlog.types.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_call,
        structlog.processors.format_exc_info,
    ]
    last: structlog.types.Processor = (
        structlog.processors.JSONRenderer(serializer=_to_json)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            exception_formatter=structlog.dev.plain_traceback,  # the other one shows variables, secrets among them
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(settings.log_level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _named(process), last],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.log_level)
    # The driver logs every retry of a database that is away, with its address; what matters of it we log ourselves.
    logging.getLogger("pymongo").setLevel(logging.ERROR)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)


def _named(process: str) -> structlog.types.Processor:
    def add(_logger: object, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    return add


_TALKATIVE: Final = ("httpx", "httpx2", "httpcore", "twilio", "azure", "openai")
"""Clients that log URLs or headers at INFO: addresses, numbers and tokens are in them."""

log: structlog.stdlib.BoundLogger = structlog.get_logger("orderbuddy")
"""The logger of all parts."""
