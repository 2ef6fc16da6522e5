"""Packing is ended: what is not in a closed carton is put back; the closed cartons go to the door."""

from app.floor.pack.cartons import carton_of, drop_carton, to_shipping
from app.floor.pack.memory import Work
from app.floor.shared.open_work import held_order
from app.floor.shared.put_back_words import put_it_back
from app.language import _
from app.orders.fulfil import held_in
from app.orders.take_out import take_out
from app.tasks.lines import Line


def end(work: Work, left: list[Line], why: str) -> None:
    held_order(work)
    for line in left:
        if line.document_line_id is not None:
            take_out(work.session, line.document_line_id, line.left, operator_id=work.actor.operator_id, reason=why)
    carton = carton_of(work)
    if carton is not None and not held_in(work.session, [carton.id]):
        drop_carton(work, carton)
    to_shipping(work)


def put_carton_back(work: Work) -> str:
    """What its worker does with what is in the open carton, or in hand."""
    if sum(work.memory.verified.values()):
        return _("Put what is in the open carton back into its tote.")
    return put_it_back(work)
