"""Stock that orders have chosen stays where it is, unless a supervisor overrides: then other stock is chosen."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import ColumnElement

from app.floor.shared.memory import MayOverride
from app.floor.shared.step import Said, WorkWith
from app.language import _
from app.orders import lost
from app.orders.stock_in_hand import hold_work_at
from app.refusal import Refused

Work = WorkWith[MayOverride]


def hold_chosen(work: Work, *where: ColumnElement[bool]) -> None:
    """Work for the orders that have chosen of these balances is held before the place and the stock."""
    if work.memory.override:
        hold_work_at(work.session, *where)


def let_go(work: Work, taken: Iterable[tuple[int, int]]) -> dict[int, int | None]:
    """Let go of what orders have chosen of these balances; returns the reservations, each with its pick task."""
    chosen_for: dict[int, int | None] = {}
    if work.memory.override:
        for balance_id, units in taken:
            chosen_for |= lost.let_go(work.session, balance_id, units)
    return chosen_for


def choose_again(work: Work, chosen_for: dict[int, int | None]) -> None:
    """Other stock for these reservations, where there is any."""
    if chosen_for:
        lost.choose_again(work.session, chosen_for, warehouse_id=work.task.warehouse_id, today=work.today)


def allow(work: Work) -> Said:
    """Errors: ``role_missing`` for anybody but a supervisor."""
    if not work.actor.may("supervisor"):
        raise Refused("role_missing", _("Only a supervisor may move stock that waits for orders."))
    if work.memory.bin is None:
        raise Refused("scan_bin_first", _("Scan the bin first that you take it from."))
    work.memory = replace(work.memory, override=True)
    return Said("override", _("Stock that waits for orders may be moved now; other stock is chosen for them."))
