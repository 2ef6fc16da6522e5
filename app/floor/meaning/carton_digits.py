"""The last six digits of a carton's SSCC: what the screens print large, and what a person types who cannot scan it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.floor.shared.step import Meaning
from app.language import _
from app.places.models import Container
from app.refusal import Refused
from app.tasks.models import TaskLine

DIGITS = 6


def carton_called(
    session: Session, text: str, *, warehouse_id: int, task_id: int | None, is_counting: bool
) -> Meaning | None:
    """The one carton here whose number ends so: of several the one that this task asks for; of those that have left
    only where no other does. None where there is none.

    The zeros before it may be left out, unless units are being counted (``is_counting``): 17 is rather a quantity then.
    Errors: ``two_meanings`` where several end so.
    """
    if not (text.isascii() and text.isdigit() and (DIGITS if is_counting else 2) <= len(text) <= DIGITS):
        return None
    statement = select(Container.id, Container.code, Container.status).where(
        Container.kind == "carton", Container.warehouse_id == warehouse_id, Container.code.endswith(text.zfill(DIGITS))
    )
    rows = session.execute(statement.order_by(Container.id.desc())).all()
    here = [row for row in rows if row.status != "shipped"] or rows
    if len(here) > 1 and task_id is not None:
        asked = set(session.scalars(select(TaskLine.source_container_id).where(TaskLine.task_id == task_id)))
        here = [row for row in here if row.id in asked] or here
    if len(here) > 1:
        raise Refused(
            "two_meanings",
            _("This can be %(names)s. Scan something narrower.", names=", ".join(row.code for row in here[:3])),
        )
    return Meaning(type="container", id=here[0].id, code=here[0].code) if here else None
