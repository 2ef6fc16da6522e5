"""Add people, and change who they are. A badge names one person for good; switching off is not deleting.

Whoever may decide over others' work (supervisor, office, auditor, admin) is made and changed by an admin alone: a
supervisor who could set another's PIN could be the second person of their own approvals.
"""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import clock
from app.barcode.internal import InternalKind, encode
from app.config import Settings
from app.language import _
from app.people.actor import Actor
from app.people.changes import note
from app.people.locks import OFFICE, PIN, open_badge
from app.people.models import ROLES, TRUSTED, Operator
from app.people.pins import hash_pin, hash_secret
from app.people.tokens import revoke_all, revoke_sessions
from app.refusal import Conflict, Forbidden, NotFound, Refused

LONGEST_NAME, LONGEST_BADGE = 60, 32
PROGRAM = "api:"
"""What a program's badge begins with. A person with such a badge would have whatever rights its token is given."""


def save_operator(
    session: Session, settings: Settings, *, name: str, badge: str, roles: Sequence[str], pin: str | None = None
) -> tuple[Operator, str]:
    """The person with this badge, as said on the command line; answers them and created or updated.

    Without ``pin`` the old one stays, and someone new cannot sign in.
    Errors: ``role_unknown``; ``badge_missing``; ``badge_reserved``; ``pin_malformed``; ``pin_common``.
    """
    _require_for_people(badge)
    pin_hash = None if pin is None else hash_pin(settings, pin, badge=badge.strip())
    return _save(session, name=name, badge=badge, roles=roles, pin_hash=pin_hash)


def save_known_person(
    session: Session, settings: Settings, *, name: str, badge: str, roles: Sequence[str], pin: str
) -> None:
    """Somebody of the demo, whose PIN stands in the README: never in a production site."""
    assert settings.mode == "demo", "a PIN that everybody knows, outside the demo"
    _save(session, name=name, badge=badge, roles=roles, pin_hash=hash_secret(settings, pin))


def save_program(session: Session, *, name: str, roles: Sequence[str]) -> Operator:
    """The operator that a program's tokens stand for, under a badge that no person can have. Roles are added.

    Errors: ``role_unknown``; ``badge_is_persons`` where somebody who signs in has this badge from earlier days.
    """
    badge = f"{PROGRAM}{name}"
    before = session.scalar(select(Operator).where(func.lower(Operator.badge) == badge.lower()))
    if before is not None and (before.pin_hash or before.password_hash):
        raise Conflict(
            "badge_is_persons",
            _("%(name)s signs in with the badge %(badge)s. Choose another name.", name=before.name, badge=badge),
        )
    known = set(before.roles) if before is not None else set()
    return _save(
        session, name=name, badge=before.badge if before else badge, roles=sorted({*roles, *known}), pin_hash=None
    )[0]


def is_program(operator: Operator) -> bool:
    """Whether tokens stand for this operator, and nobody signs in as them."""
    return operator.badge.lower().startswith(PROGRAM)


def _require_for_people(badge: str) -> None:
    if badge.strip().lower().startswith(PROGRAM):
        raise Refused(
            "badge_reserved", _("Badges that begin with %(word)s are those of programs. Choose another.", word=PROGRAM)
        )


def _save(
    session: Session, *, name: str, badge: str, roles: Sequence[str], pin_hash: str | None
) -> tuple[Operator, str]:
    _require_known(roles)
    if not badge.strip() or not name.strip():
        raise Refused("badge_missing", _("A person needs a name and a badge. Fill in both."))
    operator = session.scalar(select(Operator).where(Operator.badge == badge.strip()))
    outcome = "updated" if operator else "created"
    if operator is None:
        operator = Operator(badge=badge.strip(), pin_hash=None, created_at=clock.now())
        session.add(operator)
    operator.name, operator.roles, operator.is_active = name.strip(), sorted(set(roles)), True
    if pin_hash is not None:
        operator.pin_hash = pin_hash
        open_badge(session, operator, PIN)
    session.flush()
    note(session, operator_id=operator.id, by_id=None, what="added" if outcome == "created" else "changed")
    return operator, outcome


def operator_of(session: Session, badge: str) -> Operator:
    """Who carries this badge. Errors: ``operator_unknown``."""
    found = session.scalar(select(Operator).where(Operator.badge == badge))
    if found is None:
        raise NotFound("operator_unknown", _("Nobody has the badge %(badge)s. Add them first.", badge=badge))
    return found


def badge_of(session: Session, operator_id: int) -> str:
    """What somebody's badge says. Errors: ``unknown_operator``."""
    found = session.get(Operator, operator_id)
    if found is None:
        raise _unknown()
    return found.badge


def add_person(
    session: Session, actor: Actor, *, name: str, badge: str, roles: Sequence[str], pin_hash: str
) -> Operator:
    """Somebody new, who can sign in at once.

    Errors: ``badge_missing``; ``badge_reserved``; ``badge_taken``; ``no_role``; ``role_unknown``; ``role_missing``
    where it takes an admin.
    """
    name, badge = name.strip(), badge.strip()
    _require_some(roles)
    _require_may_give(actor, roles)
    if not (0 < len(badge) <= LONGEST_BADGE and badge.isprintable()):
        raise Refused("badge_missing", _("A person needs a name and a badge. Fill in both."))
    encode(InternalKind.BADGE, badge)
    _require_for_people(badge)
    taken = session.scalar(select(Operator.name).where(func.lower(Operator.badge) == badge.lower()))
    if taken is not None:
        raise Conflict(
            "badge_taken", _("The badge %(badge)s belongs to %(name)s. Choose another one.", badge=badge, name=taken)
        )
    operator = Operator(badge=badge, name=_named(name), pin_hash=pin_hash, roles=_listed(roles), created_at=clock.now())
    session.add(operator)
    session.flush()
    note(session, operator_id=operator.id, by_id=actor.operator_id, what="added", detail=", ".join(operator.roles))
    return operator


def change_person(session: Session, actor: Actor, operator_id: int, *, name: str, roles: Sequence[str]) -> None:
    """Another name, other roles; they count from the person's next request on.

    Errors: ``unknown_operator``; ``no_role``; ``role_unknown``; ``role_missing``; ``own_account`` for one's own roles.
    """
    operator = _changeable(session, actor, operator_id)
    _require_some(roles)
    before, after = list(operator.roles), _listed(roles)
    if before != after:
        _require_may_give(actor, roles)
        if operator_id == actor.operator_id:
            raise Refused("own_account", _("You cannot change your own roles. Ask another admin."))
        detail = f"{', '.join(before) or '-'} → {', '.join(after) or '-'}"
        note(session, operator_id=operator_id, by_id=actor.operator_id, what="roles", detail=detail)
    if operator.name != _named(name):
        detail = f"{operator.name} → {_named(name)}"
        note(session, operator_id=operator_id, by_id=actor.operator_id, what="renamed", detail=detail)
    operator.name, operator.roles = _named(name), after
    if TRUSTED & set(after) - set(before):
        revoke_sessions(session, operator_id=operator_id)  # one that was open before does not gain rights over others


def give_pin(session: Session, actor: Actor, operator_id: int, *, pin_hash: str) -> None:
    """A new PIN for somebody who forgot theirs; whoever is signed in as them is signed out.

    Errors: ``unknown_operator``; ``role_missing``; ``own_account``; ``is_program``.
    """
    if operator_id == actor.operator_id:
        raise Refused("own_account", _("Change your own PIN in your settings: it asks for the old one."))
    operator = _changeable(session, actor, operator_id)
    if is_program(operator):
        raise Refused("is_program", _("%(name)s is a program: it has tokens, and no PIN.", name=operator.name))
    operator.pin_hash = pin_hash
    open_badge(session, operator, PIN)
    revoke_sessions(session, operator_id=operator_id)
    note(session, operator_id=operator_id, by_id=actor.operator_id, what="pin")


def choose_pin(session: Session, operator_id: int, *, pin_hash: str, token_id: int) -> None:
    """One's own new PIN, after the old one was proved; one's other browsers are signed out."""
    session.get_one(Operator, operator_id, with_for_update=True).pin_hash = pin_hash
    revoke_sessions(session, operator_id=operator_id, but=token_id)
    note(session, operator_id=operator_id, by_id=operator_id, what="pin")


def unlock_person(session: Session, actor: Actor, operator_id: int) -> None:
    """Open a locked badge; an admin opens the office to them too. Errors: ``unknown_operator``; ``role_missing``."""
    operator = _changeable(session, actor, operator_id)
    open_badge(session, operator, PIN, *([OFFICE] if "admin" in actor.roles else []))
    note(session, operator_id=operator_id, by_id=actor.operator_id, what="unlocked")


def switch_off(session: Session, actor: Actor, operator_id: int) -> None:
    """Somebody does not work here any more: their next request is refused, on every device.

    Errors: ``unknown_operator``; ``own_account``; ``role_missing``.
    """
    if operator_id == actor.operator_id:
        raise Refused("own_account", _("You cannot switch yourself off. Ask another admin."))
    operator = _changeable(session, actor, operator_id)
    operator.is_active = False
    revoke_all(session, operator_id=operator_id)
    note(session, operator_id=operator_id, by_id=actor.operator_id, what="left")


def switch_on(session: Session, actor: Actor, operator_id: int) -> None:
    """Somebody works here again, with the badge and PIN they had. Errors: ``unknown_operator``; ``role_missing``."""
    operator = _changeable(session, actor, operator_id)
    operator.is_active = True
    note(session, operator_id=operator_id, by_id=actor.operator_id, what="came_back")


def may_change(actor: Actor, operator: Operator) -> bool:
    """Whether ``actor`` may change who this person is: an admin everybody, a supervisor those who only work."""
    return "admin" in actor.roles or TRUSTED.isdisjoint(operator.roles)


def roles_to_give(actor: Actor) -> list[str]:
    """The roles that ``actor`` may hand out."""
    return [role for role in ROLES if "admin" in actor.roles or role not in TRUSTED]


def _known(session: Session, operator_id: int) -> Operator:
    found = session.get(Operator, operator_id, with_for_update=True)
    if found is None:
        raise _unknown()
    return found


def _unknown() -> NotFound:
    return NotFound("unknown_operator", _("There is no such operator. Choose one of the list."))


def _changeable(session: Session, actor: Actor, operator_id: int) -> Operator:
    operator = _known(session, operator_id)
    if not may_change(actor, operator):
        raise Forbidden(
            "role_missing", _("Only an admin may change supervisors, office, auditors and admins. Ask one.")
        )
    return operator


def _require_some(roles: Sequence[str]) -> None:
    """Somebody without a role could sign in and do nothing. Errors: ``no_role``; ``role_unknown``."""
    if not roles:
        message = _("Tick at least one role. If this person has left, switch them off instead.")
        raise Refused("no_role", message)
    _require_known(roles)


def _require_known(roles: Sequence[str]) -> None:
    wrong = sorted(set(roles) - set(ROLES))
    if wrong:
        message = _("There is no role %(role)s. Choose from %(roles)s.", role=wrong[0], roles=", ".join(ROLES))
        raise Refused("role_unknown", message)


def _require_may_give(actor: Actor, roles: Sequence[str]) -> None:
    if not set(roles) <= set(roles_to_give(actor)):
        raise Forbidden("role_missing", _("Only an admin may make supervisors, office, auditors and admins. Ask one."))


def _listed(roles: Sequence[str]) -> list[str]:
    return sorted(set(roles))


def _named(name: str) -> str:
    name = name.strip()
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable()):
        raise Refused("badge_missing", _("A person needs a name and a badge. Fill in both."))
    return name
