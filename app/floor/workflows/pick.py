"""Pick one order: bin, item, tote, line by line along the walk; then the tote goes to packing.

The line is posted when the tote is scanned: bin -> tote. Until then nothing has moved. Short, skip and undo are here.
"""

from dataclasses import replace

from sqlalchemy import select

from app.barcode.internal import InternalKind, encode
from app.floor import confirm, handover, totes
from app.floor.recount import open_count
from app.floor.step import (
    BEGUN,
    Arguments,
    Meaning,
    Prompt,
    Said,
    Step,
    Way,
    Work,
    Workflow,
    action_way,
    scan_way,
    something_posted,
)
from app.floor.undo import Facts, no_arguments, undo
from app.language import _
from app.ledger.models import Balance
from app.ledger.post import Move, Place
from app.orders import fulfil
from app.places.models import Container
from app.places.warehouses import Named
from app.refusal import Refused
from app.tasks.lines import Line, lines, to_the_end
from app.tasks.models import TaskLine

DROPS = ("pack", "stage")


def waiting(work: Work) -> Step | None:
    line = work.line
    if line is None:
        return DROP if work.memory.get("totes") and _drop_places(work) else None
    if work.memory.get("bin") != line.source_location_id:
        return BIN
    if work.memory.get("pending"):
        return _narrower(work)
    return TOTE if work.counted >= line.left else ITEM


def _narrower(work: Work) -> Step:
    return {"lot": LOT, "container": CONTAINER, "serial": SERIAL}[work.memory["pending"]]


def _prompt(work: Work, instruction: str, *, value: str, ways: list[Way], expects: tuple[str, ...]) -> Prompt:
    line = work.the_line
    if work.counted or work.memory.get("undo"):
        ways = [*ways, action_way("undo", _("Undo"))]
    return Prompt(
        expects=expects,
        instruction=instruction,
        value=value,
        ways=ways,
        location=line.source,
        container=line.source_container,
        sku=line.sku,
        name=line.name,
        image_url=line.image_url,
        lot=line.lot,
        expiry=line.expiry.isoformat() if line.expiry else None,
        serial=line.serial or None,
        quantity=line.left,
        counted=work.counted,
        target=_tote_code(work),
        document=work.task.document,
    )


def _tote_code(work: Work) -> str | None:
    """The proposed tote's code; remembered with its id, because every prompt of every line shows it."""
    if work.task.container_id is None:
        return None
    known = work.memory.get("tote")
    if not known or known[0] != work.task.container_id:
        code = work.session.scalar(select(Container.code).where(Container.id == work.task.container_id))
        work.remember(tote=[work.task.container_id, code])
        return code
    return str(known[1])


def _exceptions(work: Work) -> list[Way]:
    ways = [action_way("short", _("Not enough here"))]
    if not work.counted:
        ways.append(action_way("skip", _("Skip to the end")))
    return ways


# The bin.


def _ask_bin(work: Work) -> Prompt:
    line = work.the_line
    code = encode(InternalKind.LOCATION, line.source or "")
    ways = [scan_way(code, line.source or ""), *_exceptions(work)]
    return _prompt(work, _("Go to the bin and scan it"), value=line.source or "", ways=ways, expects=("location",))


def _accept_bin(work: Work, meaning: Meaning) -> Said:
    return confirm.source(work, work.the_line, meaning)


# The item, each unit or one and a quantity.


def _ask_item(work: Work) -> Prompt:
    line = work.the_line
    scan = scan_way(line.code, line.name)
    quantity = action_way("quantity", _("All %(n)s", n=line.left), quantity=line.left)
    ways = [quantity, scan, *_tote_ways(work)] if work.counted and not line.serial else [scan]
    value = f"{work.counted} / {line.left}" if work.counted else str(line.left)
    expects = ("item", "quantity", "target") if work.counted else ("item",)
    return _prompt(work, _("Scan the item"), value=value, ways=[*ways, *_exceptions(work)], expects=expects)


def _accept_item(work: Work, meaning: Meaning) -> Said:
    line = work.the_line
    if work.counted and meaning.type == "container" and meaning.id != line.source_container_id:
        return _accept_tote(work, meaning)
    if meaning.type == "container" and meaning.id == line.source_container_id:
        work.remember(container=meaning.id)
        return _count(work, line, 1)
    if meaning.type == "lot" and meaning.item_id == line.item_id:
        _check_lot(line, meaning.lot)
        work.remember(lot_is_known=True)
        return _count(work, line, 1)
    if meaning.type == "serial":
        return _accept_serial(work, meaning)
    if meaning.type == "location" and meaning.id == line.source_location_id:
        return _bin_names_item(work, line)
    confirm.item(line, meaning)
    if meaning.lot:
        _check_lot(line, meaning.lot)
        work.remember(lot_is_known=True)
    if line.serial and meaning.serial:
        return _accept_serial(work, replace(meaning, type="serial", code=meaning.serial))
    if line.serial:
        work.remember(pending="serial", line=line.id, waiting_units=meaning.quantity)
        return Said("scan_serial", _("Now scan the serial number: %(serial)s", serial=line.serial))
    if not work.counted:
        narrower = _needs_narrower(work, line)
        if narrower:
            work.remember(pending=narrower, line=line.id, waiting_units=meaning.quantity)
            if narrower == "lot":
                return Said("scan_lot", _("Several lots are here. Scan the lot: %(lot)s", lot=line.lot))
            return Said("scan_container", _("It stands in several containers here. Scan the container."))
    return _count(work, line, meaning.quantity)


def _count(work: Work, line: Line, units: int) -> Said:
    said = confirm.count(work, line, units)
    totes.proposed(work)
    return said


def _here(work: Work, line: Line, *, whole_bin: bool = False) -> list[tuple[int, int | None, int | None]]:
    """(item, lot, container) of what stands in the line's bin."""
    statement = select(Balance.item_id, Balance.lot_id, Balance.container_id).where(
        Balance.location_id == line.source_location_id, Balance.quantity > 0
    )
    if not whole_bin:
        statement = statement.where(Balance.item_id == line.item_id)
    return [(row.item_id, row.lot_id, row.container_id) for row in work.session.execute(statement)]


def _needs_narrower(work: Work, line: Line) -> str | None:
    """Whether the item alone does not say which stock: several lots, or several containers, in this bin."""
    if "container" in work.memory:
        return None
    here = _here(work, line)
    if line.lot_id is not None and not work.memory.get("lot_is_known") and len({lot for _i, lot, _c in here}) > 1:
        return "lot"
    if len({container for _i, _lot, container in here}) > 1:
        return "container"
    return None


def _bin_names_item(work: Work, line: Line) -> Said:
    """The bin holds one thing only: scanning it again names the item. Errors: ``narrower_scan``."""
    if work.counted or len(set(_here(work, line, whole_bin=True))) != 1:
        raise Refused("narrower_scan", _("Several things are in %(place)s. Scan the item.", place=line.source))
    return _count(work, line, 1)


def _check_lot(line: Line, lot: str) -> None:
    if line.lot and lot != line.lot:
        raise Refused("wrong_lot", _("Wrong: this is lot %(this)s. Take lot %(lot)s.", this=lot, lot=line.lot))


def _ask_lot(work: Work) -> Prompt:
    line = work.the_line
    ways = [scan_way(line.lot or "", _("Lot %(lot)s", lot=line.lot)), *_exceptions(work)]
    return _prompt(work, _("Scan the lot"), value=line.lot or "", ways=ways, expects=("lot",))


def _accept_lot(work: Work, meaning: Meaning) -> Said:
    line = work.the_line
    if meaning.type == "item" and meaning.id == line.item_id and meaning.lot:
        meaning = Meaning(type="lot", item_id=meaning.id, code=meaning.lot, lot=meaning.lot)
    if meaning.type != "lot" or meaning.item_id != line.item_id:
        raise confirm.wrong(meaning, wanted=_("Scan lot %(lot)s.", lot=line.lot))
    _check_lot(line, meaning.lot)
    work.remember(lot_is_known=True)
    return _count_waiting(work, line)


def _ask_container(work: Work) -> Prompt:
    line = work.the_line
    place = line.source_container or line.source or ""
    kind = InternalKind.CONTAINER if line.source_container else InternalKind.LOCATION
    ways = [scan_way(encode(kind, place), place), *_exceptions(work)]
    return _prompt(work, _("Scan the container that you take it from"), value=place, ways=ways, expects=("container",))


def _accept_container(work: Work, meaning: Meaning) -> Said:
    """The line's own container, or the bin itself where the line's units lie loose."""
    line = work.the_line
    is_loose = line.source_container_id is None
    if (is_loose and meaning.type == "location" and meaning.id == line.source_location_id) or (
        not is_loose and meaning.type == "container" and meaning.id == line.source_container_id
    ):
        work.remember(container=line.source_container_id or 0)
        return _count_waiting(work, line)
    wanted = _("Take it from %(place)s.", place=line.source_container or _("the loose units: scan the bin"))
    raise confirm.wrong(meaning, wanted=wanted)


def _ask_serial(work: Work) -> Prompt:
    line = work.the_line
    ways = [scan_way(line.serial, _("Serial %(serial)s", serial=line.serial)), *_exceptions(work)]
    return _prompt(work, _("Scan the serial number"), value=line.serial, ways=ways, expects=("serial",))


def _accept_serial(work: Work, meaning: Meaning) -> Said:
    line = work.the_line
    if not line.serial or meaning.type != "serial" or meaning.code != line.serial:
        raise confirm.wrong(meaning, wanted=_("Take serial %(serial)s.", serial=line.serial))
    work.forget("pending", "waiting_units")
    return _count(work, line, 1)


def _count_waiting(work: Work, line: Line) -> Said:
    """The narrower scan came: the item that waited for it counts now."""
    units = work.memory.get("waiting_units", 1)
    work.forget("pending", "waiting_units")
    return _count(work, line, units)


# The tote.


def _tote_ways(work: Work) -> list[Way]:
    code = _tote_code(work)
    return [scan_way(encode(InternalKind.CONTAINER, code), code)] if code else []


def _ask_tote(work: Work) -> Prompt:
    code = _tote_code(work)
    instruction = _("Put %(n)s into the tote and scan it", n=work.counted)
    ways = _tote_ways(work)
    if code:
        ways.append(action_way("full", _("The tote is full, or not here: take another")))
    return _prompt(work, instruction, value=code or _("an empty tote"), ways=ways, expects=("target",))


def _accept_tote(work: Work, meaning: Meaning) -> Said:
    line = work.the_line
    if meaning.type == "item" and meaning.id == line.item_id:
        raise confirm.too_many(line.left, work.counted)
    tote = totes.accept(work, meaning)
    totes.take(work, tote.id)
    quantity = work.counted
    assert line.source_location_id is not None, "a pick line without its bin"
    assert line.document_line_id is not None, "a pick line without its allocation"
    move = Move(
        line.item_id,
        quantity,
        Place(line.source_location_id, line.source_container_id),
        Place(work.floor_id, tote.id),
        lot_id=line.lot_id,
        serial=line.serial,
        from_allocated=quantity,
    )
    posted = work.post("pick", [(move, line.sku, line.source or "", tote.code)], line_id=line.id)
    fulfil.picked(
        work.session,
        line.document_line_id,
        quantity=quantity,
        container_id=tote.id,
        item_id=line.item_id,
        lot_id=line.lot_id,
        serial=line.serial,
    )
    used = work.memory.get("totes", [])
    work.remember(
        totes=used if tote.id in used else [*used, tote.id],
        codes=work.memory.get("codes", {}) | {str(tote.id): tote.code},
    )
    work.can_undo(
        posting=posted.posting_id,
        line=line.id,
        quantity=quantity,
        tote=tote.id,
        source=line.source,
        target=tote.code,
    )
    work.finish_units(line, quantity)
    work.forget("container", "lot_is_known", "pending")
    if work.line is None and not _drop_places(work):
        work.remember(is_dropped=True)
        handover.to_packing(work)
    return Said("picked", _("%(n)s %(sku)s in %(tote)s", n=quantity, sku=line.sku, tote=tote.code))


# The drop: all totes go to one place.


def _drop_places(work: Work) -> bool:
    return not work.memory.get("is_dropped") and _drop(work) is not None


def _drop(work: Work) -> Named | None:
    """The first place for full totes on the walk."""
    return work.first_place(DROPS)


def _ask_drop(work: Work) -> Prompt:
    place = _drop(work)
    assert place is not None, "a drop was asked for in a warehouse without a place for it"
    codes = [work.memory["codes"][str(tote_id)] for tote_id in work.memory["totes"]]
    return Prompt(
        expects=("target",),
        instruction=_("Bring %(totes)s to packing and scan the place", totes=", ".join(codes)),
        value=place.code,
        ways=[
            scan_way(encode(InternalKind.LOCATION, place.code), place.code),
            action_way("undo", _("Undo")),
        ],
        target=place.code,
        document=work.task.document,
    )


def _accept_drop(work: Work, meaning: Meaning) -> Said:
    place = confirm.target_location(work, meaning, kinds=DROPS)
    handover.move_containers(work, work.memory["totes"], place.id, place.code)
    work.remember(is_dropped=True)
    handover.to_packing(work)
    return Said("dropped", _("At %(place)s. This order is ready to be packed.", place=place.code))


# Exceptions.


def _quantity(work: Work, arguments: Arguments) -> Said:
    if work.line is None:
        raise Refused("scan_item_first", _("Every line is picked. Bring the totes to packing."))
    if work.line.serial:
        raise Refused("scan_each", _("Scan each unit: every one has its serial number."))
    return confirm.set_count(work, work.line, arguments)


def _full(work: Work) -> Said:
    """The tote takes no more, or is not to be found: the next free one. What is in the old one stays there.

    Errors: ``no_tote_yet``; ``no_free_tote``.
    """
    if work.task.container_id is None:
        raise Refused("no_tote_yet", _("No tote is in use yet. Scan an empty one."))
    work.task.container_id = None
    if totes.proposed(work) is None:
        raise Refused("no_free_tote", _("Every tote is in use. Empty one at packing, or ask your supervisor."))
    return Said("next_tote", _("Take %(tote)s.", tote=_tote_code(work)))


def _skip(work: Work) -> Said:
    line = work.line
    if line is None or work.counted:
        raise Refused("finish_line_first", _("Put what you counted into the tote first, or undo it."))
    to_the_end(work.session, work.task.id, line.id)
    work.forget("line", *BEGUN)
    work.next_line()
    return Said("skipped", _("%(place)s comes again at the end.", place=line.source))


def _short(work: Work, arguments: Arguments) -> Said:
    """The bin holds less than it should: what is in hand stays counted, the rest is looked for elsewhere.

    All of this worker's open lines of the same item, lot and bin are let go of (of one serial number, where units have
    them: that the others are missing too, nobody said); a count of the bin is opened.
    """
    line = work.line
    if line is None:
        raise Refused("nothing_to_short", _("Every line is picked. Bring the totes to packing."))
    if arguments.quantity is not None and arguments.quantity != work.counted:
        raise Refused("bad_quantity", _("Scan what is there first; then say that it is not enough."))
    assert line.source_location_id is not None
    same = lines(
        work.session,
        work.task.id,
        TaskLine.status == "open",
        TaskLine.item_id == line.item_id,
        TaskLine.source_location_id == line.source_location_id,
        TaskLine.lot_id == line.lot_id if line.lot_id else TaskLine.lot_id.is_(None),
        TaskLine.serial == line.serial,
    )
    missing = sum(each.left for each in same) - work.counted
    if missing <= 0:
        raise Refused("nothing_to_short", _("You have all %(n)s of it. Scan the tote.", n=work.counted))
    unfound = fulfil.short(
        work.session,
        allocation_ids=[each.document_line_id for each in same if each.document_line_id is not None],
        task_id=work.task.id,
        warehouse_id=work.task.warehouse_id,
        today=work.today,
        location_id=line.source_location_id,
        keep={line.document_line_id or 0: work.counted},
    )
    work.session.refresh(work.task)
    open_count(work, line.source_location_id)
    work.report(sku=line.sku, place=line.source or "", units=missing)
    if not work.counted:
        work.forget("line", *BEGUN)
    work.next_line()
    if work.line is None and work.memory.get("totes") and not _drop_places(work):
        handover.to_packing(work)
    elsewhere = missing - unfound
    return Said(
        "short",
        _("%(n)s short. %(found)s are taken from another bin, a count is opened.", n=missing, found=elsewhere),
    )


def _undo(work: Work) -> Said:
    if work.memory.get("is_dropped"):
        raise Refused("packed_next", _("The totes are at packing already. Undo it there."))
    return undo(
        work,
        tell=_tell_undone,
        begun=("pending", "waiting_units", "lot_is_known", "container"),
        allocate_source=True,
    )


def _tell_undone(work: Work, line: Line, facts: Facts) -> None:
    assert line.document_line_id is not None
    fulfil.picked(
        work.session,
        line.document_line_id,
        quantity=-facts["quantity"],
        container_id=facts["tote"],
        item_id=line.item_id,
        lot_id=line.lot_id,
        serial=line.serial,
    )


def finished(work: Work) -> str:
    if work.memory.get("totes"):
        return _("Order %(order)s is picked. Next: pack it, or take the next job.", order=work.task.document)
    return _("Nothing of order %(order)s could be picked. Take the next job.", order=work.task.document)


BIN = Step(("location",), _ask_bin, _accept_bin)
ITEM = Step(("item", "target"), _ask_item, _accept_item)
LOT = Step(("lot",), _ask_lot, _accept_lot)
CONTAINER = Step(("container",), _ask_container, _accept_container)
SERIAL = Step(("serial",), _ask_serial, _accept_serial, takes_new=True)
TOTE = Step(("target",), _ask_tote, _accept_tote)
DROP = Step(("target",), _ask_drop, _accept_drop)

WORKFLOW = Workflow(
    kind="pick",
    waiting=waiting,
    actions={
        "quantity": _quantity,
        "full": no_arguments(_full),
        "skip": no_arguments(_skip),
        "short": _short,
        "undo": no_arguments(_undo),
    },
    finished=finished,
    may_undo=lambda work: something_posted(work) and not work.memory.get("is_dropped"),
)
