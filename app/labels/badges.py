"""A badge is half of how somebody signs in: only a chief prints one, by whatever door and template."""

from collections.abc import Iterable, Mapping

from app.barcode.internal import InternalKind, decode
from app.language import _
from app.people.actor import Actor
from app.refusal import Forbidden, Refused

BADGE = "badge"
"""The template that is made for it."""


def require_may_print(actor: Actor | None, template_name: str, rows: Iterable[Mapping[str, str]]) -> None:
    """Badges are for supervisors and admins; ``actor`` is None where the program itself prints, as for a demo.

    Errors: ``role_missing``.
    """
    if actor is None or actor.may():
        return
    if template_name == BADGE or any(_signs_on(value) for row in rows for value in row.values()):
        raise Forbidden("role_missing", _("Only a supervisor prints badges. Ask one."))


def _signs_on(value: str) -> bool:
    try:
        printed = decode(value.strip())
    except Refused:
        return False
    return printed is not None and printed.kind is InternalKind.BADGE
