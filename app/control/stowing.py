"""What comes to stand for sale where nobody picks is put away: that is why it may be promised all the same.

Goods that were received have their put-away from the receipt. What was found, opened or set down on a dock or stage, or
is still there after a count that looked for it, gets one here.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.control.undecided import PUT_AWAY_UNITS, stray_ids
from app.ledger.for_sale import ON_ITS_WAY, balance, location
from app.places.models import Location
from app.tasks.lines import lines
from app.tasks.models import UNFINISHED, Task
from app.tasks.queue import NewLine, open_task

FOUND = "found"
"""The document type of such a put-away; its document is the place."""


def stow(session: Session, place: Location, *, counted_by: int = 0) -> list[int]:
    """Open put-away work for what stands for sale in this place and nobody asks for. Returns its lines' ids.

    While the place is being counted (but by the task ``counted_by``) nobody is sent there: the count says what is.
    """
    if place.kind not in ON_ITS_WAY or place.warehouse_id is None:
        return []
    counting = select(Task.id).where(
        Task.kind == "count", Task.location_id == place.id, Task.status.in_(UNFINISHED), Task.id != counted_by
    )
    if session.scalar(counting.limit(1)) is not None:
        return []
    rows = session.execute(
        select(balance, PUT_AWAY_UNITS.label("asked"))
        .join_from(balance, location, location.c.id == balance.c.location_id)
        .where(balance.c.location_id == place.id, balance.c.id.in_(stray_ids()))
        .order_by(balance.c.id)
    ).all()
    if not rows:
        return []
    task = open_task(
        session,
        kind="putaway",
        warehouse_id=place.warehouse_id,
        document_type=FOUND,
        document=place.code,
        lines=[
            NewLine(
                item_id=row.item_id,
                quantity=row.quantity - row.asked,
                lot_id=row.lot_id,
                serial=row.serial,
                source_location_id=row.location_id,
                source_container_id=row.container_id,
            )
            for row in rows
        ],
    )
    return [line.id for line in lines(session, task.id)]
