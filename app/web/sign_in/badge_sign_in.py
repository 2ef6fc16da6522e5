"""Sign in with a badge and a PIN, sign out, a supervisor's unlock, and a supervisor's leave for a new device."""

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.language import LANGUAGES, _, choose
from app.people import sign_in as rules
from app.people.devices import require_enrolled
from app.people.tokens import revoke
from app.refusal import Refused
from app.web.gate import cookies
from app.web.gate.access import FLOOR, allow
from app.web.gate.security import current_bearer, settings
from app.web.shared import forms
from app.web.shared.screens import current_warehouse

pages = Blueprint("auth", __name__)


@pages.get("/sign-in")
@allow(public=True)
def sign_in() -> WerkzeugResponse:
    """The badge page; ``?lang=de`` changes its language and keeps it on this device, ``?badge=`` asks for that PIN."""
    badge = rules.badge_code(request.args.get("badge", "")[:200])
    if badge:  # looked up only with its PIN: an address that a foreign page loads must not count as a try
        return make_response(sign_in_page(step="pin", badge=badge, name=badge))
    asked = request.args.get("lang", "")
    if asked not in LANGUAGES:
        return make_response(sign_in_page())
    choose(asked)
    response = make_response(sign_in_page())
    cookies.write(request, response, cookies.LANGUAGE, asked, seconds=cookies.A_YEAR)
    return response


@pages.post("/sign-in")
@allow(public=True)
def enter() -> WerkzeugResponse:
    """A badge alone asks for its PIN; badge and PIN begin the shift."""
    badge = rules.badge_code(request.form.get("badge", "")[:200])
    pin = request.form.get("pin", "")[:64]
    try:
        require_private_line()
        _require_enrolled()
        if not pin:
            return make_response(_ask_for_pin(badge))
        return _begin_shift(badge, pin)
    except Refused as refusal:
        keeps_badge = refusal.code == "wrong_pin"
        step = "pin" if keeps_badge else "badge"
        page = sign_in_page(step=step, badge=badge, name=badge, message=refusal.message, code=refusal.code)
        return make_response(page, refusal.status)


@pages.post("/sign-out")
@allow(public=True)
def sign_out() -> WerkzeugResponse:
    """End the shift: the token is worth nothing from now on, wherever it was copied to."""
    bearer = current_bearer()
    if bearer is not None:
        transact(lambda session: revoke(session, bearer.token_id))
    response = redirect(url_for("auth.sign_in"), 303)
    assert isinstance(response, Response)
    cookies.remove(request, response, cookies.SESSION)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@pages.get("/unlocks")
@allow(public=True)
def unlock_page() -> str:
    """A supervisor opens a locked badge, on any device."""
    return render_template("floor/unlock.html", badge=request.args.get("badge", ""), message="", name="")


@pages.post("/unlocks")
@allow(public=True)
def unlock() -> WerkzeugResponse:
    """The locked badge, then the supervisor's badge and PIN."""
    badge = rules.badge_code(request.form.get("badge", "")[:200])
    chief = rules.badge_code(request.form.get("supervisor", "")[:200])
    pin = request.form.get("pin", "")[:64]
    try:
        require_private_line()
        attempt = transact(lambda session: rules.begin(session, chief, **device()))
        prove_pin(attempt, pin)
        name = transact(lambda session: rules.unlock(session, badge, supervisor=attempt))
    except Refused as refusal:
        page = render_template("floor/unlock.html", badge=badge, message=refusal.message, name="")
        return make_response(page, refusal.status)
    return make_response(render_template("floor/unlock.html", badge="", message="", name=name))


@pages.get("/enrolments")
@allow(public=True)
def enrolment_page() -> str:
    """A supervisor lets this device in."""
    return render_template("floor/enrolment.html", message="", is_done=False)


@pages.post("/enrolments")
@allow(public=True)
def enrol() -> WerkzeugResponse:
    """The supervisor's badge and PIN, and a name for the device where they want one."""
    chief, pin = rules.badge_code(forms.text("supervisor", longest=200)), forms.text("pin", longest=64)
    name = forms.text("name", longest=200)
    try:
        require_private_line()
        attempt = transact(lambda session: rules.begin(session, chief, **device()))
        prove_pin(attempt, pin)
        key = transact(lambda session: rules.let_device_in(session, supervisor=attempt, name=name))
    except Refused as refusal:
        page = render_template("floor/enrolment.html", message=refusal.message, is_done=False)
        return make_response(page, refusal.status)
    response = make_response(render_template("floor/enrolment.html", message="", is_done=True))
    if key:
        cookies.write(request, response, cookies.DEVICE, key, seconds=cookies.A_YEAR)
    return response


def sign_in_page(*, step: str = "badge", badge: str = "", name: str = "", message: str = "", code: str = "") -> str:
    """The sign-in page as HTML; also what a browser gets whose shift is over."""
    return render_template(
        "floor/sign_in.html",
        sign_in={"step": step, "badge": badge, "name": name, "message": message, "code": code},
        sign_in_url=url_for("auth.sign_in"),
        unlock_url=url_for("auth.unlock_page", badge=badge),
        enrolment_url=url_for("auth.enrolment_page"),
        office_url=url_for("office_door.page") if settings().wants_password else "",
        warehouse=_warehouse_name(),
    )


def home_of(roles: frozenset[str]) -> str:
    """Where a person's day begins: on the floor, or at the desk for those without floor work."""
    return url_for("home.home") if not roles.isdisjoint(FLOOR) else url_for("office.overview")


def _require_enrolled() -> None:
    key = cookies.read(request, cookies.DEVICE)
    with reading() as session:
        require_enrolled(session, settings(), device_key=key)


def _ask_for_pin(badge: str) -> str:
    name = transact(lambda session: rules.name_behind(session, badge, **device()))
    if name is None:
        raise Refused("unknown_badge", _("This badge isn't in use. Scan another one, or ask your supervisor."))
    return sign_in_page(step="pin", badge=badge, name=name)


def _begin_shift(badge: str, pin: str) -> WerkzeugResponse:
    attempt = transact(lambda session: rules.begin(session, badge, **device()))
    prove_pin(attempt, pin)
    entered = transact(lambda session: rules.complete(session, attempt, settings=settings(), **device_kind()))
    return let_in(entered, url_for("home.home"))


def prove_pin(attempt: rules.Attempt, pin: str) -> None:
    """Whether the PIN of this try is right; the security log tells where it is not. Errors: ``wrong_pin``."""
    try:
        rules.require_pin(settings(), attempt, pin)
    except Refused:
        transact(lambda session: rules.failed(session, attempt))
        raise


def let_in(entered: rules.SignedIn, address: str) -> WerkzeugResponse:
    """The way to a page with the cookies of whoever has just signed in."""
    before = current_bearer()
    if before is not None:  # a badge that was scanned in the middle of another's shift: that one ends here
        transact(lambda session: revoke(session, before.token_id))
    response = redirect(address, 303)
    assert isinstance(response, Response)
    cookies.write(request, response, cookies.SESSION, entered.token)
    if entered.device_key:
        cookies.write(request, response, cookies.DEVICE, entered.device_key, seconds=cookies.A_YEAR)
    return response


def device() -> dict[str, str]:
    """What tells this device from others, for the counting of wrong tries."""
    return {"device_key": cookies.read(request, cookies.DEVICE), "address": request.remote_addr or "?"}


def device_kind() -> dict[str, Any]:
    """The device's key, and whether it is carried about as a handheld is: it says so itself, as browsers do."""
    agent = request.user_agent.string
    return {
        "device_key": cookies.read(request, cookies.DEVICE),
        "is_carried": any(word in agent for word in _CARRIED),
    }


_CARRIED = ("Android", "iPad", "Mobi", "Windows CE")


def require_private_line() -> None:
    """Errors: ``https_needed``."""
    if not cookies.may_keep_secrets(request):
        raise Refused("https_needed", _("A PIN is sent over HTTPS only. Open this page with https:// at its start."))


def _warehouse_name() -> str:
    try:
        return current_warehouse().name
    except Refused:
        return ""
