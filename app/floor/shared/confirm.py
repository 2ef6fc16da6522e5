"""The rules that several workflows share: source, item, lot, quantity, target.

Each either fills the waiting line's memory or refuses, saying what the scan was and what is wanted.
"""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.barcode import Barcode
from app.barcode.internal import InternalKind, encode
from app.catalog.models import Item, Lot
from app.floor.shared.double_read import note_read
from app.floor.shared.memory import AtBin
from app.floor.shared.step import Arguments, Meaning, Said, Way, Work, WorkWith, scan_way
from app.language import _
from app.ledger.balances import units_at
from app.ledger.models import Balance
from app.ledger.post import Place
from app.places.models import Container, Location
from app.refusal import Refused
from app.tasks.lines import Line

MOST_AT_ONCE = 100_000
"""No worker moves more units than this in one go; a longer number is a barcode that went into the quantity."""


class AskAgain(Refused):
    """Allowed but not planned: the same code once more does it, another code starts afresh."""


def once_more(work: Work, code: str, message: str) -> None:
    """Let the second scan of the same code pass; refuse the first with the question."""
    if work.again != work.raw:
        raise AskAgain(code, message)


def whole_label(work: Work, barcode: Barcode, meaning: Meaning) -> None:
    """A lot or serial into which a date seems to have run is taken only when its label is scanned once more.

    A scanner that loses the separators glues them together, and the lot would be a wrong one for ever.
    Errors: ``separator_lost``.
    """
    text = meaning.lot or meaning.serial
    if not text or "possible_missing_separator" not in barcode.warnings:
        return
    is_known = work.memory.lot == text or (meaning.item_id and lot(work, item_id=meaning.item_id, code=text))
    if not is_known:
        once_more(
            work,
            "separator_lost",
            _("%(text)s: a date seems to have run into it. Test the scanner, or scan again to take it so.", text=text),
        )


def wrong(meaning: Meaning, *, wanted: str) -> Refused:
    """The refusal for a scan that is something else than what is wanted."""
    what = meaning.type.split(":")[0]
    names = {
        "location": _("location %(code)s", code=meaning.code),
        "container": _("tote or carton %(code)s", code=meaning.code),
        "item": _("item %(code)s", code=meaning.code),
        "lot": _("lot %(code)s", code=meaning.code),
        "serial": _("serial %(code)s", code=meaning.code),
        "badge": _("the badge of %(code)s", code=meaning.code),
        "document": _("document %(code)s", code=meaning.code),
    }
    this = names.get(what, meaning.code)
    return Refused(f"wrong_{what}", _("Wrong: this is %(this)s. %(wanted)s", this=this, wanted=wanted))


def source(work: WorkWith[AtBin], line: Line, meaning: Meaning) -> Said:
    """The worker stands at the line's bin.

    Errors: ``wrong_location``; ``scan_bin_first`` for an item that is scanned too early.
    """
    go = _("Go to %(place)s.", place=line.source)
    if meaning.type == "item":
        raise Refused("scan_bin_first", _("Scan the bin first. %(go)s", go=go))
    if meaning.type == "container" and meaning.id == line.source_container_id:
        work.memory = replace(work.memory, container=meaning.id)
    elif meaning.type != "location" or meaning.id != line.source_location_id:
        raise wrong(meaning, wanted=go)
    work.memory = replace(work.memory, bin=line.source_location_id, line=line.id)
    note_read(work)
    return Said("bin_confirmed", _("Right bin: %(place)s", place=line.source))


def item(line: Line, meaning: Meaning) -> None:
    """The scan is the line's item. Errors: ``wrong_item``."""
    if meaning.type != "item" or meaning.id != line.item_id:
        raise wrong(meaning, wanted=_("Wanted: %(sku)s %(name)s.", sku=line.sku, name=line.name))


def count(work: Work, line: Line, quantity: int, *, limit: int | None = None) -> Said:
    """Count units of the waiting line. Errors: ``too_many`` beyond what is due, and nothing is counted."""
    due = line.left if limit is None else limit
    total = work.counted + quantity
    if total > due:
        raise too_many(due, work.counted)
    work.memory = replace(work.memory, counted=total, line=line.id)
    return Said("item_confirmed", _("%(n)s of %(due)s", n=total, due=due))


def too_many(due: int, counted: int) -> Refused:
    """The refusal for a count beyond what is due."""
    return Refused(
        "too_many",
        _("Only %(due)s are wanted, %(n)s are counted already. Put the rest back.", due=due, n=counted),
        due=due,
        counted=counted,
    )


def typed_quantity(arguments: Arguments) -> int:
    """A quantity from the keypad. Errors: ``bad_quantity`` for none, zero, or a barcode in its place."""
    quantity = arguments.quantity
    if quantity is None or quantity <= 0:
        raise Refused("bad_quantity", _("Give a quantity of at least 1."))
    if quantity > MOST_AT_ONCE:
        raise Refused("barcode_in_quantity", _("This is a barcode, not a quantity. Scan it at the item."))
    return quantity


def set_count(work: Work, line: Line, arguments: Arguments, *, limit: int | None = None) -> Said:
    """The action *quantity*: the total of the waiting line, after at least one unit of it was scanned."""
    quantity = typed_quantity(arguments)
    if not work.counted:
        raise Refused("scan_item_first", _("Scan the item first, then give the quantity."))
    due = line.left if limit is None else limit
    if quantity > due:
        raise too_many(due, work.counted)
    work.memory = replace(work.memory, counted=quantity)
    return Said("quantity_confirmed", _("%(n)s of %(due)s", n=quantity, due=due))


def place_ways(work: Work, kinds: tuple[str, ...]) -> list[Way]:
    """The label of the first usable place of these kinds, as the way to answer where something goes."""
    place = work.first_place(kinds)
    return [scan_way(encode(InternalKind.LOCATION, place.code), place.code)] if place else []


def target_location(work: Work, meaning: Meaning, *, kinds: tuple[str, ...]) -> Location:
    """The place that was scanned may take goods of this work.

    Errors: ``wrong_item`` and the like; ``not_here`` for a place of another kind; ``location_blocked``.
    """
    if meaning.type != "location":
        raise wrong(meaning, wanted=_("Scan where it goes."))
    # Held, where goods come to stand for sale: whoever just blocks the bin goes before or after.
    held = {"read": True} if "bin" in kinds else None
    place = work.session.get_one(Location, meaning.id, populate_existing=True, with_for_update=held)
    if place.kind not in kinds:
        raise Refused("not_here", _("Not here: this can't go into %(place)s. Scan another place.", place=place.code))
    if place.is_blocked:
        raise Refused("location_blocked", _("%(place)s is blocked. Choose another place.", place=place.code))
    return place


def standing(work: Work, line: Line, units: int) -> list[tuple[Place, int]]:
    """Where the line's units stand now; in a container that was moved since the line was made, they moved with it.

    Errors: ``not_enough_stock`` where fewer are there.
    """
    if line.source_container_id is None:
        assert line.source_location_id is not None, "goods that stand nowhere"
        return [(Place(line.source_location_id, None, line.source_condition), units)]
    left, found = units, []
    for row in work.session.execute(_in_the_books(line)):
        taken = min(left, row.quantity)
        if taken:
            found.append((Place(row.location_id, line.source_container_id, line.source_condition), taken))
            left -= taken
    if left:
        raise Refused(
            "not_enough_stock",
            _("%(code)s does not hold that many. Count it and scan again.", code=line.source_container),
        )
    return found


def _in_the_books(line: Line) -> Select[int, int]:
    """(location, units) of what stands where the line takes from, by the books."""
    statement = select(Balance.location_id, Balance.quantity).where(
        Balance.container_id == line.source_container_id,
        Balance.item_id == line.item_id,
        Balance.lot_id == line.lot_id,
        Balance.serial == line.serial,
        Balance.condition == line.source_condition,
        Balance.quantity > 0,
    )
    if line.source_container_id is None:
        statement = statement.where(Balance.location_id == line.source_location_id)
    return statement.order_by(Balance.id)


def units_there(work: Work, line: Line) -> int:
    """Units that the books have where the line takes from: the goods may be lost, or moved, since it was made."""
    return sum(row.quantity for row in work.session.execute(_in_the_books(line)))


def stands_at(work: Work, line: Line) -> int:
    """The id of the place where the line's goods stand; a container's is where that is now."""
    if line.source_container_id is not None:
        stands = work.session.get_one(Container, line.source_container_id, populate_existing=True).location_id
        if stands is not None:
            return stands
    assert line.source_location_id is not None, "goods that stand nowhere"
    return line.source_location_id


def room(work: Work, place: Location, units: int) -> None:
    """The place takes ``units`` more. Errors: ``bin_full``."""
    if place.max_units is not None and units_at(work.session, place.id) + units > place.max_units:
        raise Refused(
            "bin_full",
            _("%(place)s is full: it takes %(most)s units. Scan another bin.", place=place.code, most=place.max_units),
        )


def planned(work: Work, place: Location, *, plan_id: int | None, plan: str | None) -> None:
    """Another place than the planned one is taken when it is scanned again. Errors: ``other_bin``."""
    if plan_id is not None and place.id != plan_id:
        once_more(
            work,
            "other_bin",
            _("The plan says %(plan)s. Scan %(place)s again to put it here.", plan=plan, place=place.code),
        )


def lot(work: Work, *, item_id: int, code: str) -> int | None:
    """The id of a known lot of the item, or None."""
    return work.session.scalar(select(Lot.id).where(Lot.item_id == item_id, Lot.code == code))


def lot_codes(session: Session, lot_ids: Iterable[int]) -> list[str]:
    """The codes of these lots, each once, in order."""
    statement = select(Lot.code).where(Lot.id.in_(set(lot_ids))).distinct().order_by(Lot.code)
    return list(session.scalars(statement))


def item_row(session: Session, item_id: int) -> Item:
    """The item behind a scan."""
    return session.get_one(Item, item_id)
