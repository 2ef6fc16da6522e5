"""Lots: the one rule for making one, wherever goods come in: a receipt, a count, a correction, an import.

A lot has one expiry date. The date that is said first is kept, whoever says it and however late; another date for the
same lot is refused, because one of the two labels was misread. Where the first was the wrong one, the desk corrects it
(``change_expiry``), and nobody else; what follows from that for stock is ``app.control.expiry_dates``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from app.catalog.models import Lot
from app.db import changed, core, table, upsert
from app.language import _, in_words
from app.refusal import Conflict, Refused

lot = table(Lot)
Name = tuple[int, str]
"""item, the lot's code"""
_AT_ONCE = 200
_LEARN = (
    update(lot)
    .where(lot.c.id == bindparam("lot_id"), lot.c.expiry.is_(None))
    .values(expiry=bindparam("said", type_=lot.c.expiry.type))
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A lot as it is known: ``expiry`` is the last day on which it is good, None while nobody has said it."""

    id: int
    expiry: date | None


def known_lots(session: Session, names: Iterable[Name]) -> dict[Name, Kept]:
    """Those of these lots that are known."""
    found = {}
    wanted = list(dict.fromkeys(names))
    for start in range(0, len(wanted), _AT_ONCE):
        portion = wanted[start : start + _AT_ONCE]
        # Each by its own name: SQLite finds pairs in a list only by reading every lot.
        is_one = or_(*((lot.c.item_id == item_id) & (lot.c.code == code) for item_id, code in portion))
        for row in core(session).execute(select(lot).where(is_one)):
            found[row.item_id, row.code] = Kept(row.id, row.expiry)
    return found


def known_lot(session: Session, item_id: int, code: str) -> Kept | None:
    """The lot of this item, or None."""
    return known_lots(session, [(item_id, code)]).get((item_id, code))


def keep_lots(session: Session, said: Mapping[Name, date | None]) -> dict[Name, Kept]:
    """These lots as they are known from now on: made where they are new, dated where nobody had said a date before.

    Where a lot had another date, that one stays: the caller compares, and says which of its labels disagrees.
    """
    found = known_lots(session, said)
    fresh = [name for name in said if name not in found]
    if fresh:  # somebody may make the same one at this moment: theirs is as good
        rows = [{"item_id": item_id, "code": code, "expiry": said[item_id, code]} for item_id, code in fresh]
        core(session).execute(upsert(session, Lot).on_conflict_do_nothing(index_elements=["item_id", "code"]), rows)
        found |= known_lots(session, fresh)
    undated = [name for name, kept in found.items() if kept.expiry is None and said[name]]
    if undated:
        core(session).execute(_LEARN, [{"lot_id": found[name].id, "said": said[name]} for name in undated])
        found |= known_lots(session, undated)
    return found


def think_of_lots(session: Session, said: Mapping[Name, date | None]) -> dict[Name, Kept]:
    """What ``keep_lots`` would answer, from reading alone: a lot that would be made has an id that none has."""
    known = known_lots(session, said)
    found = {}
    for number, (name, expiry) in enumerate(said.items(), start=1):
        kept = known.get(name) or Kept(-number, None)
        found[name] = Kept(kept.id, kept.expiry or expiry)
    return found


def keep_lot(session: Session, item_id: int, code: str, *, expiry: date | None) -> Kept:
    """One lot, made or dated as ``keep_lots`` does. Errors: ``expiry_conflict`` where it is known by another date."""
    kept = keep_lots(session, {(item_id, code): expiry})[item_id, code]
    require_same(code, said=expiry, known=kept.expiry)
    return kept


def require_same(code: str, *, said: date | None, known: date | None) -> None:
    """A label says nothing else than what is known of its lot. Errors: ``expiry_conflict``."""
    if said and known and said != known:
        raise Refused(
            "expiry_conflict",
            _("Lot %(lot)s is known to expire on %(day)s. Look at the label again.", lot=code, day=in_words(known)),
            expiry=known.isoformat(),
        )


def change_expiry(session: Session, lot_id: int, *, known: date | None, expiry: date | None) -> None:
    """Another date for a lot, in the place of the one that whoever corrects it was shown.

    Errors: ``expiry_changed`` where it has a third one by now."""
    dated = update(lot).where(lot.c.id == lot_id, lot.c.expiry.is_not_distinct_from(known)).values(expiry=expiry)
    if not changed(session, dated):
        raise Conflict(
            "expiry_changed",
            _("Someone has changed this lot's date. Look at the lot again, then correct it."),
        )


def good_until(produced: date | None, shelf_life_days: int | None) -> date | None:
    """The expiry of goods whose label says only when they were made; None where the item's shelf life is not known."""
    if produced is None or shelf_life_days is None:
        return None
    try:
        return produced + timedelta(days=shelf_life_days)
    except OverflowError:  # a label may say any year
        return None
