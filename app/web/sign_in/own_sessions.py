"""Where one is signed in, and signing out there."""

from flask import Blueprint, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from app.db import reading, transact
from app.people.tokens import end_own_session, open_sessions, revoke_sessions
from app.web.gate.access import allow
from app.web.gate.security import current_actor, current_bearer
from app.web.shared import fragments

pages = Blueprint("own_sessions", __name__, url_prefix="/settings/sessions")


@pages.get("")
@allow(any_role=True)
def page() -> str:
    """The list, this browser first."""
    bearer = current_bearer()
    here = bearer.token_id if bearer else None
    with reading() as session:
        found = open_sessions(session, current_actor().operator_id)
    found.sort(key=lambda each: each.token_id != here)
    return fragments.page("floor/own_sessions.html", sessions=found, here=here)


@pages.post("/<int:token_id>/ends")
@allow(any_role=True)
def end(token_id: int) -> WerkzeugResponse:
    """Sign out there. Errors: ``token_unknown`` for what is not one's own."""
    operator_id = current_actor().operator_id
    transact(lambda session: end_own_session(session, operator_id=operator_id, token_id=token_id))
    return redirect(url_for("own_sessions.page"), 303)


@pages.post("/ends")
@allow(any_role=True)
def end_others() -> WerkzeugResponse:
    """Sign out everywhere but here."""
    operator_id, bearer = current_actor().operator_id, current_bearer()

    def work(session: Session) -> None:
        revoke_sessions(session, operator_id=operator_id, but=bearer.token_id if bearer else None)

    transact(work)
    return redirect(url_for("own_sessions.page"), 303)
