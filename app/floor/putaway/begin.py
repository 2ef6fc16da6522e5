"""Begin to put away what a delivery brought, or a cancelled order gave back."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.language import _
from app.places.models import Warehouse
from app.refusal import Refused
from app.tasks.models import UNFINISHED, Task


def begin(session: Session, warehouse: Warehouse, document: str, _location: str) -> int:
    """``document``: what the goods came with. Errors: ``nothing_to_do``."""
    statement = select(Task.id).where(
        Task.kind == "putaway",
        Task.warehouse_id == warehouse.id,
        Task.document == document,
        Task.status.in_(UNFINISHED),
    )
    found = session.scalar(statement.order_by(Task.id).limit(1))
    if found is None:
        raise Refused("nothing_to_do", _("Nothing of %(document)s waits to be put away.", document=document))
    return found
