"""What stands where somebody moves goods from, loose in a bin or in a container, and the line that is made of it."""

from dataclasses import replace

from sqlalchemy import select

from app.catalog.models import Item, ItemBarcode
from app.floor.move.memory import Work
from app.floor.shared.step import Said, Way, scan_way
from app.floor.shared.totes import require_unused
from app.language import _
from app.ledger.models import Balance
from app.orders.fulfil import held_in
from app.refusal import Refused
from app.tasks.queue import NewLine, add_lines


def content_of(work: Work, item_id: int | None = None) -> list[Balance]:
    """What stands loose in the bin that was scanned, or in the container; the sellable first."""
    statement = (
        select(Balance)
        .where(
            Balance.location_id == work.memory.bin,
            Balance.container_id == (work.memory.container or None),
            Balance.quantity > 0,
        )
        .order_by(Balance.condition != "available", Balance.item_id, Balance.id)
        .execution_options(populate_existing=True)
    )
    if item_id is not None:
        statement = statement.where(Balance.item_id == item_id)
    return list(work.session.scalars(statement))


def has_containers(work: Work) -> bool:
    """Whether anything stands there in a container."""
    here = select(Balance.id).where(Balance.location_id == work.memory.bin, Balance.quantity > 0)
    return work.session.scalar(here.limit(1)) is not None


def item_ways(work: Work) -> list[Way]:
    """The first few things that stand there."""
    ids = list(dict.fromkeys(row.item_id for row in content_of(work)))[:3]
    barcodes: dict[int, str] = {}
    for row in work.session.scalars(
        select(ItemBarcode).where(ItemBarcode.item_id.in_(ids), ItemBarcode.quantity == 1).order_by(ItemBarcode.id)
    ):
        barcodes.setdefault(row.item_id, row.barcode)
    items = {row.id: row for row in work.session.scalars(select(Item).where(Item.id.in_(ids)))}
    return [scan_way(barcodes.get(id_, items[id_].sku), items[id_].name) for id_ in ids]


def require_unpicked(work: Work) -> None:
    """Errors: ``tote_in_use`` while somebody picks into it; ``picked_stock``: what was picked for an order is packed or
    put back, never moved away."""
    container_id = work.memory.container
    if not container_id:
        return
    orders = {held.order_ref for held in held_in(work.session, [container_id])}
    if orders:
        raise Refused(
            "picked_stock",
            _(
                "%(place)s is picked for order %(orders)s.",
                place=work.memory.place,
                orders=", ".join(sorted(orders)),
            ),
        )
    require_unused(work, container_id)


def row_of(work: Work) -> Balance:
    """The balance that the line takes from, locked. Errors: ``not_enough_stock`` where it is gone."""
    line = work.the_line
    found = work.session.scalar(
        select(Balance)
        .where(
            Balance.item_id == line.item_id,
            Balance.location_id == line.source_location_id,
            Balance.container_id == line.source_container_id,
            Balance.lot_id == line.lot_id,
            Balance.serial == line.serial,
            Balance.condition == line.source_condition,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    assert found is not None, "a balance that was there is gone"
    return found


def begin_line(work: Work, row: Balance, units: int) -> Said:
    """The line is made now: all that stands there of it is what may be moved."""
    line_id = add_lines(
        work.session,
        work.task.id,
        [
            NewLine(
                item_id=row.item_id,
                quantity=row.quantity,
                lot_id=row.lot_id,
                serial=row.serial,
                source_location_id=row.location_id,
                source_container_id=row.container_id,
                source_condition=row.condition,
            )
        ],
    )[0]
    work.session.refresh(work.task)
    work.memory = replace(work.memory.answered(), line=line_id)
    work.next_line()
    return count_units(work, work.counted + units)


def count_units(work: Work, total: int) -> Said:
    """Errors: ``not_enough_stock``; ``reserved_stock`` where the rest is chosen for orders."""
    line, row = work.the_line, row_of(work)
    if total > row.quantity:
        raise Refused(
            "not_enough_stock",
            _("Only %(n)s × %(sku)s are in %(place)s.", n=row.quantity, sku=line.sku, place=work.memory.place),
            free=row.quantity,
        )
    free = row.quantity - row.allocated
    if total > free and not work.memory.override:
        raise Refused(
            "reserved_stock",
            _("Only %(n)s × %(sku)s are free, the rest waits for orders. Ask a supervisor.", n=free, sku=line.sku),
            free=free,
        )
    work.memory = replace(work.memory, counted=total)
    return Said("item_confirmed", _("%(n)s × %(sku)s", n=total, sku=line.sku))
