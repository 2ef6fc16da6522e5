"""A building laid out: warehouses opened, and bins named for whole aisles at once.

A bin is called ``A-01-2``: aisle, bay, level. ``sequence`` follows the walk: aisle by aisle, bay by bay, each bay from
the lowest level up. In a serpentine walk every second aisle is walked from its far end.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import available_timezones

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.language import _
from app.places.models import Container, Location, Warehouse
from app.places.warehouses import open_warehouse
from app.refusal import Conflict, NotFound, Refused

MOST_BINS = 5000
"""Bins that are named in one go; a larger building is laid out aisle by aisle."""
MOST_TOTES = 1000
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}")
_AT_ONCE = 500
_STEP = 10
"""Between two bins of the walk, so that one can be put in between later."""
USUAL = (("DOCK-1", "dock"), ("PACK-1", "pack"), ("STAGE-1", "stage"), ("QUARANTINE-1", "quarantine"),
         ("RETURNS-1", "returns"))  # fmt: skip
"""The places that every building needs besides its bins: deliveries, packing, the door, what is not sellable."""


@dataclass(frozen=True, slots=True)
class NewPlace:
    """One place to be made, in the words of the file ``locations``."""

    code: str
    kind: str
    zone: str = ""
    sequence: int = 0
    is_pick_face: bool = False


@dataclass(frozen=True, kw_only=True)
class Aisles:
    """Aisles ``first`` to ``last`` (letters, or numbers), each with so many bays of so many levels.

    ``pick_levels``: the levels, from the ground, that are picked from; above them stands the reserve.
    """

    first: str
    last: str
    bays: int
    levels: int
    pick_levels: int
    zone: str = ""
    is_serpentine: bool = True


def set_up_warehouse(session: Session, *, code: str, name: str, time_zone: str, priority: int = 100) -> Warehouse:
    """Open a warehouse. Errors: ``bad_warehouse``; ``unknown_time_zone``; ``warehouse_taken``."""
    if not _CODE.fullmatch(code) or not 0 < len(name.strip()) <= 60 or not 0 < priority <= 1000:
        raise Refused(
            "bad_warehouse",
            _("Give the warehouse a code of at most 16 letters, digits, - and _, a name, a priority from 1 to 1000."),
        )
    _require_time_zone(time_zone)
    if session.scalar(select(Warehouse.id).where(Warehouse.code == code)):
        raise Conflict("warehouse_taken", _("There is a warehouse %(code)s already. Choose another code.", code=code))
    warehouse = open_warehouse(session, code, name=name.strip(), time_zone=time_zone)
    warehouse.priority = priority
    session.flush()
    return warehouse


def change_warehouse(session: Session, warehouse_id: int, *, name: str, time_zone: str, priority: int) -> None:
    """Another name, time zone or priority; the code is on labels and in files, and stays.

    Errors: ``unknown_warehouse``; ``bad_warehouse``; ``unknown_time_zone``.
    """
    warehouse = session.get(Warehouse, warehouse_id)
    if warehouse is None:
        raise NotFound("unknown_warehouse", _("There is no such warehouse. Open the page again."))
    if not 0 < len(name.strip()) <= 60 or not 0 < priority <= 1000:
        raise Refused("bad_warehouse", _("Give the warehouse a name, and a priority from 1 to 1000."))
    _require_time_zone(time_zone)
    warehouse.name, warehouse.time_zone, warehouse.priority = name.strip(), time_zone, priority


def _require_time_zone(name: str) -> None:
    if name not in time_zones():
        raise Refused(
            "unknown_time_zone",
            _("“%(name)s” isn't a time zone. Choose one of the list, such as America/New_York.", name=name),
        )


def time_zones() -> list[str]:
    """The names of places whose clocks a warehouse may go by (IANA)."""
    return sorted(name for name in available_timezones() if "/" in name or name == "UTC")


def bins_of(aisles: Aisles) -> list[NewPlace]:
    """Every bin of these aisles, in the order of the walk. Errors: ``bad_aisles``; ``too_many_bins``."""
    names = _aisle_names(aisles.first.strip().upper(), aisles.last.strip().upper())
    if not (1 <= aisles.bays <= 999 and 1 <= aisles.levels <= 20 and 0 <= aisles.pick_levels <= aisles.levels):
        raise Refused(
            "bad_aisles",
            _("Give 1 to 999 bays and 1 to 20 levels, and no more levels to pick from than there are."),
        )
    if len(names) * aisles.bays * aisles.levels > MOST_BINS:
        raise Refused("too_many_bins", _("That is more than %(n)s bins. Make them in parts.", n=MOST_BINS))
    width = max(2, len(str(aisles.bays)))
    found: list[NewPlace] = []
    for turn, aisle in enumerate(names):
        bays = range(1, aisles.bays + 1)
        for bay in reversed(bays) if aisles.is_serpentine and turn % 2 else bays:
            for level in range(1, aisles.levels + 1):
                found.append(
                    NewPlace(
                        code=f"{aisle}-{bay:0{width}}-{level}",
                        kind="bin",
                        zone=aisles.zone.strip() or aisle,
                        sequence=_STEP * (len(found) + 1),
                        is_pick_face=level <= aisles.pick_levels,
                    )
                )
    return found


def totes_of(prefix: str, *, first: int, count: int) -> list[NewPlace]:
    """Totes ``T-001`` and on. Errors: ``bad_totes``."""
    if not _CODE.fullmatch(prefix) or not 1 <= count <= MOST_TOTES or not 0 <= first <= 99_999:
        raise Refused("bad_totes", _("Give letters to begin with, and 1 to %(n)s totes.", n=MOST_TOTES))
    width = max(3, len(str(first + count - 1)))
    return [NewPlace(code=f"{prefix}-{number:0{width}}", kind="tote") for number in range(first, first + count)]


def codes_taken(session: Session, warehouse_id: int, codes: Sequence[str]) -> set[str]:
    """Those of the codes that name a place of this warehouse, or any container, already."""
    found: set[str] = set()
    for start in range(0, len(codes), _AT_ONCE):
        some = codes[start : start + _AT_ONCE]
        here = select(Location.code).where(Location.warehouse_id == warehouse_id, Location.code.in_(some))
        found |= set(session.scalars(here))
        found |= set(session.scalars(select(Container.code).where(Container.code.in_(some))))
    return found


def _aisle_names(first: str, last: str) -> list[str]:
    """A to F, AA to AF, or 1 to 12 (``01`` keeps its zero). Errors: ``bad_aisles``."""
    wrong = Refused("bad_aisles", _("Name the aisles by letters (A to F) or by numbers (1 to 12)."))
    if first.isascii() and first.isdigit() and last.isascii() and last.isdigit() and len(last) <= 3:
        numbers = range(int(first), int(last) + 1)
        if not numbers:
            raise wrong
        width = max(2, len(first)) if first.startswith("0") else len(first)
        return [f"{number:0{width}}" for number in numbers]
    letters = re.compile(r"([A-Z]?)([A-Z])")
    begin, end = letters.fullmatch(first), letters.fullmatch(last)
    if begin is None or end is None or begin[1] != end[1] or begin[2] > end[2]:
        raise wrong
    return [f"{begin[1]}{chr(letter)}" for letter in range(ord(begin[2]), ord(end[2]) + 1)]
