"""Begin to move goods: nothing is planned."""

from sqlalchemy.orm import Session

from app.places.models import Warehouse
from app.tasks.queue import open_task


def begin(session: Session, warehouse: Warehouse, _document: str, _location: str) -> int:
    """Each is a new one."""
    return open_task(session, kind="move", warehouse_id=warehouse.id, document_type="move").id
