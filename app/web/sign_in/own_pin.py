"""One's own PIN: the old one, then the new one twice. A wrong old one counts as a wrong PIN at the door."""

from flask import Blueprint, make_response, render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.language import _
from app.people import sign_in
from app.people.models import Operator
from app.people.operators import choose_pin
from app.people.pins import hash_pin
from app.refusal import Refused
from app.web.gate.access import allow
from app.web.gate.security import current_actor, current_bearer, settings
from app.web.shared import forms
from app.web.sign_in.badge_sign_in import device, prove_pin

pages = Blueprint("own_pin", __name__)


@pages.get("/settings/pin")
@allow(any_role=True)
def page() -> str:
    """The form."""
    return render_template("floor/own_pin.html", message="", is_done=False)


@pages.post("/settings/pin")
@allow(any_role=True)
def change() -> WerkzeugResponse:
    """Take the new PIN, where the old one is right and the new one was typed alike twice."""
    try:
        _change()
    except Refused as refusal:
        words = render_template("floor/own_pin.html", message=refusal.message, is_done=False)
        return make_response(words, refusal.status)
    return make_response(render_template("floor/own_pin.html", message="", is_done=True))


def _change() -> None:
    actor, bearer = current_actor(), current_bearer()
    assert bearer is not None, "whoever has a role has a token"
    new = forms.text("new", longest=64)
    if new != forms.text("again", longest=64):
        raise Refused("pins_differ", _("The new PIN was typed in two ways. Type it again."))
    with reading() as session:
        badge = session.get_one(Operator, actor.operator_id).badge
    pin_hash = hash_pin(settings(), new, badge=badge)
    attempt = transact(lambda session: sign_in.begin_as(session, actor.operator_id, **device()))
    prove_pin(attempt, forms.text("pin", longest=64))

    def work(session: Session) -> None:
        sign_in.give_back(session, attempt)
        choose_pin(session, actor.operator_id, pin_hash=pin_hash, token_id=bearer.token_id)

    transact(work)
