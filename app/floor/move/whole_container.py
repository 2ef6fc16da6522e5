"""A container that moves with everything in it, and where moved goods may stand."""

from dataclasses import replace

from sqlalchemy import select

from app.control.stowing import stow
from app.floor.move.memory import MoveDone, Work
from app.floor.move.movable_stock import content_of, require_unpicked
from app.floor.shared import confirm
from app.floor.shared.handover import move_containers
from app.floor.shared.step import Meaning, Said
from app.floor.shared.stock_override import choose_again, hold_chosen, let_go
from app.language import _
from app.ledger.models import Balance
from app.places.models import Container, Location
from app.refusal import Refused
from app.tasks.queue import NewLine, add_lines

SELLABLE = ("bin", "dock", "stage")
"""Where goods may stand that are for sale: in a bin, or where a put-away brings them to one again."""
UNSELLABLE = ("quarantine", "returns")
"""Where goods may stand that are in quarantine, on hold or damaged."""


def place_for(work: Work, meaning: Meaning, *, is_sellable: bool) -> Location:
    """Errors: ``same_place``; ``not_here``; ``location_blocked``."""
    if meaning.type == "location" and meaning.id == work.memory.bin:
        raise Refused("same_place", _("It stands in %(place)s already. Scan another place.", place=meaning.code))
    return confirm.target_location(work, meaning, kinds=SELLABLE if is_sellable else UNSELLABLE)


def move_whole(work: Work, meaning: Meaning) -> Said:
    """The container goes there with everything in it.

    Errors: ``nothing_here`` and ``stands_elsewhere`` where somebody emptied it, or carried it off, since it was
    scanned; ``picked_stock``; ``reserved_stock``; those of the place.
    """
    content = content_of(work)
    if not content:
        raise _gone(work)
    hold_chosen(work, Balance.container_id == work.memory.container)
    place = place_for(work, meaning, is_sellable=all(row.condition == "available" for row in content))
    require_unpicked(work)
    confirm.room(work, place, sum(row.quantity for row in content))
    if any(row.allocated for row in content) and not work.memory.override:
        raise Refused("reserved_stock", _("%(place)s holds stock that waits for orders.", place=work.memory.place))
    chosen_for = let_go(work, [(row.id, row.quantity) for row in content])
    container_id, source = work.memory.container, work.session.get_one(Location, work.memory.bin)
    assert container_id is not None, "a container was moved that nobody scanned"
    posted = move_containers(work, [container_id], place.id, place.code, reason="move")
    if posted is None:  # emptied while this waited for those who had chosen of it
        raise _gone(work)
    choose_again(work, chosen_for)
    line_id = add_lines(
        work.session,
        work.task.id,
        [
            NewLine(
                quantity=1,
                source_location_id=source.id,
                source_container_id=container_id,
                target_location_id=place.id,
                target_container_id=container_id,
            )
        ],
    )[0]
    work.session.refresh(work.task)
    work.memory = replace(work.memory, line=line_id)
    work.next_line()
    work.can_undo(
        MoveDone(
            posting=posted.posting_id,
            line=line_id,
            quantity=1,
            source=source.code,
            target=place.code,
            putaway=tuple(stow(work.session, place)),
        )
    )
    work.finish_units(work.the_line, 1)
    work.memory = work.memory.without_source()
    return Said("moved", _("%(code)s stands in %(place)s", code=_code(work, container_id), place=place.code))


def _gone(work: Work) -> Refused:
    """What was scanned to be moved is not there any more: empty, or with all that is in it at another place."""
    code = work.memory.place
    stands = work.session.scalar(
        select(Location.code)
        .join(Balance, Balance.location_id == Location.id)
        .where(Balance.container_id == work.memory.container, Balance.quantity > 0)
        .limit(1)
    )
    if stands is None:
        return Refused("nothing_here", _("%(code)s is empty now. Undo, then scan what you move.", code=code))
    return Refused(
        "stands_elsewhere",
        _("%(code)s stands in %(place)s by now. Undo, then scan it again.", code=code, place=stands),
    )


def _code(work: Work, container_id: int) -> str:
    return work.session.get_one(Container, container_id).code
