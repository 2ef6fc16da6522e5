"""What every question of a count shows, and how a count begins again or ends."""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import select

from app.barcode.internal import InternalKind, encode
from app.catalog.models import Item
from app.control.stowing import stow
from app.floor.count.differences import Difference, balance, last_movement
from app.floor.count.memory import Work
from app.floor.count.units_in_hand import hands_at
from app.floor.shared.step import Prompt, Said, Way, action_way, scan_way
from app.language import _
from app.orders.put_back import ask_again
from app.places.models import Location


def counted_bin(work: Work) -> Location:
    """The place that is counted."""
    assert work.task.location_id is not None, "a count without its bin"
    return work.session.get_one(Location, work.task.location_id)


def bin_way(work: Work) -> Way:
    """Its label, as a way: to begin, and to end."""
    code = counted_bin(work).code
    return scan_way(encode(InternalKind.LOCATION, code), code)


def ask(work: Work, instruction: str, *, value: str, ways: list[Way], expects: tuple[str, ...]) -> Prompt:
    """The question, at this place."""
    if work.memory.found or work.memory.pending:
        ways = [*ways, action_way("undo", _("Undo"))]
    return Prompt(expects=expects, instruction=instruction, value=value, ways=ways, location=counted_bin(work).code)


def skus_of(work: Work, item_ids: Iterable[int]) -> list[str]:
    """The SKUs of these items, in order."""
    return list(work.session.scalars(select(Item.sku).where(Item.id.in_(item_ids)).order_by(Item.sku)))


def begin_counting(work: Work) -> None:
    """All in the bin is counted from here on."""
    work.memory = work.memory.begun(last_movement(work), hands_at(work).as_found())


def begin_again(work: Work, *, only: Iterable[int] = ()) -> None:
    """The bin (or ``only`` some items of it) is counted afresh."""
    begin_counting(work)
    memory = replace(work.memory, only=tuple(only), found_last=None, trail=(), pending=None)
    work.memory = replace(memory, before=None) if memory.only else memory


def finish_count(work: Work, found: list[Difference]) -> Said:
    """The count is over: what it found is said."""
    counted = sum(work.memory.found.values())
    work.memory = replace(work.memory, is_done=True)
    ask_again(work.session, balance.c.location_id == work.task.location_id)  # it is there after all: put it back
    stow(work.session, counted_bin(work), counted_by=work.task.id)
    if not found and not counted:
        return Said("zero_confirmed", _("%(place)s is empty, as the books say.", place=counted_bin(work).code))
    if not found:
        return Said("count_agrees", _("%(place)s is right.", place=counted_bin(work).code))
    return Said("counted", _("%(place)s is counted: %(n)s corrected.", place=counted_bin(work).code, n=len(found)))


def belongs_elsewhere(work: Work, item_id: int) -> str | None:
    """The bin of an item that the books do not have here and do have there."""
    rows = work.session.execute(
        select(balance.c.location_id, Location.code)
        .join(Location, Location.id == balance.c.location_id)
        .where(
            balance.c.item_id == item_id,
            balance.c.quantity > 0,
            Location.kind == "bin",
            Location.warehouse_id == work.task.warehouse_id,
        )
        .order_by(Location.sequence, Location.code)
    ).all()
    if not rows or any(row.location_id == work.task.location_id for row in rows):
        return None
    return str(rows[0].code)
