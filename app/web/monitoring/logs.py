"""One JSON line for each request and each failure, on standard error.

Never in a log: PINs, tokens, cookies, what was scanned. An address is logged as its rule (``/labels/badge/<code>.pdf``)
because the address itself may hold a badge. JSON encodes CR and LF, so that nobody can write a line of their own.
"""

import logging
import sys
import time
from collections.abc import MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request
from sqlalchemy.exc import StatementError

from app.web.monitoring import metrics

_SECRET = {"pin", "token", "badge", "code", "authorization", "cookie", "password", "secret_key", "pepper", "device_key"}
log = structlog.get_logger("trueshelf")


def install(flask: Flask, *, level: str) -> None:
    """Write every request down when it has been answered."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _blacken,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping().get(level.upper(), 20)),
        logger_factory=_to_standard_error,
        cache_logger_on_first_use=False,
    )
    flask.extensions["trueshelf.counted_in"] = metrics.counted_in
    flask.before_request(_start)
    flask.after_request(_finish)


def failure(error: Exception) -> None:
    """Write down what nobody expected, without the values that the database was given."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, StatementError):
            cause.hide_parameters = True
        cause = cause.__cause__ or cause.__context__
    trace = structlog.processors.ExceptionRenderer()(log, "error", {"exc_info": error})
    log.error("failed", request_id=g.get("request_id", ""), route=_route(), exception=trace["exception"])


def _start() -> None:
    g.started = time.perf_counter()


def _finish(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    metrics.count("requests", method=_method(), route=_route(), status=str(response.status_code))
    if request.endpoint != "static":
        bearer = g.get("bearer")
        log.info(
            "request",
            request_id=g.get("request_id", ""),
            method=_method(),
            route=_route(),
            status=response.status_code,
            ms=round(seconds * 1000, 1),
            operator=bearer.actor.operator_id if bearer else None,
            device=bearer.actor.device if bearer else None,
        )
    return response


def _route() -> str:
    return request.url_rule.rule if request.url_rule else "-"


def _method() -> str:
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    return request.method if request.method in known else "OTHER"


def _blacken(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in event:
        if key in _SECRET:
            event[key] = "***"
    return event


def _to_standard_error(*_names: Any) -> structlog.PrintLogger:
    return structlog.PrintLogger(sys.stderr)
