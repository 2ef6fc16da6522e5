"""People: who works here, what they may do, their PIN and badge; end a token."""

from datetime import datetime
from functools import partial
from typing import TypedDict

from flask import request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as WerkzeugResponse

from app import clock
from app.db import reading, transact
from app.people import office_sign_in
from app.people import operators as rules
from app.people.changes import changes_of
from app.people.locks import OFFICE, PIN, locked_until
from app.people.models import TRUSTED
from app.people.pins import hash_pin
from app.people.tokens import list_tokens, revoke
from app.refusal import NotFound, Refused
from app.web.gate.access import CHIEFS, allow
from app.web.gate.security import current_actor, settings
from app.web.office.desk import back_to, desk
from app.web.office.reads.people import operators, person_of
from app.web.office.wrong_fields import Wrong, wrong_field
from app.web.shared import forms
from app.web.shared.fragments import page, refused


class Typed(TypedDict):
    """What stands in the form of a person."""

    name: str
    badge: str
    roles: list[str]


@desk.get("/people")
@allow(roles=CHIEFS)
def people() -> str:
    """Everybody with their roles, locks and tokens."""
    return _people()


@desk.post("/people")
@allow(roles=CHIEFS)
def add_person() -> WerkzeugResponse:
    """Somebody new; what was typed stays where something about it is wrong."""
    actor, typed = current_actor(), _typed()

    def work(session: Session) -> int:
        return rules.add_person(
            session, actor, name=typed["name"], badge=typed["badge"], roles=typed["roles"], pin_hash=pin_hash
        ).id

    try:
        pin_hash = hash_pin(settings(), forms.text("pin", longest=64), badge=typed["badge"])
        operator_id = transact(work)
    except Refused as refusal:
        return refused(_people(typed=typed, wrong=wrong_field(refusal)), refusal.status)
    return back_to("person", operator_id=operator_id)


@desk.get("/people/<int:operator_id>")
@allow(roles=CHIEFS)
def person(operator_id: int) -> str:
    """One person: name, roles, PIN, badge, and what was changed."""
    return _person(operator_id)


@desk.post("/people/<int:operator_id>")
@allow(roles=CHIEFS)
def change_person(operator_id: int) -> WerkzeugResponse:
    """Another name, other roles."""
    actor, typed = current_actor(), _typed()
    try:
        transact(
            lambda session: rules.change_person(session, actor, operator_id, name=typed["name"], roles=typed["roles"])
        )
    except Refused as refusal:
        return _not_so(operator_id, refusal)
    return back_to("person", operator_id=operator_id)


@desk.post("/people/<int:operator_id>/pins")
@allow(roles=CHIEFS)
def give_pin(operator_id: int) -> WerkzeugResponse:
    """A new PIN for somebody who forgot theirs."""
    actor = current_actor()
    try:
        with reading() as session:
            badge = rules.badge_of(session, operator_id)
        pin_hash = hash_pin(settings(), forms.text("pin", longest=64), badge=badge)
        transact(lambda session: rules.give_pin(session, actor, operator_id, pin_hash=pin_hash))
    except Refused as refusal:
        return _not_so(operator_id, refusal)
    return back_to("person", operator_id=operator_id)


@desk.post("/people/<int:operator_id>/unlocks")
@allow(roles=CHIEFS)
def unlock(operator_id: int) -> WerkzeugResponse:
    """Open a locked badge."""
    actor = current_actor()
    transact(lambda session: rules.unlock_person(session, actor, operator_id))
    return back_to("person", operator_id=operator_id)


@desk.post("/people/<int:operator_id>/password-losses")
@allow(roles=("admin",))
def take_password_back(operator_id: int) -> WerkzeugResponse:
    """Somebody lost telephone and paper: they set both up again."""
    actor = current_actor()
    transact(lambda session: office_sign_in.forget(session, actor, operator_id))
    return back_to("person", operator_id=operator_id)


@desk.post("/people/<int:operator_id>/departures")
@allow(roles=CHIEFS)
def let_go(operator_id: int) -> WerkzeugResponse:
    """Somebody does not work here any more."""
    actor = current_actor()
    transact(lambda session: rules.switch_off(session, actor, operator_id))
    return back_to("person", operator_id=operator_id)


@desk.post("/people/<int:operator_id>/returns")
@allow(roles=CHIEFS)
def welcome_back(operator_id: int) -> WerkzeugResponse:
    """Somebody works here again."""
    actor = current_actor()
    transact(lambda session: rules.switch_on(session, actor, operator_id))
    return back_to("person", operator_id=operator_id)


@desk.post("/tokens/<int:token_id>/revocations")
@allow(roles=("admin",))
def end_token(token_id: int) -> WerkzeugResponse:
    """End a program's token."""
    actor = current_actor()
    transact(lambda session: revoke(session, token_id, by_id=actor.operator_id))
    return back_to("people")


def _locked(session: Session) -> dict[int, datetime]:
    """Whose badge is locked somewhere, until when; the office's locks are an admin's matter."""
    return locked_until(session, kinds=(PIN, OFFICE) if "admin" in current_actor().roles else (PIN,))


def _typed() -> Typed:
    return Typed(
        name=forms.text("name", longest=200),
        badge=forms.text("badge", longest=200),
        roles=request.form.getlist("roles"),
    )


def _not_so(operator_id: int, refusal: Refused) -> WerkzeugResponse:
    if isinstance(refusal, NotFound):
        raise refusal
    return refused(_person(operator_id, wrong=wrong_field(refusal)), refusal.status)


def _people(*, typed: Typed | None = None, wrong: Wrong | None = None) -> str:
    actor = current_actor()
    with reading() as session:
        return page(
            "office/people.html",
            people=operators(session),
            may_change=partial(rules.may_change, actor),
            tokens=list_tokens(session, kind="api"),
            roles=rules.roles_to_give(actor),
            typed=typed or Typed(name="", badge="", roles=[]),
            wrong=wrong,
            locked=_locked(session),
            now=clock.now(),
        )


def _person(operator_id: int, *, wrong: Wrong | None = None) -> str:
    actor = current_actor()
    with reading() as session:
        one = person_of(session, operator_id)
        return page(
            "office/person.html",
            person=one,
            typed=_typed(),
            changes=changes_of(session, operator_id),
            roles=rules.roles_to_give(actor),
            may_change=rules.may_change(actor, one),
            may_set_up=settings().wants_password and not TRUSTED.isdisjoint(one.roles),
            wrong=wrong,
            locked=_locked(session),
            now=clock.now(),
        )
