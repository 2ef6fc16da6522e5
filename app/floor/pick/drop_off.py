"""The drop: a picker brings all totes to one place, and packing begins."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import bindparam, select

from app.barcode.internal import InternalKind, encode
from app.db import core, table
from app.floor.pick.memory import Work
from app.floor.pick.prompts import tote_code
from app.floor.shared import confirm, handover
from app.floor.shared.step import Meaning, Prompt, Said, Step, action_way, scan_way
from app.language import _
from app.places.models import Container
from app.places.warehouses import Named

DROPS = ("pack", "stage")
container = table(Container)
_CODES = (
    select(container.c.code).where(container.c.id.in_(bindparam("totes", expanding=True))).order_by(container.c.code)
)


def must_drop(work: Work) -> bool:
    """Whether full totes are still to be brought somewhere, and the house has a place for them."""
    return not work.memory.is_dropped and _drop(work) is not None


def _drop(work: Work) -> Named | None:
    """The first place for full totes on the walk."""
    return work.first_place(DROPS)


def _codes(work: Work) -> Sequence[str]:
    """The totes to bring; mostly it is the one that every prompt of the pick showed."""
    ids = work.memory.totes
    if ids == (work.task.container_id,):
        return [tote_code(work) or ""]
    return core(work.session).scalars(_CODES, {"totes": ids}).all()


def _ask_drop(work: Work) -> Prompt:
    place = _drop(work)
    assert place is not None, "a drop was asked for in a warehouse without a place for it"
    return Prompt(
        expects=("target",),
        instruction=_("Bring %(totes)s to packing and scan the place", totes=", ".join(_codes(work))),
        value=place.code,
        ways=[
            scan_way(encode(InternalKind.LOCATION, place.code), place.code),
            action_way("undo", _("Undo")),
        ],
        target=place.code,
        document=work.task.document,
    )


def _accept_drop(work: Work, meaning: Meaning) -> Said:
    place = confirm.target_location(work, meaning, kinds=DROPS)
    handover.move_containers(work, work.memory.totes, place.id, place.code)
    work.memory = replace(work.memory, is_dropped=True)
    handover.to_packing(work)
    return Said("dropped", _("At %(place)s. This order is ready to be packed.", place=place.code))


DROP = Step(("target",), _ask_drop, _accept_drop)
