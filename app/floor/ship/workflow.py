"""Ship: cartons go out of the door. The final deduction: on hand and committed fall together.

Carton, then the door (a stage or dock). What is loaded ships; the rest of the order stays committed on its lines. A
carton that may not leave is set aside, so that the others go.
"""

from dataclasses import replace

from sqlalchemy import select

from app.db import lock
from app.floor.shared import confirm, shipping_work
from app.floor.shared.question import with_undo
from app.floor.shared.step import Meaning, Prompt, Said, Step, Way, Workflow, action_way, scan_way
from app.floor.shared.undo import no_arguments, undo
from app.floor.ship.memory import LoadingDone, ShipMemory, Work
from app.language import _, ngettext
from app.ledger.models import Balance
from app.ledger.post import Move, Place
from app.orders import fulfil
from app.orders.models import Order
from app.places.models import CUSTOMER, Container
from app.refusal import Refused
from app.returns.authorise import require_not_announced
from app.tasks.lines import Line, cancel_lines, lines
from app.tasks.models import TaskLine
from app.tasks.queue import NewLine, open_task

DOORS = ("stage", "dock")


def waiting(work: Work) -> Step[ShipMemory] | None:
    if work.line is None or work.memory.is_done:
        return None
    return DOOR if work.counted else CARTON


def _prompt(work: Work, instruction: str, *, value: str, ways: list[Way], expects: tuple[str, ...]) -> Prompt:
    line = work.the_line
    order = work.session.get_one(Order, work.task.document_id)
    to = ", ".join(str(order.ship_to[key]) for key in ("name", "city", "country") if order.ship_to.get(key))
    return Prompt(
        expects=expects,
        instruction=instruction,
        value=value,
        ways=with_undo(work, ways),
        location=line.source,
        container=line.source_container,
        target=next((way["label"] for way in confirm.place_ways(work, DOORS)), None),
        document=work.task.document,
        detail=[(_("Ship to"), to)] if to else [],
    )


def _ask_carton(work: Work) -> Prompt:
    left = lines(work.session, work.task.id, TaskLine.status == "open")
    fit = shipping_work.may_leave(work.session, [line.source_container_id or 0 for line in left])
    line = next((line for line in left if line.source_container_id in fit), left[0])
    code = line.source_container or ""
    ways: list[Way] = [scan_way(code, _("Carton %(code)s", code=code[-6:]))]
    instruction = _("Scan a carton of this order")
    if line.source_container_id not in fit:
        instruction, ways = _("This carton may not leave"), [_set_aside_way()]
    if work.task.done_lines:
        ways.append(action_way("done", _("The rest goes later")))
    prompt = _prompt(work, instruction, value=code[-6:], ways=ways, expects=("container",))
    prompt.location, prompt.container = line.source, line.source_container
    return prompt


def _set_aside_way() -> Way:
    return action_way("set_aside", _("Set it aside"))


def _accept_carton(work: Work, meaning: Meaning) -> Said:
    if meaning.type == "item":
        raise Refused("scan_carton", _("Scan the carton, not the item in it."))
    if meaning.type != "container":
        raise confirm.wrong(meaning, wanted=_("Scan a carton of order %(order)s.", order=work.task.document))
    mine = lines(work.session, work.task.id, TaskLine.source_container_id == meaning.id)
    if not mine:
        raise _not_of_this_order(work, meaning)
    line = mine[0]
    if line.status == "done":
        raise Refused("loaded_already", _("This carton is loaded already. Scan the next one."))
    if line.status == "cancelled":
        raise Refused("carton_withdrawn", _("This carton is not loaded now. Leave it where it was."))
    _contents(work, work.session.get_one(Container, meaning.id, populate_existing=True))
    work.memory = replace(work.memory, line=line.id, counted=1)
    work.next_line()
    return Said("carton_confirmed", _("Right carton: %(code)s", code=meaning.code[-6:]))


def _not_of_this_order(work: Work, meaning: Meaning) -> Refused:
    orders = {held.order_ref for held in fulfil.held_in(work.session, [meaning.id])}
    if orders:
        return Refused(
            "carton_of_another",
            _(
                "This carton belongs to order %(order)s. Scan one of %(mine)s.",
                order=orders.pop(),
                mine=work.task.document,
            ),
        )
    return Refused(
        "wrong_container", _("%(code)s isn't a carton of this order. Scan one of its cartons.", code=meaning.code)
    )


def _ask_door(work: Work) -> Prompt:
    ways = confirm.place_ways(work, DOORS)
    value = ways[0]["label"] if ways else _("the door")
    instruction = _("Load it and scan the door")
    if not shipping_work.may_leave(work.session, [work.the_line.source_container_id or 0]):
        instruction, ways = _("This carton may not leave"), [_set_aside_way(), *ways]
    return _prompt(work, instruction, value=value, ways=ways, expects=("target",))


def _accept_door(work: Work, meaning: Meaning) -> Said:
    line = work.the_line
    if meaning.type == "container" and meaning.id != line.source_container_id:
        return _accept_carton(work, meaning)
    door = confirm.target_location(work, meaning, kinds=DOORS)
    assert line.source_container_id is not None, "a shipping line without its carton"
    carton = work.session.get_one(Container, line.source_container_id, populate_existing=True)
    fulfil.hold_orders(work.session, carton.id)
    moves = _contents(work, carton)
    posted = work.post("ship", moves, line_id=line.id, note=door.code)
    fulfil.shipped(work.session, carton.id)
    work.can_undo(
        LoadingDone(
            posting=posted.posting_id,
            line=line.id,
            quantity=1,
            carton=carton.id,
            source=line.source or carton.code,
            target=door.code,
        )
    )
    work.finish_units(line, 1)
    return Said("shipped", _("Carton %(code)s is out at %(door)s.", code=carton.code[-6:], door=door.code))


def _contents(work: Work, carton: Container) -> list[tuple[Move, str, str, str]]:
    """Everything in the carton, on its way to the customer.

    Errors: ``carton_on_hold`` for units that are not for sale (any more); ``carton_empty``.
    """
    rows = work.session.scalars(
        select(Balance).where(Balance.container_id == carton.id, Balance.quantity > 0).order_by(Balance.id)
    ).all()
    if any(row.condition != "available" for row in rows):
        raise Refused("carton_on_hold", _("Units in this carton may not leave. Set it aside until they are put back."))
    if not rows:
        raise Refused("carton_empty", _("The carton is empty. Set it aside."))
    return [
        (
            Move(
                row.item_id,
                row.quantity,
                Place(row.location_id, carton.id),
                Place(CUSTOMER),
                lot_id=row.lot_id,
                serial=row.serial,
            ),
            confirm.item_row(work.session, row.item_id).sku,
            carton.code,
            "CUSTOMER",
        )
        for row in rows
    ]


def _set_aside(work: Work) -> Said:
    """The carton in hand, else the first that may not leave, is not loaded. It comes again once it may.

    Errors: ``carton_may_leave``.
    """
    lock(work.session, work.session.get_one(Order, work.task.document_id))  # its last unit may just be put back
    left = [work.the_line] if work.counted else lines(work.session, work.task.id, TaskLine.status == "open")
    fit = shipping_work.may_leave(work.session, [line.source_container_id or 0 for line in left])
    kept = next((line for line in left if line.source_container_id not in fit), None)
    if kept is None:
        raise Refused(
            "carton_may_leave", _("Nothing keeps this carton here. Load it, or say that the rest goes later.")
        )
    cancel_lines(work.session, [kept.id])
    work.session.refresh(work.task)
    work.memory = work.memory.without_count()
    work.next_line()
    return Said("set_aside", _("Carton %(code)s stays here.", code=(kept.source_container or "")[-6:]))


def _done(work: Work) -> Said:
    """The truck is closed with cartons left: they stay open for the next one."""
    if work.counted:
        raise Refused("finish_line_first", _("Scan the door for the carton in your hands first, or undo it."))
    if not work.task.done_lines:
        raise Refused("nothing_loaded", _("Nothing is loaded yet. Scan a carton, or release the task."))
    left = lines(work.session, work.task.id, TaskLine.status == "open")
    cancel_lines(work.session, [line.id for line in left])
    work.session.refresh(work.task)
    work.memory = replace(work.memory, is_done=True, left=len(left))
    open_task(
        work.session,
        kind="ship",
        warehouse_id=work.task.warehouse_id,
        document_type=work.task.document_type,
        document_id=work.task.document_id,
        document=work.task.document,
        lines=[
            NewLine(
                quantity=1, source_location_id=line.source_location_id, source_container_id=line.source_container_id
            )
            for line in left
        ],
    )
    work.next_line()
    return Said(
        "loading_done",
        ngettext(
            "What is loaded has shipped. %(num)s carton stays here.",
            "What is loaded has shipped. %(num)s cartons stay here.",
            len(left),
        ),
    )


def _undo(work: Work) -> Said:
    if work.memory.undo and not work.counted:
        carton_id = work.memory.undo[-1].carton
        fulfil.hold_orders(work.session, carton_id)
        require_not_announced(work.session, carton_id)
    return undo(work, LoadingDone, tell=_tell_undone)


def _tell_undone(work: Work, _line: Line, done: LoadingDone) -> None:
    fulfil.unshipped(work.session, done.carton)
    work.memory = replace(work.memory, is_done=False, left=0)


def finished(work: Work) -> str:
    if not work.task.done_lines:
        return _("No carton of order %(order)s could be loaded. Take the next job.", order=work.task.document)
    order = work.session.get_one(Order, work.task.document_id, populate_existing=True)
    if work.memory.left or order.status == "open":
        return _("Part of order %(order)s has left the building, the rest goes later.", order=work.task.document)
    return _("Order %(order)s has left the building. Take the next job.", order=work.task.document)


CARTON = Step(("container",), _ask_carton, _accept_carton)
DOOR = Step(("target",), _ask_door, _accept_door)

WORKFLOW = Workflow(
    kind="ship",
    waiting=waiting,
    actions={"set_aside": no_arguments(_set_aside), "done": no_arguments(_done), "undo": no_arguments(_undo)},
    finished=finished,
)
