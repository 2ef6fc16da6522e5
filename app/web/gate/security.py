"""The gate: every request passes it before any view runs, and every answer on its way out.

In: who is it (bearer token, else the session's cookie), was it sent by our own pages (CSRF), and does the route's rule
admit them. Out: headers that let a page load and send nothing but its own. Views ask ``current_actor()``.
"""

import secrets
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Request, Response, current_app, g, request
from werkzeug.exceptions import SecurityError

from app import clock
from app.config import Settings
from app.db import can_keep, transact
from app.language import DEFAULT, LANGUAGES, _, choose
from app.people import security_log
from app.people.actor import Actor
from app.people.scanners import in_this_house
from app.people.tokens import Bearer, bearer_for, note_seen
from app.refusal import Forbidden, NotFound, Refused
from app.web.gate import cookies
from app.web.gate.access import allow, rule_of
from app.web.gate.lanes import LANES

__all__ = ["PasswordNeeded", "Unknown", "allow", "current_actor", "current_bearer", "install", "settings"]

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_LARGEST_ID = 2**63 - 1
_UNATTENDED = "X-Unattended"
"""Sent by a board that refreshes itself: nobody was at the desk for that, and a session left alone still ends."""
# 'wasm-unsafe-eval' lets our own scripts compile WebAssembly (the camera's reader, static/camera.js) and nothing else:
# no text becomes a script by it. It stands on every page because every floor screen has the camera's button.
_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "media-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Unknown(Refused):
    """Nobody we know: no token, or one that is revoked, expired, idle, or of a disabled operator (HTTP 401)."""

    status = 401


class PasswordNeeded(Forbidden):
    """Badge and PIN were right and are not enough for this page."""


def current_bearer() -> Bearer | None:
    """Who the request stands for; None before sign-in."""
    bearer = g.get("bearer")
    assert bearer is None or isinstance(bearer, Bearer)
    return bearer


def current_actor() -> Actor:
    """Who is acting. Errors: ``not_signed_in`` (on a public route, where there may be nobody)."""
    bearer = current_bearer()
    if bearer is None:
        raise _not_signed_in()
    return bearer.actor


def settings() -> Settings:
    """This installation's settings."""
    found = current_app.config["SETTINGS"]
    assert isinstance(found, Settings)
    return found


def install(flask: Flask) -> None:
    """Put the gate before every view and the headers behind every answer."""
    flask.before_request(_gate)
    flask.after_request(_seal)
    flask.extensions["trueshelf.knows"] = partial(_knows, flask)
    flask.extensions["trueshelf.lanes"] = LANES
    allow(public=True)(flask.view_functions["static"])


def _knows(flask: Flask, environ: dict[str, Any]) -> bool:
    """Whether this request, of which only the head has come, is of somebody with a living token."""
    with flask.request_context(environ):
        token, _is_browser = _token(request)
        return bool(token) and _bearer(token) is not None


def _gate() -> None:
    g.request_id = secrets.token_hex(8)
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception  # a Host that is not ours: nothing about this request can be believed
    token, is_browser = _token(request)
    g.bearer = _bearer(token) if token and request.endpoint != "static" else None
    security_log.comes_from(request.remote_addr or "?", g.bearer.actor.device if g.bearer else "")
    _choose_language()
    if request.endpoint is None:
        return  # no such page, or not by this method: the dispatcher says so
    _require_readable(request)
    rule = rule_of(current_app.view_functions[request.endpoint])
    if rule is None:
        raise Forbidden("no_rule", _("This page can't be opened. Go back to work."))
    can_be_led = is_browser and (bool(token) or rule.is_public)
    if can_be_led and request.method not in SAFE_METHODS:
        _require_own_page(request)
    _require_same_person()
    if rule.admits(g.bearer):
        if rule.is_office and settings().wants_password and _is_by_pin(g.bearer):
            raise PasswordNeeded("password_needed", _("Sign in with your password and a code for this."))
        return
    if g.bearer is None:
        raise _not_signed_in()
    raise Forbidden("role_missing", _("You may not do this. Ask your supervisor."))


def _is_by_pin(bearer: Bearer | None) -> bool:
    return bearer is not None and bearer.kind == "session" and not bearer.is_proved


def _require_readable(request: Request) -> None:
    """What no database keeps is refused here once, and not in every view: a NUL, half a character, an endless number.

    The API reads its own bodies, and names the field.
    """
    names = (request.view_args or {}).values()
    if any(isinstance(name, int) and name > _LARGEST_ID for name in names):
        raise NotFound(
            "not_found", _("Nothing is at this address. It may be mistyped, or what was here is finished and gone.")
        )
    texts = [*request.args.values(), *(name for name in names if isinstance(name, str))]
    if not request.path.startswith("/api/") and request.method not in SAFE_METHODS:
        texts += [*request.form, *request.form.values()]
    if not all(map(can_keep, texts)):
        raise Refused("bad_text", _("There is a character in it that cannot be kept. Type it again."))


def _require_same_person() -> None:
    """A queued scan names who made it: whoever signed in since then does not post it as their own."""
    made_by = request.headers.get("X-Operator")
    if made_by is not None and g.bearer is not None and made_by != str(g.bearer.actor.operator_id):
        raise Unknown("other_operator", _("Someone else made this scan. They must sign in to send it."))


def _token(request: Request) -> tuple[str, bool]:
    """The token, and whether a browser may have sent the request by itself, led by a foreign page."""
    scheme, _space, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip(), False
    return cookies.read(request, cookies.SESSION), True


def _bearer(token: str) -> Bearer | None:
    moment = clock.now()
    bearer = bearer_for(token, now=moment)
    if bearer is None:
        return None
    if bearer.is_idle(moment, minutes=settings().office_idle_minutes if bearer.is_at_desk else settings().idle_minutes):
        return None
    if bearer.is_stale(moment) and _UNATTENDED not in request.headers:
        transact(lambda session: note_seen(session, bearer.token_id, now=moment))
    if settings().restricted_layouts:
        scanner = in_this_house(bearer.actor.scanner, settings())
        return replace(bearer, actor=replace(bearer.actor, scanner=scanner))
    return bearer


def _choose_language() -> None:
    bearer = current_bearer()
    asked = bearer.actor.language if bearer else cookies.read(request, cookies.LANGUAGE)
    choose(asked or request.accept_languages.best_match(list(LANGUAGES)) or DEFAULT)


def _require_own_page(request: Request) -> None:
    """What changes something must come from our own page: Fetch Metadata says so, or else the Origin is our host."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        is_own = site in {"same-origin", "none"}
    else:
        origin = urlsplit(request.headers.get("Origin", ""))
        is_own = (origin.scheme, origin.netloc) == (request.scheme, request.host)
    if not is_own:
        raise Forbidden("foreign_page", _("This was sent by another site. Open Trueshelf itself and try again."))


def _not_signed_in() -> Unknown:
    return Unknown("not_signed_in", _("You are not signed in. Scan your badge."))


def _seal(response: Response) -> Response:
    wanted = {**_HEADERS, "X-Request-Id": g.get("request_id", "")}
    if request.is_secure:
        wanted["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint != "static":
        wanted["Cache-Control"] = "no-store"
    said = {name.lower() for name, _value in response.headers}  # a view's own word stands
    response.headers.extend({name: value for name, value in wanted.items() if name.lower() not in said})
    return response
