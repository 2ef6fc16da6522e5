"""Add people, and change who they are. A badge names one person for good; disabling is not deleting."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.config import Settings
from app.language import _
from app.people.models import ROLES, Operator
from app.people.pins import hash_pin
from app.refusal import NotFound, Refused


def save_operator(
    session: Session, settings: Settings, *, name: str, badge: str, roles: Sequence[str], pin: str | None = None
) -> tuple[Operator, str]:
    """The person with this badge, as said here; answers them and created or updated.

    Without ``pin`` the old one stays; someone new without one cannot sign in (a program, which has tokens).
    Errors: ``role_unknown``; ``badge_missing``; ``pin_malformed``.
    """
    wrong = sorted(set(roles) - set(ROLES))
    if wrong:
        message = _("There is no role %(role)s. Choose from %(roles)s.", role=wrong[0], roles=", ".join(ROLES))
        raise Refused("role_unknown", message)
    if not badge.strip() or not name.strip():
        raise Refused("badge_missing", _("A person needs a name and a badge. Fill in both."))
    operator = session.scalar(select(Operator).where(Operator.badge == badge.strip()))
    outcome = "updated" if operator else "created"
    if operator is None:
        operator = Operator(badge=badge.strip(), pin_hash=None, created_at=clock.now())
        session.add(operator)
    operator.name, operator.roles, operator.is_active = name.strip(), sorted(set(roles)), True
    if pin is not None:
        operator.pin_hash = hash_pin(settings, pin)
        operator.failures, operator.lock_count, operator.locked_until = 0, 0, None
    session.flush()
    return operator, outcome


def operator_of(session: Session, badge: str) -> Operator:
    """Who carries this badge. Errors: ``operator_unknown``."""
    found = session.scalar(select(Operator).where(Operator.badge == badge))
    if found is None:
        raise NotFound("operator_unknown", _("Nobody has the badge %(badge)s. Add them first.", badge=badge))
    return found
