"""A "no" as programs read it: a problem document (RFC 9457) with a stable ``code``."""

import json

from flask import Response, make_response
from werkzeug.http import HTTP_STATUS_CODES


def problem(status: int, code: str, message: str, details: dict[str, object] | None = None) -> Response:
    """The document, with whatever ``details`` the refusal has beside its code and message."""
    document = {
        "type": f"urn:trueshelf:problem:{code}",
        "title": HTTP_STATUS_CODES.get(status, "Error"),
        "status": status,
        "detail": message,
        "code": code,
    }
    document |= {name: value for name, value in (details or {}).items() if name not in document}
    response = make_response(json.dumps(document, default=str), status)
    response.headers["Content-Type"] = "application/problem+json"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="trueshelf"'
    return response
