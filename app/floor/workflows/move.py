"""Move: goods from one place to another, for no document. Nothing is planned: each line is made by scanning.

A bin or container, the item and how many, then the place. A container scanned first and a place right after it moves
with everything in it. What an order has chosen stays where it is, unless a supervisor overrides.
"""

from collections.abc import Iterable

from sqlalchemy import select, update

from app.barcode.internal import InternalKind, encode
from app.catalog.models import Item, ItemBarcode
from app.db import table
from app.floor import confirm
from app.floor.handover import move_containers
from app.floor.step import Arguments, Meaning, Prompt, Said, Step, Way, Work, Workflow, action_way, scan_way
from app.floor.suggest import suggest_bin
from app.floor.undo import Facts, no_arguments, undo
from app.language import _
from app.ledger.models import Balance
from app.ledger.post import Move, Place
from app.orders import lost
from app.orders.fulfil import held_in
from app.places.models import Container, Location
from app.refusal import Refused
from app.tasks.lines import Line, cancel_lines, change_line
from app.tasks.queue import NewLine, add_lines

balance = table(Balance)
SELLABLE = ("bin", "dock", "stage", "pack", "returns")
UNSELLABLE = ("quarantine", "returns")
"""Where goods may stand that are in quarantine, on hold or damaged."""


def waiting(work: Work) -> Step | None:
    if work.memory.get("is_done"):
        return None
    if "bin" not in work.memory:
        return SOURCE
    pending = work.memory.get("pending")
    if pending:
        return {"lot": LOT, "serial": SERIAL}[pending]
    if not work.counted:
        return CONTENT if work.memory.get("container") else ITEM
    return TARGET


def _prompt(work: Work, instruction: str, *, value: str, ways: list[Way], expects: tuple[str, ...]) -> Prompt:
    if work.memory.get("bin") or work.memory.get("undo"):
        ways = [*ways, action_way("undo", _("Undo"))]
    line = work.line if work.counted else None
    prompt = Prompt(expects=expects, instruction=instruction, value=value, ways=ways, location=work.memory.get("place"))
    if line is not None:
        prompt.sku, prompt.name, prompt.image_url = line.sku, line.name, line.image_url
        prompt.lot, prompt.serial, prompt.container = line.lot, line.serial or None, line.source_container
        prompt.quantity, prompt.counted = line.left, work.counted
    return prompt


# From where.


def _ask_source(work: Work) -> Prompt:
    ways = [action_way("done", _("Nothing more to move"))]
    return _prompt(
        work, _("Scan the bin or container to move from"), value="", ways=ways, expects=("location", "container")
    )


def _accept_source(work: Work, meaning: Meaning) -> Said:
    """Errors: ``scan_bin_first``; ``not_here``; ``nothing_here`` for a place that is empty."""
    if meaning.type == "item":
        raise Refused("scan_bin_first", _("Scan the bin first that you take it from."))
    if meaning.type == "container":
        found = work.session.get_one(Container, meaning.id, populate_existing=True)
        if found.warehouse_id != work.task.warehouse_id or found.location_id is None or found.status == "shipped":
            raise Refused("not_here", _("%(code)s does not stand in this warehouse.", code=found.code))
        work.remember(bin=found.location_id, container=found.id, place=found.code)
    elif meaning.type == "location":
        work.remember(bin=meaning.id, container=0, place=meaning.code)
    else:
        raise confirm.wrong(meaning, wanted=_("Scan the bin or container to move from."))
    if not _content(work):
        if work.memory["container"] or not _containers_here(work):
            raise Refused("nothing_here", _("%(place)s is empty. Scan another.", place=meaning.code))
        raise Refused(
            "scan_container", _("Everything in %(place)s stands in containers. Scan one.", place=meaning.code)
        )
    return Said("source_confirmed", _("From %(place)s", place=meaning.code))


def _content(work: Work, item_id: int | None = None) -> list[Balance]:
    """What stands loose in the bin that was scanned, or in the container; the sellable first."""
    statement = (
        select(Balance)
        .where(
            Balance.location_id == work.memory["bin"],
            Balance.container_id == (work.memory["container"] or None),
            Balance.quantity > 0,
        )
        .order_by(Balance.condition != "available", Balance.item_id, Balance.id)
        .execution_options(populate_existing=True)
    )
    if item_id is not None:
        statement = statement.where(Balance.item_id == item_id)
    return list(work.session.scalars(statement))


def _containers_here(work: Work) -> bool:
    here = select(Balance.id).where(Balance.location_id == work.memory["bin"], Balance.quantity > 0)
    return work.session.scalar(here.limit(1)) is not None


# What.


def _item_ways(work: Work) -> list[Way]:
    """The first few things that stand there."""
    ids = list(dict.fromkeys(row.item_id for row in _content(work)))[:3]
    barcodes: dict[int, str] = {}
    for row in work.session.scalars(
        select(ItemBarcode).where(ItemBarcode.item_id.in_(ids), ItemBarcode.quantity == 1).order_by(ItemBarcode.id)
    ):
        barcodes.setdefault(row.item_id, row.barcode)
    items = {row.id: row for row in work.session.scalars(select(Item).where(Item.id.in_(ids)))}
    return [scan_way(barcodes.get(id_, items[id_].sku), items[id_].name) for id_ in ids]


def _ask_item(work: Work) -> Prompt:
    place = work.memory["place"]
    return _prompt(work, _("Scan the item to move"), value=place, ways=_item_ways(work), expects=("item",))


def _ask_content(work: Work) -> Prompt:
    place = work.memory["place"]
    instruction = _("Scan the place to move all of it to, or an item in it")
    return _prompt(work, instruction, value=place, ways=_item_ways(work), expects=("item", "target"))


def _accept_content(work: Work, meaning: Meaning) -> Said:
    return _move_whole(work, meaning) if meaning.type == "location" else _accept_item(work, meaning)


def _accept_item(work: Work, meaning: Meaning) -> Said:
    """Errors: ``not_here`` for an item that does not stand there; ``scan_container`` where it stands in one."""
    if meaning.type != "item":
        raise confirm.wrong(meaning, wanted=_("Scan an item in %(place)s.", place=work.memory["place"]))
    found = _content(work, meaning.id)
    if not found:
        in_box = select(Balance.id).where(
            Balance.location_id == work.memory["bin"], Balance.item_id == meaning.id, Balance.quantity > 0
        )
        if work.session.scalar(in_box.limit(1)):
            raise Refused("scan_container", _("%(sku)s stands in a container here. Scan that.", sku=meaning.code))
        raise Refused(
            "not_here", _("%(sku)s is not in %(place)s. Count the place.", sku=meaning.code, place=work.memory["place"])
        )
    _require_unpicked(work)
    serial, lots = found[0].serial, {row.lot_id for row in found}
    if serial or len(lots) > 1:
        pending = "serial" if serial else "lot"
        work.remember(pending=pending, item=meaning.id, units=1 if serial else meaning.quantity)
        if serial:
            return Said("scan_serial", _("Now scan the serial number of %(sku)s.", sku=meaning.code))
        return Said("scan_lot", _("Several lots are here. Now scan the lot of %(sku)s.", sku=meaning.code))
    return _begin_line(work, found[0], meaning.quantity)


def _require_unpicked(work: Work) -> None:
    """Errors: ``picked_stock``: what was picked for an order is packed or put back, never moved away."""
    container_id = work.memory.get("container")
    orders = {held.order_ref for held in held_in(work.session, [container_id])} if container_id else set()
    if orders:
        raise Refused(
            "picked_stock",
            _(
                "%(place)s is picked for order %(orders)s.",
                place=work.memory["place"],
                orders=", ".join(sorted(orders)),
            ),
        )


def _ask_lot(work: Work) -> Prompt:
    found = [row.lot_id for row in _content(work, work.memory["item"]) if row.lot_id is not None]
    ways = [scan_way(code, _("Lot %(lot)s", lot=code)) for code in confirm.lot_codes(work.session, found)]
    sku = confirm.item_row(work.session, work.memory["item"]).sku
    return _prompt(work, _("Scan the lot"), value=sku, ways=ways, expects=("lot",))


def _accept_lot(work: Work, meaning: Meaning) -> Said:
    if meaning.type != "lot":
        raise confirm.wrong(meaning, wanted=_("Scan the lot."))
    lot_id = confirm.lot(work, item_id=work.memory["item"], code=meaning.code)
    found = [row for row in _content(work, work.memory["item"]) if row.lot_id == lot_id]
    if not found:
        raise Refused("wrong_lot", _("Lot %(lot)s is not in %(place)s.", lot=meaning.code, place=work.memory["place"]))
    return _begin_line(work, found[0], work.memory["units"])


def _ask_serial(work: Work) -> Prompt:
    found = [row.serial for row in _content(work, work.memory["item"])][:3]
    ways = [scan_way(serial, _("Serial %(serial)s", serial=serial)) for serial in found]
    sku = confirm.item_row(work.session, work.memory["item"]).sku
    return _prompt(work, _("Scan the serial number"), value=sku, ways=ways, expects=("serial",))


def _accept_serial(work: Work, meaning: Meaning) -> Said:
    if meaning.type != "serial":
        raise confirm.wrong(meaning, wanted=_("Scan the serial number."))
    found = [row for row in _content(work, work.memory["item"]) if row.serial == meaning.code]
    if not found:
        raise Refused(
            "wrong_serial",
            _("Serial %(serial)s is not in %(place)s.", serial=meaning.code, place=work.memory["place"]),
        )
    return _begin_line(work, found[0], 1)


def _begin_line(work: Work, row: Balance, units: int) -> Said:
    """The line is made now: all that stands there of it is what may be moved."""
    work.forget("pending", "item", "units")
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
    work.remember(line=line_id)
    work.next_line()
    return _count(work, work.counted + units)


def _count(work: Work, total: int) -> Said:
    """Errors: ``not_enough_stock``; ``reserved_stock`` where the rest is chosen for orders."""
    line, row = work.the_line, _row(work)
    if total > row.quantity:
        raise Refused(
            "not_enough_stock",
            _("Only %(n)s %(sku)s are in %(place)s.", n=row.quantity, sku=line.sku, place=work.memory["place"]),
            free=row.quantity,
        )
    free = row.quantity - row.allocated
    if total > free and not work.memory.get("override"):
        raise Refused(
            "reserved_stock",
            _("Only %(n)s %(sku)s are free, the rest waits for orders. Ask a supervisor.", n=free, sku=line.sku),
            free=free,
        )
    work.remember(counted=total)
    return Said("item_confirmed", _("%(n)s %(sku)s", n=total, sku=line.sku))


def _row(work: Work) -> Balance:
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


# Where to.


def _ask_target(work: Work) -> Prompt:
    line = work.the_line
    plan = suggest_bin(
        work,
        item_id=line.item_id,
        units=work.counted,
        condition="available" if line.source_condition == "available" else "quarantine",
        avoid=[line.source_location_id] if line.source_location_id else (),
    )
    place = work.session.get(Location, plan) if plan else None
    ways = [scan_way(encode(InternalKind.LOCATION, place.code), place.code)] if place else []
    if not line.serial:
        ways.append(action_way("quantity", _("All %(n)s", n=line.left), quantity=line.left))
    prompt = _prompt(
        work,
        _("Scan on, give the quantity, or scan where it goes"),
        value=str(work.counted),
        ways=ways,
        expects=("item", "quantity", "target"),
    )
    prompt.target = place.code if place else None
    return prompt


def _accept_target(work: Work, meaning: Meaning) -> Said:
    line = work.the_line
    if meaning.type == "item" and meaning.id == line.item_id and not line.serial:
        if meaning.lot and line.lot and meaning.lot != line.lot:
            raise Refused(
                "wrong_lot", _("Wrong: this is lot %(this)s. Take lot %(lot)s.", this=meaning.lot, lot=line.lot)
            )
        return _count(work, work.counted + meaning.quantity)
    if meaning.type == "item":
        raise Refused(
            "finish_line_first",
            _("You hold %(n)s %(sku)s. Scan where it goes first, or undo.", n=work.counted, sku=line.sku),
        )
    place, units = _place(work, meaning, is_sellable=line.source_condition == "available"), work.counted
    confirm.room(work, place, units)
    _count(work, units)  # what was free when it was counted may be chosen by now
    chosen_for = _override(work, [(_row(work).id, units)])
    assert line.source_location_id is not None, "a move from nowhere"
    source = work.memory["place"]
    move = Move(
        line.item_id,
        units,
        Place(line.source_location_id, line.source_container_id, line.source_condition),
        Place(place.id, None, line.source_condition),
        lot_id=line.lot_id,
        serial=line.serial,
    )
    change_line(work.session, line.id, quantity=units, target_location_id=place.id)
    work.next_line()
    posted = work.post("move", [(move, line.sku, source, place.code)], line_id=line.id)
    _choose_again(work, chosen_for)
    work.can_undo(posting=posted.posting_id, line=line.id, quantity=units, source=source, target=place.code)
    work.finish_units(work.the_line, units)
    work.forget("bin", "container", "place", "override")
    return Said("moved", _("%(n)s %(sku)s in %(place)s", n=units, sku=line.sku, place=place.code))


def _place(work: Work, meaning: Meaning, *, is_sellable: bool) -> Location:
    """Errors: ``same_place``; ``not_here``; ``location_blocked``."""
    if meaning.type == "location" and meaning.id == work.memory["bin"]:
        raise Refused("same_place", _("It stands in %(place)s already. Scan another place.", place=meaning.code))
    return confirm.target_location(work, meaning, kinds=SELLABLE if is_sellable else UNSELLABLE)


def _move_whole(work: Work, meaning: Meaning) -> Said:
    """The container goes there with everything in it.

    Errors: ``picked_stock``; ``reserved_stock``; those of the place.
    """
    content = _content(work)
    place = _place(work, meaning, is_sellable=all(row.condition == "available" for row in content))
    _require_unpicked(work)
    confirm.room(work, place, sum(row.quantity for row in content))
    if any(row.allocated for row in content) and not work.memory.get("override"):
        raise Refused("reserved_stock", _("%(place)s holds stock that waits for orders.", place=work.memory["place"]))
    chosen_for = _override(work, [(row.id, row.quantity) for row in content])
    container_id, source = work.memory["container"], work.session.get_one(Location, work.memory["bin"])
    posted = move_containers(work, [container_id], place.id, place.code, reason="move")
    assert posted is not None, "a container with nothing in it was to be moved"
    _choose_again(work, chosen_for)
    line_id = add_lines(
        work.session,
        work.task.id,
        [
            NewLine(
                quantity=1,
                source_location_id=source.id,
                source_container_id=container_id,
                target_location_id=place.id,
                target_container_id=container_id,
            )
        ],
    )[0]
    work.session.refresh(work.task)
    work.remember(line=line_id)
    work.next_line()
    work.can_undo(
        posting=posted.posting_id,
        line=line_id,
        quantity=1,
        container=container_id,
        origin=source.id,
        source=source.code,
        target=place.code,
    )
    work.finish_units(work.the_line, 1)
    work.forget("bin", "container", "place", "override")
    return Said("moved", _("%(code)s stands in %(place)s", code=_code(work, container_id), place=place.code))


def _code(work: Work, container_id: int) -> str:
    return work.session.get_one(Container, container_id).code


# Stock that orders have chosen.


def _override(work: Work, taken: Iterable[tuple[int, int]]) -> dict[int, int | None]:
    """Let go of what orders have chosen of these balances; returns the reservations, each with its pick task."""
    chosen_for: dict[int, int | None] = {}
    if work.memory.get("override"):
        for balance_id, units in taken:
            chosen_for |= lost.let_go(work.session, balance_id, units)
    return chosen_for


def _choose_again(work: Work, chosen_for: dict[int, int | None]) -> None:
    if chosen_for:
        lost.choose_again(work.session, chosen_for, warehouse_id=work.task.warehouse_id, today=work.today)


def _allow(work: Work) -> Said:
    """Errors: ``role_missing`` for anybody but a supervisor."""
    if not work.actor.may("supervisor"):
        raise Refused("role_missing", _("Only a supervisor may move stock that waits for orders."))
    if "bin" not in work.memory:
        raise Refused("scan_bin_first", _("Scan the bin first that you take it from."))
    work.remember(override=True)
    return Said("override", _("Stock that waits for orders may be moved now; other stock is chosen for them."))


# Actions.


def _quantity(work: Work, arguments: Arguments) -> Said:
    quantity = confirm.typed_quantity(arguments)
    if not work.counted:
        raise Refused("scan_item_first", _("Scan the item first, then give the quantity."))
    if work.the_line.serial:
        raise Refused("scan_each", _("Scan each unit: every one has its serial number."))
    _count(work, quantity)
    return Said("quantity_confirmed", _("%(n)s %(sku)s", n=quantity, sku=work.the_line.sku))


def _done(work: Work) -> Said:
    if work.counted:
        raise Refused("finish_line_first", _("You hold %(n)s. Scan where it goes first, or undo.", n=work.counted))
    work.forget("bin", "container", "place", "pending", "item", "units", "override")
    work.remember(is_done=True)
    return Said("move_done", _("Done."))


def _undo(work: Work) -> Said:
    """Step by step: the count, the place that was scanned, then the last posting."""
    if not work.counted and "bin" in work.memory:
        work.forget("bin", "container", "place", "pending", "item", "units", "override")
        return Said("undone", _("Scan again where you move from."))
    stack = work.memory.get("undo", [])
    line_id = work.memory.get("line") if work.counted else stack[-1]["line"] if stack else None
    said = undo(work, tell=_tell_undone)
    cancel_lines(work.session, [line_id] if line_id else [])
    work.forget("is_done", "override")
    work.session.refresh(work.task)
    work.next_line()
    return said


def _tell_undone(work: Work, line: Line, facts: Facts) -> None:
    """The container stands where it stood; the line is over: nothing waits to be moved."""
    if "container" in facts:
        boxes = table(Container)
        work.session.execute(update(boxes).where(boxes.c.id == facts["container"]).values(location_id=facts["origin"]))


def finished(work: Work) -> str:
    return _("Moved. Take the next job.")


SOURCE = Step(("location", "container"), _ask_source, _accept_source)
ITEM = Step(("item",), _ask_item, _accept_item)
CONTENT = Step(("item", "target"), _ask_content, _accept_content)
LOT = Step(("lot",), _ask_lot, _accept_lot)
SERIAL = Step(("serial",), _ask_serial, _accept_serial, takes_new=True)
TARGET = Step(("item", "target"), _ask_target, _accept_target)

WORKFLOW = Workflow(
    kind="move",
    waiting=waiting,
    actions={
        "quantity": _quantity,
        "override": no_arguments(_allow),
        "done": no_arguments(_done),
        "undo": no_arguments(_undo),
    },
    finished=finished,
)
