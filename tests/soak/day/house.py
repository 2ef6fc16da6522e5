"""The warehouse of a random day: few places, few totes and scarce stock, so that everybody is in everybody's way."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from app import clock
from app.barcode.internal import InternalKind, encode
from app.config import Settings
from app.db import db, transact
from app.factory import create_app
from app.imports import run
from app.people.models import Operator
from app.people.tokens import create_api_token, create_session
from app.places.warehouses import open_warehouse

WAREHOUSE = "MAIN"
FLOOR_ROLES = ("picker", "packer", "receiver", "inspector", "counter")


@dataclass(frozen=True)
class Kind:
    """An item of the day. ``case``: the units that its second barcode counts, 0 where it has none."""

    sku: str
    tracking: str = "none"
    has_expiry: bool = False
    is_inspected: bool = False
    barcode: str = ""
    case: str = ""
    case_units: int = 0


ITEMS = {
    kind.sku: kind
    for kind in (
        Kind("PEN", barcode="2900000000018"),
        Kind("MUG", barcode="4006381333931", case="14006381333938", case_units=6),
        Kind("BOWL"),
        Kind("LAMP", is_inspected=True, barcode="2900000000025"),
        Kind("TEA", tracking="lot", barcode="2900000000032", case="2900000000117", case_units=4),
        Kind("JAM", tracking="lot", has_expiry=True, barcode="4012345678901"),
        Kind("PILL", tracking="lot", has_expiry=True, is_inspected=True, barcode="2900000000049"),
        Kind("SOUP", tracking="lot", barcode="2900000000056"),
        Kind("RADIO", tracking="serial", barcode="2900000000063"),
        Kind("WATCH", tracking="serial", is_inspected=True),
    )
}
LOTS = ("L1", "L2", "L3")
SERIALS = tuple(f"SN-{n:02d}" for n in range(1, 25))
BINS = tuple(f"A-{n:02d}" for n in range(1, 13))
DOCKS = ("DOCK-1", "DOCK-2")
OTHERS = {"PACK-1": "pack", "PACK-2": "pack", "STAGE-1": "stage", "RETURNS-1": "returns", "QUARANTINE-1": "quarantine"}
PLACES = (*BINS, *DOCKS, *OTHERS)
TOTES = tuple(f"TOTE-{n}" for n in range(1, 8))
WORKERS = 8


def expiry_of(lot: str) -> str:
    """The day that is printed beside a lot: L3 is over the day after tomorrow."""
    days = {"L1": 200, "L2": 90}.get(lot, 2)
    return (clock.today() + timedelta(days=days)).isoformat()


def place_code(place: str) -> str:
    return encode(InternalKind.LOCATION, place)


def tote_code(tote: str) -> str:
    return encode(InternalKind.CONTAINER, tote)


@dataclass(frozen=True)
class Keys:
    """The tokens: one for each worker on the floor, one for each supervisor (floor and desk), one for the desk."""

    floor: tuple[str, ...]
    chiefs: tuple[str, ...]
    desk: str
    browsers: dict[str, str] = field(default_factory=dict)
    """The session of whoever sits at a screen, by badge."""
    opening: dict[str, int] = field(default_factory=dict)

    def named(self) -> dict[str, str]:
        """The tokens by the badge of whoever has them."""
        floor = {f"W{n}": token for n, token in enumerate(self.floor, 1)}
        return (
            floor
            | {f"S{n}": token for n, token in enumerate(self.chiefs, 1)}
            | {"D1": self.desk}
            | {f"{badge} at a screen": session for badge, session in self.browsers.items()}
        )

    def session_of(self, token: str) -> str:
        """The same person at a screen."""
        return self.browsers[self.name_of(token)]

    def name_of(self, token: str) -> str:
        return next(name for name, known in self.named().items() if known == token)


def build(database_url: str, data_dir: Path) -> Keys:
    """Fill a migrated database. The opening stock is told in ``Keys.opening``, units by SKU."""
    settings = Settings(database_url=database_url, data_dir=data_dir, log_level="ERROR")
    app = create_app(settings)
    with app.app_context():
        transact(lambda session: open_warehouse(session, WAREHOUSE, name="Main", time_zone="UTC"))
        for kind, text in _files().items():
            result = transact(lambda session, kind=kind, text=text: run(session, settings, kind, text, dry_run=False))
            assert not result.errors, (kind, result.errors)
        keys = transact(lambda session: _people(session))
        db.engine.dispose()
    return keys


def _files() -> dict[str, str]:
    items = [
        f"{kind.sku},{kind.sku.title()},{kind.tracking},{_yes(kind.has_expiry)},{_yes(kind.is_inspected)},1.50"
        for kind in ITEMS.values()
    ]
    barcodes = [f"{kind.sku},{kind.barcode},1" for kind in ITEMS.values() if kind.barcode]
    barcodes += [f"{kind.sku},{kind.case},{kind.case_units}" for kind in ITEMS.values() if kind.case]
    places = [f"MAIN,{code},bin,A,{n},{_yes(n < 4)},{'15' if n in (5, 6) else ''}" for n, code in enumerate(BINS, 1)]
    places += [f"MAIN,{code},dock,,0,false," for code in DOCKS]
    places += [f"MAIN,{code},{kind},,0,false," for code, kind in OTHERS.items()]
    places += [f"MAIN,{code},tote,,0,false," for code in TOTES]
    return {
        "items": _table("sku,name,tracking,has_expiry,inspect_on_receipt,price", items),
        "barcodes": _table("sku,barcode,quantity", barcodes),
        "locations": _table("warehouse,code,kind,zone,sequence,is_pick_face,max_units", places),
        "stock": _table("warehouse,location,sku,quantity,lot,serial,expiry", [row for row, _sku, _n in _stock()]),
    }


def _stock() -> list[tuple[str, str, int]]:
    found = []
    for place, sku, units in (
        ("A-01", "PEN", 30), ("A-02", "PEN", 12), ("A-01", "MUG", 20), ("A-03", "MUG", 9), ("A-04", "BOWL", 8),
        ("A-07", "LAMP", 6),
    ):  # fmt: skip
        found.append((f"MAIN,{place},{sku},{units},,,", sku, units))
    for place, sku, lot, units in (
        ("A-02", "TEA", "L1", 10), ("A-02", "TEA", "L2", 7), ("A-08", "TEA", "L2", 5), ("A-03", "JAM", "L1", 9),
        ("A-03", "JAM", "L2", 6), ("A-09", "PILL", "L1", 8),
    ):  # fmt: skip
        expiry = expiry_of(lot) if ITEMS[sku].has_expiry else ""
        found.append((f"MAIN,{place},{sku},{units},{lot},,{expiry}", sku, units))
    for place, sku, serial in (
        *(("A-04", "RADIO", serial) for serial in SERIALS[:5]), *(("A-10", "WATCH", serial) for serial in SERIALS[:3]),
    ):  # fmt: skip
        found.append((f"MAIN,{place},{sku},1,,{serial},", sku, 1))
    return found


def _people(session: Session) -> Keys:
    browsers = {}

    def token(badge: str, roles: tuple[str, ...], scopes: tuple[str, ...]) -> str:
        person = Operator(name=badge, badge=badge, roles=list(roles), created_at=clock.now())
        session.add(person)
        session.flush()
        browsers[badge] = create_session(session, operator_id=person.id, device_id=None, hours=12)
        return create_api_token(session, name=badge, scopes=scopes, operator_id=person.id)

    opening: dict[str, int] = dict.fromkeys(ITEMS, 0)
    for _row, sku, units in _stock():
        opening[sku] += units
    return Keys(
        floor=tuple(token(f"W{n}", FLOOR_ROLES, ("floor",)) for n in range(1, WORKERS + 1)),
        chiefs=tuple(token(f"S{n}", ("supervisor",), ("floor", "office")) for n in (1, 2)),
        desk=token("D1", ("office",), ("office",)),
        browsers=browsers,
        opening=opening,
    )


def _table(head: str, rows: list[str]) -> str:
    return "\n".join([head, *rows, ""])


def _yes(is_so: bool) -> str:
    return "true" if is_so else "false"
