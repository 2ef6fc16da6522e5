"""What arrived in no state to be sold: it is received all the same, into quarantine and with the reason."""

from dataclasses import replace

from app.floor.receive.memory import Work
from app.floor.shared import confirm
from app.floor.shared.step import Arguments, Said
from app.language import _
from app.refusal import Refused

DOCKS, QUARANTINE = ("dock", "stage"), ("quarantine",)
FAULTS = ("damaged", "defective", "parts_missing", "wrong_item", "expired", "other")
"""Why arriving goods go into quarantine, where the receiver says so; there is another expiry date, too."""


def target_kinds(work: Work) -> tuple[str, ...]:
    """Where the counted goods go: to a dock, or into quarantine where they are damaged (and the house has one)."""
    is_kept = work.memory.fault is not None and bool(confirm.place_ways(work, QUARANTINE))
    return QUARANTINE if is_kept else DOCKS


def damaged(work: Work, arguments: Arguments) -> Said:
    """What is counted arrived in no state to be sold: it is received into quarantine, with the reason.

    Errors: ``scan_item_first``; ``unknown_reason``.
    """
    if not work.counted:
        raise Refused("scan_item_first", _("Scan the item first."))
    reason = arguments.reason or "damaged"
    if reason not in FAULTS:
        raise Refused(
            "unknown_reason", _("Give a reason: %(reasons)s.", reasons=", ".join(FAULTS)), reasons=list(FAULTS)
        )
    work.memory = replace(work.memory, fault=reason)
    return Said("fault_noted", _("%(n)s go into quarantine.", n=work.counted))
