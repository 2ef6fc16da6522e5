"""People: who works here, unlock a badge, let somebody go or come back, end a token."""

from flask import render_template
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from app import clock
from app.db import reading, transact
from app.language import _
from app.people.models import Operator
from app.people.sign_in import open_badge
from app.people.tokens import list_tokens, revoke, revoke_all
from app.refusal import Forbidden, NotFound, Refused
from app.web.office.desk import back_to, desk
from app.web.office.reads.people import operators
from app.web.rules import CHIEFS, allow
from app.web.security import current_actor


@desk.get("/people")
@allow(roles=CHIEFS)
def people() -> str:
    """Everybody with their roles, locks and tokens."""
    with reading() as session:
        return render_template(
            "office/people.html",
            people=operators(session),
            tokens=list_tokens(session, kind="api"),
            now=clock.now(),
        )


@desk.post("/people/<int:operator_id>/unlocks")
@allow(roles=CHIEFS)
def unlock(operator_id: int) -> WerkzeugResponse:
    """Open a locked badge."""
    transact(lambda session: open_badge(_operator(session, operator_id)))
    return back_to("people")


@desk.post("/people/<int:operator_id>/departures")
@allow(roles=CHIEFS)
def let_go(operator_id: int) -> WerkzeugResponse:
    """Somebody does not work here any more: their next request is refused, on every device."""
    actor = current_actor()
    if operator_id == actor.operator_id:
        raise Refused("own_account", _("You cannot switch yourself off. Ask another supervisor."))

    def work(session: Session) -> None:
        operator = _operator(session, operator_id)
        if "admin" in operator.roles and "admin" not in actor.roles:
            raise Forbidden("role_missing", _("Only an admin may switch off an admin. Ask one."))
        operator.is_active = False
        revoke_all(session, operator_id=operator_id)

    transact(work)
    return back_to("people")


@desk.post("/people/<int:operator_id>/returns")
@allow(roles=CHIEFS)
def welcome_back(operator_id: int) -> WerkzeugResponse:
    """Somebody works here again, with the badge and PIN they had."""
    actor = current_actor()

    def work(session: Session) -> None:
        operator = _operator(session, operator_id)
        if "admin" in operator.roles and "admin" not in actor.roles:
            raise Forbidden("role_missing", _("Only an admin may let an admin in again. Ask one."))
        operator.is_active = True

    transact(work)
    return back_to("people")


@desk.post("/tokens/<int:token_id>/revocations")
@allow(roles=("admin",))
def end_token(token_id: int) -> WerkzeugResponse:
    """End a program's token."""
    transact(lambda session: revoke(session, token_id))
    return back_to("people")


def _operator(session: Session, operator_id: int) -> Operator:
    found = session.get(Operator, operator_id, with_for_update=True)
    if found is None:
        raise NotFound("unknown_operator", _("There is no such operator. Choose one of the list."))
    return found
