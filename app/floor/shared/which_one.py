"""Which of several: an item was scanned that alone does not say which lot, or which unit, is in hand.

It waits, with how many it counts (``AsksWhich``), until the lot or the serial number is scanned.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from app.floor.shared import confirm
from app.floor.shared.memory import AsksWhich
from app.floor.shared.step import Meaning, Said, Way, WorkWith, scan_way
from app.language import _


def ask_which_lot(work: WorkWith[AsksWhich], meaning: Meaning) -> Said:
    """The scanned item waits for its lot."""
    _wait(work, meaning, "lot", meaning.quantity)
    return Said("scan_lot", _("Now scan the lot of %(sku)s.", sku=meaning.code))


def ask_which_of_lots(work: WorkWith[AsksWhich], meaning: Meaning) -> Said:
    """The scanned item waits for its lot, because several stand here."""
    _wait(work, meaning, "lot", meaning.quantity)
    return Said("scan_lot", _("Several lots are here. Now scan the lot of %(sku)s.", sku=meaning.code))


def ask_which_unit(work: WorkWith[AsksWhich], meaning: Meaning) -> Said:
    """The scanned item waits for the serial number of one unit."""
    _wait(work, meaning, "serial", 1)
    return Said("scan_serial", _("Now scan the serial number of %(sku)s.", sku=meaning.code))


def _wait(work: WorkWith[AsksWhich], meaning: Meaning, pending: Literal["lot", "serial"], units: int) -> None:
    work.memory = replace(work.memory, pending=pending, item=meaning.id, waiting_units=units)


def lot_ways(codes: Iterable[str]) -> list[Way]:
    """The lots that may be the answer."""
    return [scan_way(code, _("Lot %(lot)s", lot=code)) for code in codes]


def serial_ways(serials: Iterable[str]) -> list[Way]:
    """The serial numbers that may be the answer."""
    return [scan_way(serial, _("Serial %(serial)s", serial=serial)) for serial in serials]


def require_lot(meaning: Meaning) -> None:
    """A lot was scanned. Errors: ``wrong_*``."""
    if meaning.type != "lot":
        raise confirm.wrong(meaning, wanted=_("Scan the lot."))


def require_serial(meaning: Meaning) -> None:
    """A serial number was scanned. Errors: ``wrong_*``."""
    if meaning.type != "serial":
        raise confirm.wrong(meaning, wanted=_("Scan the serial number."))
