"""What came back was received at the bench, and is not there any more: somebody moved it, or corrected the books.

It is in the house's books wherever it went, and is decided about there; the return waits for it no longer.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, func, select

from app.db import table
from app.floor.inspect.memory import Work
from app.floor.inspect.stock_inspection import of_stock
from app.floor.shared.step import Said, Way, action_way
from app.language import _
from app.ledger.models import Balance
from app.refusal import Refused
from app.returns import disposition

balance = table(Balance)


def with_missing(work: Work, ways: Sequence[Way]) -> list[Way]:
    """The ways, and first the one to say that not all of it is on the bench, where the books say so too."""
    if of_stock(work):
        return [*ways]
    there = _still_there(work)
    if there >= work.memory.the_bench.units:
        return [*ways]
    only = _("Only %(n)s are here", n=there) if there else _("It is not here any more")
    return [action_way("short", only), *ways]


def leave_to_others(work: Work) -> Said:
    """Errors: ``unknown_action`` before anything was received; ``nothing_to_short`` where all of it is on the bench."""
    bench, line = work.memory.bench, work.line
    if bench is None or line is None:
        raise Refused("unknown_action", _("%(name)s cannot be done here. See what the screen offers.", name="short"))
    there = _still_there(work)
    missing = bench.units - there
    if missing <= 0:
        raise Refused("nothing_to_short", _("All %(n)s of it are here. Decide about them.", n=bench.units))
    assert line.document_line_id is not None, "an inspection without its return line"
    disposition.inspected(work.session, line.document_line_id, missing)
    left = replace(bench, units=there, serials=_serials_there(work)) if there else None
    work.memory = replace(work.memory, bench=None, decision=None)
    work.finish_units(line, missing)
    if left is not None:
        work.memory = replace(work.memory, bench=left, line=line.id)
    return Said(
        "short", _("%(n)s × %(sku)s are not here. They are inspected where they stand now.", n=missing, sku=line.sku)
    )


def _still_there(work: Work) -> int:
    bench = work.memory.the_bench
    if bench.serials:
        return len(_serials_there(work))
    free = func.coalesce(func.sum(balance.c.quantity - balance.c.allocated), 0)
    return int(min(bench.units, work.session.execute(select(free).where(_on_bench(work))).scalar_one()))


def _serials_there(work: Work) -> tuple[str, ...]:
    numbers = work.memory.the_bench.serials
    if not numbers:
        return ()
    there = set(work.session.scalars(select(balance.c.serial).where(_on_bench(work), balance.c.quantity > 0)))
    return tuple(serial for serial in numbers if serial in there)


def _on_bench(work: Work) -> ColumnElement[bool]:
    bench = work.memory.the_bench
    return and_(
        balance.c.item_id == work.the_line.item_id,
        balance.c.location_id == bench.location,
        balance.c.container_id.is_(None),
        balance.c.lot_id.is_not_distinct_from(bench.lot),
        balance.c.condition == "quarantine",
    )
