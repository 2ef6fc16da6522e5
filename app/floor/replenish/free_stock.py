"""What of a line's reserve is still free: orders come first, and may take some of it while the worker walks."""

from dataclasses import replace

from sqlalchemy import func, select

from app.db import core
from app.floor.replenish.memory import Work
from app.floor.shared.step import Said
from app.language import _
from app.ledger.for_sale import SELLABLE, balance
from app.tasks.lines import Line, shrink_line


def free_units(work: Work, line: Line) -> int:
    """Units where the line takes from that no order has chosen; in a container, wherever that stands now."""
    statement = select(func.coalesce(func.sum(balance.c.quantity - balance.c.allocated), 0)).where(
        balance.c.item_id == line.item_id,
        balance.c.lot_id == line.lot_id,
        balance.c.serial == line.serial,
        balance.c.condition == SELLABLE,
        balance.c.container_id == line.source_container_id,
    )
    if line.source_container_id is None:
        statement = statement.where(balance.c.location_id == line.source_location_id)
    return int(core(work.session).execute(statement).scalar_one())


def ask_for_less(work: Work, line: Line) -> Said | None:
    """The line asks for what is free, where that is less than it was opened for; None where all of it is free.

    What is in hand beyond that goes back. The face gets the rest from elsewhere, or later.
    """
    free, in_hand = free_units(work, line), work.counted
    less = line.left - free
    if less <= 0:
        return None
    shrink_line(work.session, line.id, less)
    work.session.refresh(work.task)
    put_back = max(0, in_hand - free)
    if free and in_hand:
        work.memory = replace(work.memory, counted=min(in_hand, free))
    elif not free:
        work.memory = work.memory.without_line()
    work.next_line()
    place = line.source_container or line.source
    if put_back:
        return Said(
            "less_is_free",
            _(
                "Not all of it is free any more: put %(n)s × %(sku)s back in %(place)s.",
                n=put_back,
                sku=line.sku,
                place=place,
            ),
        )
    if not free:
        return Said("less_is_free", _("No %(sku)s is free in %(place)s any more. Go on.", sku=line.sku, place=place))
    return Said("less_is_free", _("Take only %(n)s from %(place)s: no more is free.", n=free, place=place))
