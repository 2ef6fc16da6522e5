"""Opening stock: what is on the shelves on the day the ledger begins, posted from ADJUSTMENT with reason ``opening``.

A row is named by place, item, lot, serial and condition, and is posted once for ever; an item is opened in a place by
one file, with all its lots and numbers. What was opened is read from the ledger itself. Later differences are for a
count or an adjustment, which say why.
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from app.catalog.lots import Kept, Name, keep_lots, think_of_lots
from app.control.limits import OPENED
from app.control.stowing import stow
from app.imports.columns import UNITS_MAX, Column, choice, day, money, text, whole
from app.imports.result import Outcome
from app.imports.saving import among, items_by_sku, warehouses_by_code
from app.imports.table import Row
from app.language import _
from app.ledger.for_sale import SELLABLE, condition_in, hold_places, is_for_sale
from app.ledger.models import CONDITIONS, Balance, Movement, Posting
from app.ledger.post import Header, Move, Place, post, reverse
from app.ledger.serials import standing
from app.orders.expire import hold_all_expired
from app.places.models import ADJUSTMENT, Location, Warehouse
from app.refusal import Refused

COLUMNS = (
    Column("warehouse", text(40), is_required=True),
    Column("location", text(40), is_required=True),
    Column("sku", text(64), is_required=True),
    Column("quantity", whole(1, UNITS_MAX), is_required=True),
    Column("lot", text(40), default=""),
    Column("serial", text(80), default=""),
    Column("expiry", day),
    Column("condition", choice(CONDITIONS), default="available"),
    Column("unit_cost", money),
)
KEY = ("warehouse", "location", "sku", "lot", "serial", "condition")
PORTION = 200
REASON = "opening"
MOST_MOVES = 5000
"""Movements of one posting: enough that headers cost nothing, few enough to read."""

Identity = tuple[int, int, int, str, str]
"""item, location, lot or 0, serial, condition"""


@dataclass(frozen=True, slots=True)
class _Opening:
    """A row whose names are all known."""

    row: Row
    item_id: int
    place: Location
    tracking: str
    has_expiry: bool

    def identity(self, lots: dict[Name, Kept]) -> Identity:
        lot = lots.get((self.item_id, self.row.get("lot", "")))
        condition = self.row.get("condition", "available")
        return (self.item_id, self.place.id, lot.id if lot else 0, self.row.get("serial", ""), condition)


def together(row: Row) -> tuple[str, str, str]:
    """The lots and numbers of one item in one place are opened in one go: there is no second time."""
    return row["warehouse"], row["location"], row["sku"]


def write(session: Session, rows: Sequence[Row], outcome: Outcome) -> None:
    """Post what was not opened before.

    Errors noted: ``unknown_warehouse``, ``unknown_location``, ``unknown_sku``; ``opening_differs`` where another
    quantity was opened, ``opened_already`` where an earlier file opened the item there; ``location_full`` beyond
    ``max_units``; ``not_for_sale_here`` where nothing may stand for sale; and by the item's own rules ``lot_missing``,
    ``lot_not_wanted``, ``serial_missing``, ``serial_not_wanted``, ``serial_quantity``, ``serial_taken``,
    ``expiry_missing``, ``expiry_without_lot``, ``expiry_differs``.
    """
    warehouses = warehouses_by_code(session, rows, outcome)
    if not outcome.is_check:
        # One opening of a warehouse at a time: else two files at once would both find nothing opened.
        ids = sorted(warehouse.id for warehouse in warehouses.values())
        session.execute(
            select(Warehouse.id).where(Warehouse.id.in_(ids)).order_by(Warehouse.id).with_for_update(key_share=True)
        )
    openings = _named(session, rows, warehouses, outcome)
    lots = _lots(session, openings, outcome)
    opened = _opened(session, openings)
    begun = {identity[:2] for identity in opened}
    fresh: list[tuple[_Opening, Identity]] = []
    for each in openings:
        identity = each.identity(lots)
        if identity not in opened and identity[:2] in begun:
            message = _("This item was opened here already. Count the place or adjust it instead.")
            outcome.refuse(each.row.number, "sku", "opened_already", message)
        elif identity not in opened:
            fresh.append((each, identity))
        elif opened[identity] == each.row["quantity"]:
            outcome.count("unchanged")
        else:
            message = _("It was opened with %(n)s. Count the place or adjust it instead.", n=opened[identity])
            outcome.refuse(each.row.number, "quantity", "opening_differs", message)
    _check_serials(session, fresh, outcome)
    _check_room(session, fresh, outcome)
    if outcome.is_check:
        outcome.count("created", len(fresh))
    elif not outcome.errors():
        dated = sorted({name[0] for name in lots})
        for warehouse in warehouses.values():
            hold_all_expired(session, warehouse, dated)
        if not _are_sold_there(session, fresh, outcome):
            return
        _post(session, fresh, outcome)
        for place in {each.place.id: each.place for each, _identity in fresh}.values():
            stow(session, place)
        for warehouse in warehouses.values():
            hold_all_expired(session, warehouse, dated)


def _named(session: Session, rows: Sequence[Row], warehouses: dict[str, Warehouse], outcome: Outcome) -> list[_Opening]:
    items = items_by_sku(session, rows, outcome)
    ids = [warehouse.id for warehouse in warehouses.values()]
    statement = select(Location).where(Location.warehouse_id.in_(ids), Location.kind != "floor")
    places = {
        (place.warehouse_id, place.code): place
        for (place,) in among(session, statement, Location.code, (row["location"] for row in rows))
    }
    openings = []
    for row in rows:
        warehouse, item = warehouses.get(row["warehouse"]), items.get(row["sku"])
        place = places.get((warehouse.id, row["location"])) if warehouse else None
        if warehouse and not place:
            message = _("There is no location %(code)s there. Import it first.", code=row["location"])
            outcome.refuse(row.number, "location", "unknown_location", message)
        if place and item:
            opening = _Opening(row, item.id, place, item.tracking, item.has_expiry)
            _check_tracking(opening, outcome)
            _check_condition(opening, outcome)
            openings.append(opening)
    return openings


def _check_condition(opening: _Opening, outcome: Outcome) -> None:
    """Nothing stands for sale where nothing is sold."""
    place, condition = opening.place, opening.row.get("condition", SELLABLE)
    if is_for_sale(condition) and not is_for_sale(condition_in(place.kind, is_blocked=place.is_blocked)):
        message = _("Nothing is sold from %(place)s. Give another condition, or another place.", place=place.code)
        outcome.refuse(opening.row.number, "condition", "not_for_sale_here", message)


def _are_sold_there(session: Session, fresh: Sequence[tuple[_Opening, Any]], outcome: Outcome) -> bool:
    """Whether no place was blocked since it was looked at, for what is to be sold from there; they are held now."""
    unsold = hold_places(session, (each.place.id for each, _identity in fresh))
    late = [each for each, _identity in fresh if each.place.id in unsold]
    for place in {each.place.id: each.place for each in late}.values():
        session.refresh(place)
    for each in late:
        _check_condition(each, outcome)
    return not outcome.errors()


def _check_tracking(opening: _Opening, outcome: Outcome) -> None:
    row = opening.row
    lot, serial, expiry = row.get("lot"), row.get("serial"), row.get("expiry")
    refusals = (
        (opening.tracking == "lot" and not lot, "lot", "lot_missing", _("This item has lots. Fill in the lot.")),
        (opening.tracking != "lot" and lot, "lot", "lot_not_wanted", _("This item has no lots. Empty the cell.")),
        (opening.tracking == "serial" and not serial, "serial", "serial_missing",
         _("Each unit of this item has a serial. Write one row for each.")),
        (opening.tracking != "serial" and serial, "serial", "serial_not_wanted",
         _("This item has no serials. Empty the cell.")),
        (opening.tracking == "serial" and serial and row["quantity"] != 1, "quantity", "serial_quantity",
         _("A serial is one unit. Write 1, and one row for each serial.")),
        (expiry and not lot, "expiry", "expiry_without_lot", _("An expiry date belongs to a lot. Fill in the lot.")),
    )  # fmt: skip
    for applies, column, code, message in refusals:
        if applies:
            outcome.refuse(row.number, column, code, message)


def _lots(session: Session, openings: Sequence[_Opening], outcome: Outcome) -> dict[Name, Kept]:
    """(item, code) -> lot, made where it is new; each with one expiry, the file's or the one already known."""
    named = [(each, (each.item_id, str(each.row["lot"]))) for each in openings if each.row.get("lot")]
    said: dict[Name, date | None] = {}
    for each, name in named:
        said[name] = said.get(name) or each.row.get("expiry")
    lots = think_of_lots(session, said) if outcome.is_check else keep_lots(session, said)
    for each, name in named:
        expiry, known = each.row.get("expiry"), lots[name].expiry
        if expiry and known and expiry != known:
            message = _("Lot %(lot)s expires on %(expiry)s. Correct the date or the lot.", lot=name[1], expiry=known)
            outcome.refuse(each.row.number, "expiry", "expiry_differs", message)
        if each.has_expiry and not known:
            message = _("This item has an expiry date. Fill it in.")
            outcome.refuse(each.row.number, "expiry", "expiry_missing", message)
    return lots


def _opened(session: Session, openings: Sequence[_Opening]) -> dict[Identity, int]:
    """What was opened in these places and not taken back, from the ledger's own movements."""
    undone = aliased(Posting)
    key = (
        Movement.item_id,
        Movement.target_location_id,
        func.coalesce(Movement.lot_id, 0),
        Movement.serial,
        Movement.target_condition,
    )
    statement = (
        select(*key, func.sum(Movement.quantity))
        .join(Posting, Posting.id == Movement.posting_id)
        .where(
            Movement.source_location_id == ADJUSTMENT,
            Posting.reason == REASON,
            ~select(undone.id).where(undone.reverses_id == Posting.id).exists(),
        )
        .group_by(*key)
    )
    found = among(session, statement, Movement.target_location_id, (each.place.id for each in openings))
    return {(row[0], row[1], row[2], row[3], row[4]): int(row[5]) for row in found}


def _check_serials(session: Session, fresh: Sequence[tuple[_Opening, Identity]], outcome: Outcome) -> None:
    """A serial is in one place."""
    serials = [each for each, _identity in fresh if each.row.get("serial")]
    taken = {unit for unit, _place in standing(session, [(each.item_id, each.row["serial"]) for each in serials])}
    for each in serials:
        key = (each.item_id, each.row["serial"])
        if key in taken:
            message = _("Serial %(serial)s is in stock already. Check the number.", serial=key[1])
            outcome.refuse(each.row.number, "serial", "serial_taken", message)
        taken.add(key)


def _check_room(session: Session, fresh: Sequence[tuple[_Opening, Identity]], outcome: Outcome) -> None:
    limited = {each.place.id for each, _identity in fresh if each.place.max_units}
    statement = select(Balance.location_id, func.sum(Balance.quantity)).group_by(Balance.location_id)
    held: dict[int, int] = defaultdict(int)
    for place_id, units in among(session, statement, Balance.location_id, limited):
        held[place_id] = int(units)
    for each, _identity in fresh:
        held[each.place.id] += each.row["quantity"]
        if each.place.max_units and held[each.place.id] > each.place.max_units:
            message = _(
                "%(place)s holds %(most)s units at most. Put the rest elsewhere.",
                place=each.place.code,
                most=each.place.max_units,
            )
            outcome.refuse(each.row.number, "quantity", "location_full", message)


def _post(session: Session, fresh: Sequence[tuple[_Opening, Identity]], outcome: Outcome) -> None:
    """One posting for each unit cost, which its note keeps."""
    by_cost: dict[Decimal | None, list[tuple[_Opening, Identity]]] = defaultdict(list)
    for each, identity in fresh:
        by_cost[each.row.get("unit_cost")].append((each, identity))
    for cost, group in by_cost.items():
        for start in range(0, len(group), MOST_MOVES):
            portion = group[start : start + MOST_MOVES]
            note = "" if cost is None else f"unit_cost={cost}"
            header = Header(
                key=f"opening:{uuid.uuid4()}",
                reason=REASON,
                operator_id=outcome.who.operator_id,
                device=outcome.who.program,
                document_type=OPENED,
                note=note,
            )
            posted = post(session, header, [_move(*pair) for pair in portion])
            outcome.undo.append({"posting": posted.posting_id})
            outcome.count("created", len(portion))


def undo(session: Session, entry: Mapping[str, Any]) -> bool:
    """Take back one posting by the opposite one. False where its units have moved on since."""
    posting_id = entry["posting"]
    try:
        with session.begin_nested():
            reverse(
                session,
                posting_id,
                Header(key=f"opening-undone:{posting_id}", reason="opening_undone", device="import"),
            )
    except Refused:
        return False
    return True


def _move(opening: _Opening, identity: Identity) -> Move:
    item_id, place_id, lot_id, serial, condition = identity
    return Move(
        item_id=item_id,
        quantity=opening.row["quantity"],
        source=Place(ADJUSTMENT, condition=condition),
        target=Place(place_id, condition=condition),
        lot_id=lot_id or None,
        serial=serial,
    )
