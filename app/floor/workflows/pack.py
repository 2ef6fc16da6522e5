"""Pack: verify every unit of an order and put it into cartons.

Tote, then each item (scan on, or one scan and a quantity), then the carton's own label: what was counted is posted
tote -> carton. A full carton is scanned at any time and the next one begun. When nothing is left the order's cartons
wait to be shipped.
"""

from dataclasses import replace

from sqlalchemy import ColumnElement, select

from app.barcode.internal import InternalKind, encode
from app.db import table
from app.floor import confirm, handover, lot_swap, printing
from app.floor.step import Arguments, Meaning, Prompt, Said, Step, Way, Work, Workflow, action_way, scan_way
from app.floor.undo import no_arguments
from app.language import _
from app.ledger.models import Balance
from app.ledger.post import Move, Place, reverse
from app.orders import fulfil
from app.orders.models import Holding, ShipmentCarton
from app.places.models import Container
from app.places.numbers import next_sscc
from app.refusal import Refused
from app.tasks.lines import Line, change_line, line_of, lines
from app.tasks.models import Task, TaskLine

balance = table(Balance)


def waiting(work: Work) -> Step | None:
    if work.line is None and not _counts(work):
        is_left_over = work.memory.get("undo") and not work.memory.get("is_handed")
        return REST if is_left_over else None
    if not work.memory.get("totes"):
        return TOTE
    line = _next(work)
    if line is None:
        return CARTON
    if not line.serial:
        work.forget("item")
        return ITEM
    work.remember(item=line.item_id)  # whose serial numbers are looked for: not those of the first open line
    return SERIAL


def _counts(work: Work) -> dict[int, int]:
    """Line id -> units verified and not in a carton yet."""
    return {int(line_id): units for line_id, units in work.memory.get("counts", {}).items()}


def _open_lines(work: Work, *where: ColumnElement[bool]) -> list[Line]:
    """The lines with units that nobody has verified yet, narrowed by conditions."""
    counts = _counts(work)
    found = lines(work.session, work.task.id, TaskLine.status == "open", *where)
    return [line for line in found if line.left > counts.get(line.id, 0)]


def _next(work: Work) -> Line | None:
    """The line being counted, else the first with units that nobody has verified."""
    counts = _counts(work)
    last = work.memory.get("last")
    if last in counts:
        line = line_of(work.session, last)
        if line is not None and line.status == "open" and line.left > counts[last]:
            return line
    if work.line is not None and work.line.id not in counts:
        return work.line
    whole = [id_ for id_ in counts if id_ in work.memory.get("whole", [])]
    found = lines(work.session, work.task.id, TaskLine.status == "open", TaskLine.id.not_in(whole), limit=1)
    return found[0] if found else None


def _count(work: Work, line: Line, units: int) -> None:
    """Set the verified units of a line, and the open carton's weight with them.

    Errors: ``carton_too_heavy`` before the limit of a carton is passed, so that nobody lifts it.
    """
    counts = _counts(work)
    grams = work.memory.get("grams", 0) + line.unit_weight_grams * (units - counts.get(line.id, 0))
    most = work.settings.carton_max_grams
    counts[line.id] = units
    if grams > most and line.unit_weight_grams and sum(counts.values()) > 1:
        raise Refused(
            "carton_too_heavy",
            _("Too heavy: a carton takes %(kg)s kg. Scan the carton, then go on with a new one.", kg=most // 1000),
        )
    whole = set(work.memory.get("whole", []))
    whole = whole | {line.id} if units >= line.left else whole - {line.id}
    work.remember(counts=counts, last=line.id, grams=grams, whole=sorted(whole))


def _prompt(
    work: Work, instruction: str, *, value: str, ways: list[Way], expects: tuple[str, ...], line: Line | None = None
) -> Prompt:
    counts = _counts(work)
    ways = [*ways, *printing.label_ways(work)]
    if counts or work.memory.get("undo"):
        ways = [*ways, action_way("undo", _("Undo"))]
    carton = _carton(work)
    prompt = Prompt(
        expects=expects,
        instruction=instruction,
        value=value,
        ways=ways,
        target=carton.code if carton else None,
        document=work.task.document,
        detail=[(_("In this carton"), str(sum(counts.values())))],
    )
    if line is not None:
        prompt.sku, prompt.name, prompt.image_url = line.sku, line.name, line.image_url
        prompt.lot, prompt.serial = line.lot, line.serial or None
        prompt.container = line.source_container
        prompt.quantity, prompt.counted = line.left, counts.get(line.id, 0)
    return prompt


# The tote.


def _ask_tote(work: Work) -> Prompt:
    line = work.the_line
    code = line.source_container or ""
    ways = [scan_way(encode(InternalKind.CONTAINER, code), code)]
    return _prompt(work, _("Scan the tote to pack"), value=code, ways=ways, expects=("container",))


def _accept_tote(work: Work, meaning: Meaning) -> Said:
    """One of the order's totes is at the station; a carton is begun for it.

    Errors: ``wrong_*``; ``tote_empty`` and ``tote_of_another``, which names what the tote is for.
    """
    if meaning.type != "container":
        raise confirm.wrong(meaning, wanted=_("Scan the tote to pack."))
    mine = _open_lines(work, TaskLine.source_container_id == meaning.id)
    if not mine:
        orders = {held.order_ref for held in fulfil.held_in(work.session, [meaning.id])}
        if not orders:
            raise Refused("tote_empty", _("%(code)s is empty. Scan the tote of this order.", code=meaning.code))
        raise Refused(
            "tote_of_another",
            _(
                "%(code)s holds order %(order)s, this is %(mine)s.",
                code=meaning.code,
                order=", ".join(sorted(orders)),
                mine=work.task.document,
            ),
        )
    work.remember(totes=[*work.memory.get("totes", []), meaning.id])
    if _carton(work) is None:
        _open_carton(work)
    return Said("tote_confirmed", _("Right tote: %(code)s", code=meaning.code))


# Each item.


def _ask_item(work: Work) -> Prompt:
    line = _next(work)
    assert line is not None, "items were asked for when all are verified"
    counts = _counts(work)
    counted = counts.get(line.id, 0)
    serial = _("Serial %(serial)s", serial=line.serial)
    scan = scan_way(line.serial, serial) if line.serial else scan_way(line.code, line.name)
    ways: list[Way] = [scan]
    if counted and not line.serial:
        ways.insert(0, action_way("quantity", _("All %(n)s", n=line.left), quantity=line.left))
    if counts:
        ways += _carton_ways(work)
    ways.append(action_way("missing", _("An item is missing")))
    expects: tuple[str, ...] = ("item", "quantity", "container") if counts else ("item",)
    if line.serial:
        expects = ("serial", "item", "container") if counts else ("serial", "item")
    value = f"{counted} / {line.left}"
    return _prompt(work, _("Scan each item"), value=value, ways=ways, expects=expects, line=line)


def _accept_item(work: Work, meaning: Meaning) -> Said:
    if meaning.type == "container":
        return _accept_container(work, meaning)
    if meaning.type == "serial":
        return _accept_serial(work, meaning)
    if meaning.type != "item":
        raise confirm.wrong(meaning, wanted=_("Scan an item of order %(order)s.", order=work.task.document))
    left = meaning.quantity
    counts = _counts(work)
    fitting = [line for line in _open_lines(work, TaskLine.item_id == meaning.id) if _fits(line, meaning)]
    if not fitting and meaning.lot:
        fitting = _swapped(work, meaning)
    if not fitting:
        raise _not_wanted(work, meaning)
    if not meaning.serial and all(line.serial for line in fitting):
        serials = ", ".join(line.serial for line in fitting[:3])
        raise Refused("scan_serial", _("Now scan the serial number: %(serial)s", serial=serials))
    room = sum(line.left - counts.get(line.id, 0) for line in fitting)
    if left > room:
        raise confirm.too_many(room, 0)
    last = fitting[0]
    for line in sorted(fitting, key=lambda one: (one.id not in counts, one.position)):
        taken = min(left, line.left - counts.get(line.id, 0))
        if taken:
            _count(work, line, counts.get(line.id, 0) + taken)
            left -= taken
            last = line
    return Said("item_confirmed", _("%(sku)s: %(n)s of %(due)s", sku=last.sku, n=_counts(work)[last.id], due=last.left))


def _accept_serial(work: Work, meaning: Meaning) -> Said:
    """One unit by its own number: the item's barcode alone does not say which of them it is."""
    mine = _open_lines(work, TaskLine.serial == meaning.code)
    if not mine:
        raise confirm.wrong(meaning, wanted=_("Scan an item of order %(order)s.", order=work.task.document))
    _count(work, mine[0], 1)
    return Said("item_confirmed", _("%(sku)s: %(n)s of %(due)s", sku=mine[0].sku, n=1, due=mine[0].left))


def _swapped(work: Work, meaning: Meaning) -> list[Line]:
    """The line of another lot that this one may replace, swapped to it."""
    counts = _counts(work)
    for line in _open_lines(work, TaskLine.item_id == meaning.id):
        if line.lot and line.id not in counts:
            lot_swap.swap(work, line, meaning)
            swapped = line_of(work.session, line.id)
            return [swapped] if swapped is not None else []
    return []


def _fits(line: Line, meaning: Meaning) -> bool:
    """The label's own lot or serial, where it carries one, is the line's."""
    return (not meaning.lot or not line.lot or meaning.lot == line.lot) and (
        not line.serial or not meaning.serial or meaning.serial == line.serial
    )


def _not_wanted(work: Work, meaning: Meaning) -> Refused:
    """Say why: already whole, another lot, or picked for another order, which is named."""
    same = lines(work.session, work.task.id, TaskLine.item_id == meaning.id)
    if same and meaning.lot and all(line.lot and line.lot != meaning.lot for line in same):
        wanted = ", ".join(sorted({line.lot or "" for line in same}))
        return Refused("wrong_lot", _("This is lot %(this)s. Wanted: lot %(lot)s.", this=meaning.lot, lot=wanted))
    if same:
        return Refused("too_many", _("All %(sku)s of this order are packed. Set this one aside.", sku=meaning.code))
    picked_for = work.session.scalars(
        select(Task.document)
        .join(TaskLine, TaskLine.task_id == Task.id)
        .where(Task.kind == "pack", Task.status.in_(("open", "claimed")), TaskLine.item_id == meaning.id)
        .distinct()
        .limit(3)
    ).all()
    if picked_for:
        return Refused(
            "item_of_another",
            _(
                "%(sku)s is not in this order. It was picked for order %(order)s.",
                sku=meaning.code,
                order=", ".join(picked_for),
            ),
        )
    return Refused("wrong_item", _("%(sku)s is not in this order. Set it aside.", sku=meaning.code))


# The carton.


def _carton(work: Work) -> Container | None:
    carton_id = work.memory.get("carton")
    return work.session.get(Container, carton_id) if carton_id else None


def _open_carton(work: Work) -> Container:
    """A new carton with an SSCC of its own, at the packing station."""
    station = work.first_place(("pack", "stage", "floor"))
    assert station is not None, "every warehouse has its floor"
    carton = Container(
        code=next_sscc(work.session, work.settings.company_prefix),
        kind="carton",
        warehouse_id=work.task.warehouse_id,
        location_id=station.id,
    )
    work.session.add(carton)
    work.session.flush()
    _join_shipment(work, carton)
    work.remember(carton=carton.id)
    printing.print_carton(work, carton)
    return carton


def _carton_ways(work: Work) -> list[Way]:
    carton = _carton(work)
    return [scan_way(carton.code, _("Carton %(code)s", code=carton.code[-6:]))] if carton else []


def _ask_carton(work: Work) -> Prompt:
    carton = _carton(work)
    value = carton.code[-6:] if carton else ""
    return _prompt(
        work,
        _("Close the carton: scan its label"),
        value=value,
        ways=_carton_ways(work),
        expects=("container",),
    )


def _accept_container(work: Work, meaning: Meaning) -> Said:
    """The carton's label, or another tote of the same order."""
    carton = _carton(work)
    if carton is not None and meaning.id == carton.id:
        return _close_carton(work, carton)
    if meaning.type == "container":
        if meaning.id in work.memory.get("totes", []):
            raise Refused("tote_again", _("%(code)s is being packed. Scan its items.", code=meaning.code))
        return _accept_tote(work, meaning)
    if meaning.type == "item":
        raise _not_wanted(work, meaning)
    raise confirm.wrong(meaning, wanted=_("Scan the carton's label."))


def _close_carton(work: Work, carton: Container) -> Said:
    counts = {line_id: units for line_id, units in _counts(work).items() if units}
    if not counts:
        raise Refused("carton_empty", _("The carton is empty. Scan an item first."))
    printing.require_label(work, carton)
    assert carton.location_id is not None, "a carton that stands nowhere"
    by_id = {line.id: line for line in lines(work.session, work.task.id, TaskLine.id.in_(counts))}
    gone = _take_out_cancelled(work, counts, by_id)
    if gone:
        return gone
    totes = sorted({line.source_container_id for line in by_id.values() if line.source_container_id is not None})
    standing, held = _standing(work, totes), fulfil.held_in(work.session, totes)
    moves = []
    packed = []
    for line_id, units in sorted(counts.items()):
        line = by_id[line_id]
        for place, taken in _take(standing, line, units):
            move = Move(
                line.item_id, taken, place, Place(carton.location_id, carton.id), lot_id=line.lot_id, serial=line.serial
            )
            moves.append((move, line.sku, line.source_container or "", carton.code))
        _tell_packed(work, held, line, units, target=carton.id)
        packed.append({"line": line_id, "quantity": units, "tote": line.source_container_id})
    posted = work.post("pack", moves)
    for line_id, units in sorted(counts.items()):
        work.finish_units(by_id[line_id], units)
    _join_shipment(work, carton)
    carton.status = "closed"
    work.forget("counts", "carton", "last", "grams", "whole", "label")
    work.can_undo(posting=posted.posting_id, packed=packed, carton=carton.id)
    work.session.flush()
    if work.line is None:
        handover.to_shipping(work)
    else:
        _open_carton(work)
    return Said("carton_closed", _("Carton closed with %(n)s units.", n=sum(counts.values())))


def _join_shipment(work: Work, carton: Container) -> None:
    """The carton is one of the order's shipment; a cancellation may have thrown it out while it was still empty."""
    assert work.task.document_id is not None, "packing without an order"
    if work.session.scalar(select(ShipmentCarton.id).where(ShipmentCarton.container_id == carton.id)) is None:
        shipment = fulfil.open_shipment(work.session, work.task.document_id, work.task.warehouse_id)
        fulfil.add_carton(work.session, shipment, carton.id)


def _take_out_cancelled(work: Work, counts: dict[int, int], by_id: dict[int, Line]) -> Said | None:
    """Units that were verified and then cancelled are named, and not counted any more."""
    wanted = {id_: by_id[id_].left if by_id[id_].status == "open" else 0 for id_ in counts}
    gone = {id_: units - wanted[id_] for id_, units in counts.items() if units > wanted[id_]}
    if not gone:
        return None
    left = {id_: min(units, wanted[id_]) for id_, units in counts.items() if wanted[id_]}
    grams = sum(by_id[id_].unit_weight_grams * units for id_, units in gone.items())
    work.remember(counts=left, grams=work.memory.get("grams", 0) - grams)
    names = ", ".join(f"{units} {by_id[id_].sku}" for id_, units in gone.items())
    return Said("line_gone", _("Cancelled meanwhile: take %(units)s out of the carton, then scan it.", units=names))


_Stock = tuple[int | None, int, int | None, str]
"""container, item, lot, serial"""


def _standing(work: Work, containers: list[int]) -> dict[_Stock, list[list[int]]]:
    """Where units stand inside containers: [location, units], oldest first."""
    statement = select(balance).where(
        balance.c.container_id.in_(containers), balance.c.condition == "available", balance.c.quantity > 0
    )
    found: dict[_Stock, list[list[int]]] = {}
    for row in work.session.execute(statement.order_by(balance.c.id)):
        key = (row.container_id, row.item_id, row.lot_id, row.serial)
        found.setdefault(key, []).append([row.location_id, row.quantity])
    return found


def _take(standing: dict[_Stock, list[list[int]]], line: Line, units: int) -> list[tuple[Place, int]]:
    """Take a line's units out of what stands in its tote. Errors: ``not_enough_stock``."""
    found = []
    for place in standing.get((line.source_container_id, line.item_id, line.lot_id, line.serial), []):
        taken = min(units, place[1])
        if taken:
            found.append((Place(place[0], line.source_container_id), taken))
            place[1] -= taken
            units -= taken
    if units:
        raise Refused("not_enough_stock", _("The tote does not hold that many. Count it and scan again."))
    return found


def _tell_packed(work: Work, held: list[fulfil.Held], line: Line, units: int, *, target: int) -> None:
    """Move the units of the line's own promise from their tote to the carton (or back) in the order's own books.

    Another promise of the same item may stand beside it, in this tote or in the next one: it keeps its units.
    """
    mine = work.session.get_one(Holding, line.document_line_id)
    source = line.source_container_id if target != line.source_container_id else None
    for index, one in enumerate(held):
        is_mine = (one.reservation_id, one.lot_id, one.serial) == (mine.reservation_id, line.lot_id, line.serial)
        if is_mine and source in (None, one.container_id):
            taken = min(units, one.quantity)
            if taken:
                fulfil.packed(work.session, one, quantity=taken, container_id=target)
                held[index] = replace(one, quantity=one.quantity - taken)
                units -= taken
    assert units == 0, "more was packed than was picked for this order"


# Exceptions.


def _quantity(work: Work, arguments: Arguments) -> Said:
    """The total of the line that was scanned last."""
    quantity = confirm.typed_quantity(arguments)
    counts = _counts(work)
    last = work.memory.get("last")
    if last is None or last not in counts:
        raise Refused("scan_item_first", _("Scan the item first, then give the quantity."))
    line = line_of(work.session, last)
    assert line is not None, "a line that was counted is gone"
    if quantity > line.left:
        raise confirm.too_many(line.left, counts[last])
    if line.serial:
        raise Refused("scan_each", _("Scan each unit: every one has its serial number."))
    _count(work, line, quantity)
    return Said("quantity_confirmed", _("%(sku)s: %(n)s of %(due)s", sku=line.sku, n=quantity, due=line.left))


def _missing(work: Work) -> Said:
    """Units that should be in the tote are not: what is there is packed, the rest stays committed to its order.

    The missing units stay in the books in their tote until someone counts it.
    """
    if _counts(work):
        raise Refused("close_carton_first", _("Scan the carton for what you counted first."))
    missing = _open_lines(work)
    if not missing:
        raise Refused("nothing_missing", _("Every unit is verified. Scan the carton."))
    units = 0
    for line in missing:
        units += line.left
        work.report(sku=line.sku, place=line.source_container or "", units=line.left)
        status = "done" if line.done else "cancelled"
        change_line(work.session, line.id, status=status, quantity=line.done or line.quantity)
    partly = len([line for line in missing if line.done])
    work.task.lines -= len(missing) - partly
    work.count_lines(partly)
    work.next_line()
    carton = _carton(work)
    if carton is not None and not fulfil.held_in(work.session, [carton.id]):
        _drop_carton(work, carton)
    if work.memory.get("undo"):
        handover.to_shipping(work)
    work.session.flush()
    return Said(
        "missing", _("%(n)s units are missing. They stay promised; tell your supervisor to look for them.", n=units)
    )


def _ask_rest(work: Work) -> Prompt:
    """The last open lines were cancelled: what is in cartons goes on."""
    ways = [action_way("done", _("To shipping"))]
    return _prompt(work, _("Nothing is left to pack"), value=work.task.document, ways=ways, expects=("confirm",))


def _accept_rest(_work: Work, meaning: Meaning) -> Said:
    raise confirm.wrong(meaning, wanted=_("Nothing is left to pack."))


def _done(work: Work) -> Said:
    if waiting(work) is not REST:
        raise Refused("finish_line_first", _("There is more to pack. Say so if it is missing."))
    carton = _carton(work)
    if carton is not None:
        _drop_carton(work, carton)
    handover.to_shipping(work)
    return Said("packed", _("Order %(order)s goes to shipping.", order=work.task.document))


def _drop_carton(work: Work, carton: Container) -> None:
    """A carton that stayed empty does not travel; its number is never used again."""
    carton.status = "closed"
    work.session.flush()
    row = work.session.scalar(select(ShipmentCarton).where(ShipmentCarton.container_id == carton.id))
    if row is not None:
        work.session.delete(row)
    work.forget("carton")
    printing.forget_label(work, carton)


def _may_undo(work: Work) -> bool:
    """Until the carton that was closed last has left."""
    stack = work.memory.get("undo", [])
    return bool(stack) and work.session.get_one(Container, stack[-1]["carton"]).status != "shipped"


def _undo(work: Work) -> Said:
    """Forget the counts of the open carton; with none, take the last closed carton's units back into the tote."""
    counts = _counts(work)
    if counts:
        work.forget("counts", "last", "grams", "whole")
        return Said("count_undone", _("Take %(n)s units out of the carton again.", n=sum(counts.values())))
    stack = list(work.memory.get("undo", []))
    if not stack:
        raise Refused("nothing_to_undo", _("There is nothing to undo in this task."))
    facts = stack.pop()
    carton = work.session.get_one(Container, facts["carton"], populate_existing=True)
    if carton.status == "shipped":
        raise Refused("shipped_already", _("This carton has left. Unload it first."))
    handover.withdraw_from_shipping(work, carton)
    posted = reverse(work.session, facts["posting"], work.header("undo"))
    totes = {each["tote"]: work.session.get_one(Container, each["tote"]).code for each in facts["packed"]}
    work.show(
        posted,
        [
            (confirm.item_row(work.session, move.item_id).sku, carton.code, totes.get(move.target.container_id, ""))
            for move in posted.moves
        ],
    )
    by_id = {line.id: line for line in lines(work.session, work.task.id)}
    held = fulfil.held_in(work.session, [carton.id])
    for each in facts["packed"]:
        line = by_id[each["line"]]
        _tell_packed(work, held, line, each["quantity"], target=each["tote"])
        if line.status == "done":
            work.count_lines(-1)
        change_line(work.session, line.id, done=line.done - each["quantity"], status="open")
    spare = _carton(work)
    if spare is not None:
        _drop_carton(work, spare)
    carton.status = "open"
    work.forget("is_handed")
    work.remember(undo=stack, carton=carton.id)
    if work.task.status == "done":
        work.task.status, work.task.done_at = "claimed", None
    work.session.flush()
    work.next_line()
    units = sum(each["quantity"] for each in facts["packed"])
    return Said("undone", _("Undone: put %(n)s units back into the tote and scan them again.", n=units))


def finished(work: Work) -> str:
    return _("Order %(order)s is packed. Next: ship it, or take the next job.", order=work.task.document)


TOTE = Step(("container",), _ask_tote, _accept_tote)
ITEM = Step(("item", "container"), _ask_item, _accept_item)
SERIAL = Step(("item", "container", "serial"), _ask_item, _accept_item)
CARTON = Step(("container",), _ask_carton, _accept_container)
REST = Step(("confirm",), _ask_rest, _accept_rest)

WORKFLOW = Workflow(
    kind="pack",
    waiting=waiting,
    actions={
        "quantity": _quantity,
        "missing": no_arguments(_missing),
        "done": no_arguments(_done),
        "undo": no_arguments(_undo),
        "reprint": printing.reprint,
        "label_printed": printing.label_printed,
    },
    finished=finished,
    may_undo=_may_undo,
)
