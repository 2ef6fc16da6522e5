"""Licence plates to be put away: which of them is in hand.

A plate that came in with one item is that item: its label is enough, and where several plates of it stand at the dock,
only the label tells which one goes.
"""

from sqlalchemy import select

from app.floor.putaway.memory import Work
from app.floor.shared.step import Meaning
from app.language import _
from app.places.models import Container
from app.refusal import Refused
from app.tasks.lines import Line, lines
from app.tasks.models import TaskLine


def is_on_plate(work: Work, line: Line) -> bool:
    """Whether the line's goods stand on a licence plate (and not loose, or in an order's tote)."""
    if line.source_container_id is None:
        return False
    return work.session.get_one(Container, line.source_container_id).kind == "lpn"


def line_of_plate(work: Work, meaning: Meaning) -> Line | None:
    """The one open line of the plate that was scanned, by its code or by a label that names its SSCC; else None."""
    code = meaning.code if meaning.type == "container" else meaning.facts.get("sscc")
    if code is None:
        return None
    plates = select(Container.id).where(Container.code == code, Container.kind == "lpn")
    of_plate = TaskLine.source_container_id.in_(plates)
    found = lines(work.session, work.task.id, of_plate, TaskLine.status == "open", limit=2)
    return found[0] if len(found) == 1 else None


def require_one_plate(work: Work, line: Line) -> None:
    """Errors: ``scan_container`` where the item stands on several plates, and its own label does not tell which."""
    if not is_on_plate(work, line):
        return
    same = lines(work.session, work.task.id, TaskLine.item_id == line.item_id, TaskLine.status == "open")
    if len({one.source_container_id for one in same}) > 1:
        raise Refused(
            "scan_container",
            _("%(sku)s stands in several containers here. Scan the label of the one that you take.", sku=line.sku),
        )
