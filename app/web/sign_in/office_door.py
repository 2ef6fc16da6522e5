"""The door to the office: badge, password and code; and setting the two up, once, with badge and PIN."""

import base64

from flask import Blueprint, make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.labels.symbols import encode
from app.language import _
from app.people import office_sign_in as rules
from app.people import sign_in, totp
from app.people.pins import hash_password
from app.refusal import Refused
from app.web.gate import cookies
from app.web.gate.access import READERS, allow
from app.web.gate.security import current_actor, current_bearer, settings
from app.web.shared import forms
from app.web.sign_in.badge_sign_in import device, device_kind, let_in, prove_pin, require_private_line

pages = Blueprint("office_door", __name__, url_prefix="/office-sign-in")


@pages.get("")
@allow(public=True)
def page() -> str:
    """Badge, password, code. Whoever came with badge and PIN and has no password yet is led to set it up."""
    return _door()


@pages.post("")
@allow(public=True)
def enter() -> WerkzeugResponse:
    """Let in, or say no without saying what was wrong."""
    badge = sign_in.badge_code(forms.text("badge", longest=200))
    password, code = forms.text("password", longest=500), forms.text("code", longest=50)
    try:
        require_private_line()
        entered = _entered(badge, password=password, code=code)
    except Refused as refusal:
        return make_response(_door(badge=badge, message=refusal.message), refusal.status)
    return let_in(entered, url_for("office.overview"))


def _entered(badge: str, *, password: str, code: str) -> sign_in.SignedIn:
    begun = transact(lambda session: rules.begin(session, badge, **device()))
    try:
        proof = rules.require_password(settings(), begun, password=password, code=code)
        return transact(lambda session: rules.complete(session, begun, proof, settings=settings(), **device_kind()))
    except Refused:
        transact(lambda session: sign_in.failed(session, begun.attempt))
        raise


@pages.get("/set-up")
@allow(any_role=True)
def set_up_page() -> str:
    """The QR code for the telephone, and the form."""
    _require_may_set_up()
    return _form()


@pages.post("/set-up")
@allow(any_role=True)
def set_up() -> WerkzeugResponse:
    """PIN, new password twice, the old one where there is one, and the telephone's first code; then the recovery codes,
    this once."""
    _require_may_set_up()
    nonce = forms.needed("nonce", longest=60)
    try:
        codes, token = _set_up(nonce)
    except Refused as refusal:
        return make_response(_form(nonce=nonce, message=refusal.message), refusal.status)
    response = make_response(render_template("floor/recovery_codes.html", codes=codes))
    cookies.write(request, response, cookies.SESSION, token)
    return response


def _set_up(nonce: str) -> tuple[list[str], str]:
    actor, bearer = current_actor(), current_bearer()
    assert bearer is not None, "whoever has a role has a token"
    require_private_line()
    password = forms.text("password", longest=500)
    if password != forms.text("again", longest=500):
        raise Refused("passwords_differ", _("The password was typed in two ways. Type it again."))
    attempt = transact(lambda session: sign_in.begin_as(session, actor.operator_id, **device()))
    prove_pin(attempt, forms.text("pin", longest=64))
    transact(lambda session: sign_in.give_back(session, attempt))
    step = rules.require_code(settings(), actor.operator_id, nonce=nonce, code=forms.text("code", longest=50))
    password_hash = hash_password(settings(), password, names=[actor.name, "trueshelf"])
    begun = transact(lambda session: rules.begin_again(session, actor.operator_id, **device()))
    if begun is not None:
        _prove_old_password(begun)

    def work(session: Session) -> tuple[list[str], str]:
        return rules.set_up(
            session,
            settings(),
            actor.operator_id,
            password_hash=password_hash,
            nonce=nonce,
            step=step,
            token_id=bearer.token_id,
            begun=begun,
        )

    return transact(work)


def _prove_old_password(begun: rules.OfficeAttempt) -> None:
    try:
        rules.require_old_password(settings(), begun, forms.text("old", longest=500))
    except Refused:
        transact(lambda session: sign_in.failed(session, begun.attempt))
        raise


def _require_may_set_up() -> None:
    """Who has set it up already does it again only from inside: badge and PIN are not worth a password."""
    bearer = current_bearer()
    if bearer is None or bearer.kind != "session" or bearer.actor.roles.isdisjoint(READERS):
        raise Refused("no_office_role", _("You have no work in the office, so you need no password."))
    with reading() as session:
        if rules.is_set_up(session, bearer.actor.operator_id) and not bearer.is_proved:
            raise rules.already_set_up()


def _door(*, badge: str = "", message: str = "") -> str:
    bearer = current_bearer()
    may_set_up = False
    if bearer is not None and bearer.kind == "session" and not bearer.actor.roles.isdisjoint(READERS):
        with reading() as session:
            may_set_up = not rules.is_set_up(session, bearer.actor.operator_id)
    return render_template("floor/office_door.html", badge=badge, message=message, may_set_up=may_set_up)


def _form(*, nonce: str = "", message: str = "") -> str:
    actor = current_actor()
    with reading() as session:
        has_password = rules.is_set_up(session, actor.operator_id)
    nonce = nonce or totp.new_nonce()
    secret = totp.secret_of(settings(), actor.operator_id, nonce)
    return render_template(
        "floor/office_set_up.html",
        nonce=nonce,
        message=message,
        has_password=has_password,
        secret=totp.as_text(secret),
        picture=_picture(totp.address(secret, name=actor.name)),
    )


def _picture(content: str) -> str:
    """A QR code as an address that an image can have."""
    symbol = encode("qr", content)
    size = symbol.width
    dots = "".join(
        f"M{symbol.quiet + x} {symbol.quiet + y}h1v1h-1z"
        for y, row in enumerate(symbol.rows)
        for x, module in enumerate(row)
        if module == "1"
    )
    drawn = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{dots}"/></svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(drawn.encode()).decode()
