"""Count: one bin, blind. What the books expect is never shown, so that it cannot be copied.

The bin, every item in it, the bin again: the differences are posted ADJUSTMENT <-> bin. An item that moved while it was
being counted is asked for once more, and only that one. A large difference is counted twice, then waits for a second
person: a supervisor approves it or sends it back.
"""

from dataclasses import replace
from datetime import date

from app.catalog.lots import good_until, keep_lot, known_lot, require_same
from app.control.limits import Change, is_beyond
from app.floor.count.differences import (
    Counts,
    books,
    compare,
    item_of,
    key_of,
    last_movement,
    moved_meanwhile,
    post_differences,
    require_here,
)
from app.floor.count.memory import CountMemory, Work
from app.floor.count.prompts import (
    ask,
    begin_again,
    begin_counting,
    belongs_elsewhere,
    bin_way,
    counted_bin,
    finish_count,
    skus_of,
)
from app.floor.count.second_count import APPROVE, approve, ask_approval, note_counter, recount
from app.floor.count.undo_loss import give_back, hold_boxes
from app.floor.count.units_in_hand import Hands, certain, changed_meanwhile, hands_at, of_item, on_shelf
from app.floor.shared import confirm
from app.floor.shared.double_read import note_read
from app.floor.shared.expiry_date import hold_old, said_date
from app.floor.shared.step import Arguments, Meaning, Prompt, Said, Step, Workflow, action_way
from app.floor.shared.undo import no_arguments
from app.floor.shared.which_one import ask_which_lot, ask_which_unit, require_lot, require_serial
from app.language import _
from app.ledger.post import Move, reverse
from app.orders.expire import hold_all_expired, old_again
from app.places.models import ADJUSTMENT, Warehouse
from app.refusal import Refused
from app.tasks.life import reopen


def waiting(work: Work) -> Step[CountMemory] | None:
    if work.memory.is_done:
        return None
    if work.memory.to_approve is not None:
        return APPROVE
    if work.memory.start is None:
        return BIN
    pending = work.memory.pending
    return {"lot": LOT, "expiry": EXPIRY, "serial": SERIAL}[pending] if pending else ITEM


# The bin, before and after.


def _ask_bin(work: Work) -> Prompt:
    value = counted_bin(work).code
    return ask(work, _("Go to the bin and scan it"), value=value, ways=[bin_way(work)], expects=("location",))


def _accept_bin(work: Work, meaning: Meaning) -> Said:
    place = counted_bin(work)
    go = _("Go to %(place)s.", place=place.code)
    if meaning.type == "item":
        raise Refused("scan_bin_first", _("Scan the bin first. %(go)s", go=go))
    if meaning.type != "location" or meaning.id != place.id:
        raise confirm.wrong(meaning, wanted=go)
    begin_counting(work)
    note_read(work)
    return _begun(place.code)


def _begun(place: str) -> Said:
    return Said("bin_confirmed", _("Right bin: %(place)s. Count everything in it.", place=place))


# Everything in it.


def _ask_item(work: Work) -> Prompt:
    again, counts, last = work.memory.only, work.memory.found, work.memory.found_last
    instruction = _("Scan every item, then the bin again")
    if again:
        instruction = _("Count again: %(skus)s. Then scan the bin.", skus=", ".join(skus_of(work, again)))
    prompt = ask(
        work,
        instruction,
        value=str(sum(counts.values())),
        ways=[
            bin_way(work),
            action_way("done", _("Nothing more is in it")),
            *([action_way("quantity", _("How many are there?"))] if last in counts else []),
        ],
        expects=("item", "quantity", "location"),
    )
    if last is not None and last in counts:
        row = confirm.item_row(work.session, item_of(last))
        prompt.sku, prompt.name, prompt.image_url, prompt.counted = row.sku, row.name, row.image_url, counts[last]
    return prompt


def _accept_item(work: Work, meaning: Meaning) -> Said:
    if meaning.type == "location" and meaning.id == work.task.location_id:
        if work.is_second_read:
            return _begun(meaning.code)
        note_read(work)
        return _close(work)
    if meaning.type != "item":
        raise confirm.wrong(meaning, wanted=_("Scan an item, or %(place)s to close.", place=counted_bin(work).code))
    only = work.memory.only
    if only and meaning.id not in only:
        raise Refused(
            "counted_already",
            _("%(sku)s is counted. Count only: %(skus)s.", sku=meaning.code, skus=", ".join(skus_of(work, only))),
        )
    tracking = confirm.item_row(work.session, meaning.id).tracking
    if tracking != "none":
        return ask_which_lot(work, meaning) if tracking == "lot" else ask_which_unit(work, meaning)
    return _count(work, meaning.id, meaning.quantity)


def _ask_lot(work: Work) -> Prompt:
    row = confirm.item_row(work.session, work.memory.the_item)
    return ask(work, _("Scan the lot"), value=row.sku, ways=[], expects=("lot",))


def _accept_lot(work: Work, meaning: Meaning) -> Said:
    require_lot(meaning)
    item_id = work.memory.the_item
    known = known_lot(work.session, item_id, meaning.code)
    if known is not None:
        require_same(meaning.code, said=meaning.expiry, known=known.expiry)
    else:
        confirm.once_more(
            work, "new_lot", _("Lot %(lot)s is not known. Scan it again to count a new lot.", lot=meaning.code)
        )
    row = confirm.item_row(work.session, item_id)
    said = meaning.expiry or good_until(meaning.produced, row.shelf_life_days)
    if known is None and row.has_expiry and said is None:
        work.memory = replace(work.memory, pending="expiry", lot=meaning.code)
        return Said("scan_expiry", _("Lot %(lot)s is new. Scan its expiry date.", lot=meaning.code))
    return _count_lot(work, meaning.code, said)


def _count_lot(work: Work, code: str, expiry: date | None) -> Said:
    item_id = work.memory.the_item
    kept = keep_lot(work.session, item_id, code, expiry=expiry)
    hold_old(work, item_id, kept)
    return _count(work, item_id, work.memory.waiting_units, lot_id=kept.id)


def _ask_expiry(work: Work) -> Prompt:
    return ask(work, _("Scan or type the expiry date"), value=work.memory.lot or "", ways=[], expects=("expiry",))


def _accept_expiry(work: Work, meaning: Meaning) -> Said:
    """What stands in the bin is counted, however old it is. Errors: ``bad_date``; ``which_date``."""
    return _count_lot(work, work.memory.lot or "", said_date(work, meaning))


def _ask_serial(work: Work) -> Prompt:
    row = confirm.item_row(work.session, work.memory.the_item)
    return ask(work, _("Scan the serial number"), value=row.sku, ways=[], expects=("serial",))


def _accept_serial(work: Work, meaning: Meaning) -> Said:
    """Errors: ``serial_twice``; ``serial_elsewhere`` for a unit that the books have in another place."""
    require_serial(meaning)
    item_id = work.memory.the_item
    if key_of(item_id, None, meaning.code) in work.memory.found:
        raise Refused("serial_twice", _("Serial %(serial)s was scanned already. Scan another.", serial=meaning.code))
    require_here(work, item_id, meaning.code)
    return _count(work, item_id, 1, serial=meaning.code)


def _count(work: Work, item_id: int, units: int, *, lot_id: int | None = None, serial: str = "") -> Said:
    key = key_of(item_id, lot_id, serial)
    counts = work.memory.found
    total = counts.get(key, 0) + units
    if total > confirm.MOST_AT_ONCE:
        raise Refused("bad_quantity", _("No bin holds that many. Undo, and count again."))
    since, hands = work.memory.since, work.memory.hands
    if item_id not in since:
        since = {**since, item_id: last_movement(work)}
        hands = {**hands, item_id: of_item(hands_at(work).as_found(), item_id)}
    note_counter(work)
    memory = replace(work.memory.answered(), since=since, hands=hands)
    work.memory = memory.with_count(key, total)
    sku = confirm.item_row(work.session, item_id).sku
    belongs = belongs_elsewhere(work, item_id)
    if belongs:
        return Said(
            "counted_elsewhere",
            _("%(sku)s: %(n)s. Careful: it belongs in %(place)s.", sku=sku, n=total, place=belongs),
        )
    return Said("item_confirmed", _("%(sku)s: %(n)s", sku=sku, n=total))


# The bin again: compare.


def _close(work: Work) -> Said:
    if work.memory.pending:
        raise Refused("finish_line_first", _("Answer the question about the lot or serial number first, or undo."))
    house = work.session.get_one(Warehouse, work.task.warehouse_id)
    hands = hands_at(work, is_closing=True)
    booked = books(work)
    moved = moved_meanwhile(work) | changed_meanwhile(work, hands)
    unclear = _unclear(work, booked, hands, moved)
    moved |= unclear
    steady = {key: units for key, units in work.memory.found.items() if item_of(key) not in moved}
    found = compare(steady, certain(steady, booked, hands), leave_out=moved)
    assert work.task.location_id is not None, "a count without its bin"
    changes = [Change(each.item_id, work.task.location_id, each.units) for each in found]
    note_counter(work)  # whoever closes says that nothing else is there
    large = is_beyond(work.session, work.settings, work.memory.counters, house, changes)
    if large and work.memory.before != steady:
        work.memory = replace(work.memory, before=steady)
        begin_again(work)
        return Said("recount", _("That differs a lot. Count the whole bin once more."))
    if large:
        return ask_approval(work, steady, moved, hands)
    post_differences(work, found)
    if moved:
        begin_again(work, only=sorted(moved))
        if unclear:
            return _wait_for_hands(work, unclear, hands)
        return Said(
            "recount",
            _("%(skus)s moved while you counted. Count only that again.", skus=", ".join(skus_of(work, sorted(moved)))),
        )
    return finish_count(work, found)


def _unclear(work: Work, booked: Counts, hands: Hands, moved: set[int]) -> set[int]:
    """Items that somebody has in hand and that differ even so. They are counted once more, when the hands are empty;
    what is found a second time is believed, as far as no hand explains it."""
    counts = work.memory.found
    differing = {item_of(key) for key in _different(counts, on_shelf(booked, hands))} & hands.items() - moved
    only = set(work.memory.only or differing)
    found = {key: units for key, units in counts.items() if item_of(key) in differing}
    if not differing & only or work.memory.unclear == found:
        return set()
    work.memory = replace(work.memory, unclear=found)
    return differing & only


def _different(one: Counts, other: Counts) -> set[str]:
    return {key for key in one.keys() | other.keys() if one.get(key, 0) != other.get(key, 0)}


def _wait_for_hands(work: Work, items: set[int], hands: Hands) -> Said:
    who = sorted({hands.who[item] for item in items if hands.who[item]})
    skus = ", ".join(skus_of(work, sorted(items)))
    if not who:
        message = _("A task that was given back has %(skus)s of this bin in hand. Let it be finished.", skus=skus)
    else:
        message = _(
            "%(name)s has %(skus)s of this bin in hand. Let them finish, then count only that again.",
            name=", ".join(who),
            skus=skus,
        )
    return Said("in_hand", message)


# Actions.


def _quantity(work: Work, arguments: Arguments) -> Said:
    """The total of the item that was scanned last."""
    quantity = confirm.typed_quantity(arguments)
    last = work.memory.found_last
    if last is None or last not in work.memory.found or work.memory.pending:
        raise Refused("scan_item_first", _("Scan the item first, then give the quantity."))
    if last.split(":", 2)[2]:
        raise Refused("scan_each", _("Scan each unit: every one has its serial number."))
    note_counter(work)
    work.memory = work.memory.with_count(last, quantity)
    return Said("quantity_confirmed", _("%(n)s counted", n=quantity))


def _done(work: Work) -> Said:
    if work.memory.start is None:
        raise Refused(
            "scan_bin_first", _("Scan the bin first. %(go)s", go=_("Go to %(place)s.", place=counted_bin(work).code))
        )
    if work.memory.to_approve is not None:
        raise Refused("approval_needed", _("A supervisor must approve this count."))
    return _close(work)


def _undo(work: Work) -> Said:
    """Forget the last scan; with nothing counted, take the last posted differences back and count again.

    What waits for a second person is not picked at: it is approved, or counted again.
    Errors: ``nothing_to_undo``; ``approval_needed``; those of ``undo_loss.hold_boxes`` and of ``ledger.reverse``.
    """
    if work.memory.to_approve is not None:
        raise Refused("approval_needed", _("A supervisor must approve this count."))
    if work.memory.pending:
        work.memory = work.memory.answered()
        return Said("count_undone", _("Scan the item again."))
    if work.memory.trail and not work.memory.is_done:
        units = work.memory.trail[-1].units
        work.memory = work.memory.without_last()
        return Said("count_undone", _("%(n)s are not counted any more.", n=units))
    posted = work.memory.posted
    if not posted:
        raise Refused("nothing_to_undo", _("There is nothing to undo in this task."))
    hold_boxes(work, posted)
    house = work.session.get_one(Warehouse, work.task.warehouse_id)
    old = old_again(work.session, house, posted)
    hold_all_expired(work.session, house, old)
    sums = 0
    for posting_id in reversed(posted):
        one = reverse(work.session, posting_id, work.header("undo"))
        give_back(work, one)
        work.show(one, [_names(work, move) for move in one.moves])
        sums += len(one.moves)
    hold_all_expired(work.session, house, old)
    work.memory = replace(work.memory.not_begun(), posted=(), lost_from={}, counters=(), is_done=False)
    reopen(work.session, work.task)
    return Said("undone", _("Undone: %(n)s corrections are taken back. Count the bin again.", n=sums))


def _names(work: Work, move: Move) -> tuple[str, str, str]:
    sku, place = confirm.item_row(work.session, move.item_id).sku, counted_bin(work).code
    return (sku, "ADJUSTMENT", place) if move.source.location_id == ADJUSTMENT else (sku, place, "ADJUSTMENT")


def finished(work: Work) -> str:
    return _("%(place)s is counted. Take the next job.", place=counted_bin(work).code)


BIN = Step(("location",), _ask_bin, _accept_bin)
ITEM = Step(("item", "location"), _ask_item, _accept_item)
LOT = Step(("lot",), _ask_lot, _accept_lot, takes_new=True)
EXPIRY = Step(("expiry",), _ask_expiry, _accept_expiry, takes_new=True)
SERIAL = Step(("serial",), _ask_serial, _accept_serial, takes_new=True)


WORKFLOW = Workflow(
    kind="count",
    waiting=waiting,
    actions={
        "quantity": _quantity,
        "done": no_arguments(_done),
        "undo": no_arguments(_undo),
        "approve": no_arguments(approve),
        "recount": no_arguments(recount),
    },
    finished=finished,
    may_undo=lambda work: bool(work.memory.posted),
)
