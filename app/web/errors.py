"""Every "no" and every failure becomes an answer here, and nowhere else.

- under ``/api``: a problem document (RFC 9457) with a stable ``code``;
- to htmx and the scan queue: the status, and a fragment that carries code and message, shown where the page says such
  things; whose session is over gets the whole page again, which is the sign-in page;
- to a browser: a page that says what to do. A cookie that is worth nothing any more gets the sign-in page, with 401.
"""

from flask import Flask, Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import is_out_of_reach
from app.language import _
from app.refusal import Refused
from app.web.gate import cookies
from app.web.gate.access import READERS
from app.web.gate.security import current_bearer
from app.web.monitoring import logs
from app.web.office.desk import frame
from app.web.shared.fragments import htmx, say
from app.web.shared.problems import problem
from app.web.sign_in.badge_sign_in import sign_in_page

_CODES = {400: "bad_request", 404: "not_found", 405: "method_not_allowed", 413: "too_large", 415: "unsupported_media"}
_SECONDS_TO_WAIT = 2


def install(flask: Flask) -> None:
    """Catch refusals, HTTP errors, and everything that nobody expected."""
    flask.register_error_handler(Refused, _refused)
    flask.register_error_handler(HTTPException, _http_error)
    flask.register_error_handler(Exception, _failed)


def _refused(refusal: Exception) -> WerkzeugResponse:
    assert isinstance(refusal, Refused)
    if refusal.status == 401 and not _wants_problem() and not htmx:
        return _to_sign_in()
    if refusal.code == "password_needed" and not _wants_problem() and not htmx:
        return redirect(url_for("office_door.page"), 303)
    if refusal.code == "no_warehouse" and _is_desk_page():
        return redirect(url_for("office.first_steps"), 303)
    response = answer(refusal.status, refusal.code, refusal.message, refusal.details)
    if htmx and (refusal.status == 401 or refusal.code == "password_needed"):
        response.headers["HX-Refresh"] = "true"
    if "retry_after_seconds" in refusal.details:
        response.headers["Retry-After"] = str(refusal.details["retry_after_seconds"])
    return response


def _http_error(error: Exception) -> WerkzeugResponse:
    assert isinstance(error, HTTPException)
    status = error.code or 500
    if status < 400:
        return error.get_response()
    response = answer(status, _CODES.get(status, "http_error"), _sentence(status))
    for name, value in error.get_headers(request.environ):
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    return response


def _failed(error: Exception) -> WerkzeugResponse:
    """503 where the database was out of reach: a device asks again for as long as that takes. 500 where this very
    request cannot be judged: a device asks a few times and then its person."""
    logs.failure(error)
    number = g.get("request_id", "")
    if is_out_of_reach(error):
        response = answer(503, "not_now", _("The server is busy or being restarted. Try again in a moment."))
        response.headers["Retry-After"] = str(_SECONDS_TO_WAIT)
        return response
    return answer(500, "failed", _("Something broke here. Tell your supervisor this number: %(number)s", number=number))


def answer(status: int, code: str, message: str, details: dict[str, object] | None = None) -> Response:
    """Say no, in the words of whoever asked."""
    if _wants_problem():
        return problem(status, code, message, details)
    if request.routing_exception is not None and status == 400:  # no addresses can be built for a foreign Host
        return make_response(message, status, {"Content-Type": "text/plain; charset=utf-8"})
    if htmx:
        return say(make_response(render_template("_refusal.html", code=code, message=message), status))
    error = {"title": _title(status), "message": message, "code": code}
    return make_response(_page(error), status)


def _page(error: dict[str, str]) -> str:
    """In the desk's frame for whoever is at the desk, so that the way on is where it always is; else in the floor's."""
    bearer = current_bearer()
    is_at_desk = (
        request.path.startswith("/office/") and bearer is not None and not bearer.actor.roles.isdisjoint(READERS)
    )
    if is_at_desk:
        return render_template("office/error.html", error=error, **frame())
    return render_template("error.html", error=error)


def _to_sign_in() -> WerkzeugResponse:
    had_cookie = bool(cookies.read(request, cookies.SESSION))
    response = make_response(sign_in_page(), 401)
    if had_cookie:
        cookies.remove(request, response, cookies.SESSION)
    return response


def _is_desk_page() -> bool:
    """A page of the desk, asked for by somebody who may read there: a site without a warehouse leads to its steps."""
    bearer = current_bearer()
    is_reader = bearer is not None and not bearer.actor.roles.isdisjoint(READERS)
    return is_reader and request.method == "GET" and request.path.startswith("/office") and not htmx


def _wants_problem() -> bool:
    return request.path.startswith("/api/") or request.path == "/api"


def _title(status: int) -> str:
    titles = {403: _("Not allowed"), 404: _("Not found"), 409: _("Someone was faster"), 413: _("Too large")}
    return titles.get(status, _("Not taken") if status < 500 else _("Something broke"))


def _sentence(status: int) -> str:
    sentences = {
        400: _("This request cannot be understood. Go back and try again."),
        404: _("Nothing is at this address. It may be mistyped, or what was here is finished and gone."),
        405: _("This cannot be done here. Go back and try again."),
        413: _("This is larger than the server takes. Split it and send the parts."),
        415: _("This kind of file is not taken here. Choose another one."),
    }
    return sentences.get(status, HTTP_STATUS_CODES.get(status, str(status)))
