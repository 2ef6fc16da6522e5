"""Pack: verify every unit of an order and put it into cartons.

Tote, then each item (scan on, or one scan and a quantity), then the carton's own label: what was counted is posted
tote -> carton. A full carton is scanned at any time and the next one begun. When nothing is left the order's cartons
wait to be shipped.
"""

from dataclasses import replace

from app.barcode.internal import InternalKind, encode
from app.floor.pack import carton_label
from app.floor.pack.cartons import (
    begin_carton,
    carton_of,
    close_carton,
    drop_carton,
    may_reopen,
    reopen_carton,
    to_shipping,
)
from app.floor.pack.lot_swap import fits, swapped_lines
from app.floor.pack.memory import PackMemory, Work
from app.floor.pack.verified_units import next_line, not_wanted, open_lines, verified_units, verify_units
from app.floor.shared import confirm
from app.floor.shared.step import Arguments, Meaning, Prompt, Said, Step, Way, Workflow, action_way, scan_way
from app.floor.shared.undo import no_arguments
from app.language import _
from app.orders import fulfil
from app.refusal import Refused
from app.tasks.lines import Line, line_of, shrink_line
from app.tasks.models import TaskLine


def waiting(work: Work) -> Step[PackMemory] | None:
    if work.line is None and not verified_units(work):
        is_left_over = work.memory.undo and not work.memory.is_handed
        return REST if is_left_over else None
    if not work.memory.totes:
        return TOTE
    line = next_line(work)
    if line is None:
        return CARTON
    if not line.serial:
        work.memory = replace(work.memory, item=None)
        return ITEM
    work.memory = replace(
        work.memory, item=line.item_id
    )  # whose serial numbers are looked for: not those of the first open line
    return SERIAL


def _prompt(
    work: Work, instruction: str, *, value: str, ways: list[Way], expects: tuple[str, ...], line: Line | None = None
) -> Prompt:
    counts = verified_units(work)
    ways = [*ways, *carton_label.label_ways(work)]
    if counts or work.memory.undo:
        ways = [*ways, action_way("undo", _("Undo"))]
    carton = carton_of(work)
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
    mine = open_lines(work, TaskLine.source_container_id == meaning.id)
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
    work.memory = replace(work.memory, totes=(*work.memory.totes, meaning.id))
    if carton_of(work) is None:
        begin_carton(work)
    return Said("tote_confirmed", _("Right tote: %(code)s", code=meaning.code))


# Each item.


def _ask_item(work: Work) -> Prompt:
    line = next_line(work)
    assert line is not None, "items were asked for when all are verified"
    counts = verified_units(work)
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
    counts = verified_units(work)
    fitting = [line for line in open_lines(work, TaskLine.item_id == meaning.id) if fits(line, meaning)]
    if not fitting and meaning.lot:
        fitting = swapped_lines(work, meaning)
    if not fitting:
        raise not_wanted(work, meaning)
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
            verify_units(work, line, counts.get(line.id, 0) + taken)
            left -= taken
            last = line
    return Said(
        "item_confirmed", _("%(sku)s: %(n)s of %(due)s", sku=last.sku, n=verified_units(work)[last.id], due=last.left)
    )


def _accept_serial(work: Work, meaning: Meaning) -> Said:
    """One unit by its own number: the item's barcode alone does not say which of them it is."""
    mine = open_lines(work, TaskLine.serial == meaning.code)
    if not mine:
        raise confirm.wrong(meaning, wanted=_("Scan an item of order %(order)s.", order=work.task.document))
    verify_units(work, mine[0], 1)
    return Said("item_confirmed", _("%(sku)s: %(n)s of %(due)s", sku=mine[0].sku, n=1, due=mine[0].left))


# The carton.


def _carton_ways(work: Work) -> list[Way]:
    carton = carton_of(work)
    return [scan_way(carton.code, _("Carton %(code)s", code=carton.code[-6:]))] if carton else []


def _ask_carton(work: Work) -> Prompt:
    carton = carton_of(work)
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
    carton = carton_of(work)
    if carton is not None and meaning.id == carton.id:
        return close_carton(work, carton)
    if meaning.type == "container":
        if meaning.id in work.memory.totes:
            raise Refused("tote_again", _("%(code)s is being packed. Scan its items.", code=meaning.code))
        return _accept_tote(work, meaning)
    if meaning.type == "item":
        raise not_wanted(work, meaning)
    raise confirm.wrong(meaning, wanted=_("Scan the carton's label."))


# Exceptions.


def _quantity(work: Work, arguments: Arguments) -> Said:
    """The total of the line that was scanned last."""
    quantity = confirm.typed_quantity(arguments)
    counts = verified_units(work)
    last = work.memory.verified_last
    if last is None or last not in counts:
        raise Refused("scan_item_first", _("Scan the item first, then give the quantity."))
    line = line_of(work.session, last)
    assert line is not None, "a line that was counted is gone"
    if quantity > line.left:
        raise confirm.too_many(line.left, counts[last])
    if line.serial:
        raise Refused("scan_each", _("Scan each unit: every one has its serial number."))
    verify_units(work, line, quantity)
    return Said("quantity_confirmed", _("%(sku)s: %(n)s of %(due)s", sku=line.sku, n=quantity, due=line.left))


def _missing(work: Work) -> Said:
    """Units that should be in the tote are not: what is there is packed, the rest stays committed to its order.

    The missing units stay in the books in their tote until someone counts it.
    """
    if verified_units(work):
        raise Refused("close_carton_first", _("Scan the carton for what you counted first."))
    missing = open_lines(work)
    if not missing:
        raise Refused("nothing_missing", _("Every unit is verified. Scan the carton."))
    units = 0
    for line in missing:
        units += line.left
        work.report(sku=line.sku, place=line.source_container or "", units=line.left)
        shrink_line(work.session, line.id, line.left)
    work.session.refresh(work.task)
    work.next_line()
    carton = carton_of(work)
    if carton is not None and not fulfil.held_in(work.session, [carton.id]):
        drop_carton(work, carton)
    if work.memory.undo:
        to_shipping(work)
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
    carton = carton_of(work)
    if carton is not None:
        drop_carton(work, carton)
    to_shipping(work)
    return Said("packed", _("Order %(order)s goes to shipping.", order=work.task.document))


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
        "undo": no_arguments(reopen_carton),
        "reprint": carton_label.reprint,
        "label_printed": carton_label.label_printed,
    },
    finished=finished,
    may_undo=may_reopen,
)
