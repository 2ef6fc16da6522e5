"""Start a job from a form: its kind, and what it is for."""

from sqlalchemy.orm import Session

from app.config import Settings
from app.floor.kinds import KINDS
from app.language import _
from app.people.actor import Actor
from app.places.warehouses import warehouse_of
from app.refusal import Refused
from app.tasks.queue import claim, require_role


def start(
    session: Session,
    settings: Settings,
    actor: Actor,
    *,
    kind: str,
    warehouse: str,
    document: str = "",
    location: str = "",
) -> int:
    """Open (or find) the task for this work and claim it for the actor. Returns its id.

    ``document``: receive wants a purchase order, ``blind`` where none came, or such a receipt's number; pack a tote or
    an order; ship an order; inspect an RMA, an order, or
    the place, container or item whose goods are not for sale; count a bin in ``location``; move nothing.
    Errors: ``unknown_kind``; ``role_missing``; ``unknown_*``; ``nothing_to_do``; ``task_taken``.
    """
    known = KINDS.get(kind)
    if known is None:
        raise Refused("unknown_kind", _("There is no work called %(kind)s.", kind=kind))
    require_role(actor, kind)
    task_id = known.begin(session, warehouse_of(session, warehouse), document, location)
    claim(session, actor, task_id)
    return task_id
