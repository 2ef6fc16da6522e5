"""Every kind of floor work: the only list. A new kind has a folder of its own and a line here.

Who may do it, and its turn among locks, say ``app.tasks.kinds``: claiming knows no floor. A test holds both together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

from sqlalchemy.orm import Session

from app.floor.count import begin as begin_count
from app.floor.count import workflow as count
from app.floor.count.memory import CountMemory
from app.floor.inspect import begin as begin_inspect
from app.floor.inspect import end as end_inspect
from app.floor.inspect import workflow as inspect
from app.floor.inspect.memory import InspectMemory
from app.floor.move import begin as begin_move
from app.floor.move import workflow as move
from app.floor.move.memory import MoveMemory
from app.floor.pack import begin as begin_pack
from app.floor.pack import end as end_pack
from app.floor.pack import workflow as pack
from app.floor.pack.carton_label import choose_printer
from app.floor.pack.end import put_carton_back
from app.floor.pack.memory import PackMemory
from app.floor.pick import begin as begin_pick
from app.floor.pick import end as end_pick
from app.floor.pick import line_gone as pick_line_gone
from app.floor.pick import workflow as pick
from app.floor.pick.memory import PickMemory
from app.floor.putaway import begin as begin_putaway
from app.floor.putaway import end as end_putaway
from app.floor.putaway import workflow as putaway
from app.floor.putaway.memory import PutawayMemory
from app.floor.receive import begin as begin_receive
from app.floor.receive import ordered_less
from app.floor.receive import workflow as receive
from app.floor.receive.memory import ReceiveMemory
from app.floor.replenish import begin as begin_replenish
from app.floor.replenish import workflow as replenish
from app.floor.replenish.memory import ReplenishMemory
from app.floor.shared.line_gone import line_gone
from app.floor.shared.printing import choose
from app.floor.shared.put_back_words import leave_it_there, put_it_back
from app.floor.shared.step import M, Said, Work, Workflow, WorkWith
from app.floor.ship import begin as begin_ship
from app.floor.ship import end as end_ship
from app.floor.ship import workflow as ship
from app.floor.ship.memory import ShipMemory
from app.places.models import Warehouse
from app.tasks.lines import Line

Begin = Callable[[Session, Warehouse, str, str], int]
"""From a document and a place, as typed or scanned, to the task's id."""


End = Callable[[WorkWith[M], list[Line], str], None]
"""What was held goes where it belongs: the job, its open lines, and why it is ended."""


def _nothing_held(_work: Work, _left: list[Line], _why: str) -> None:
    """What such a job has posted stays; what it only counted was never in the books."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[M]):
    """One kind of work, from its beginning to its end."""

    begin: Begin
    workflow: Workflow[M]
    memory: type[M]
    """What such a job remembers between two scans."""
    line_gone: Callable[[WorkWith[M]], Said | None] = line_gone
    """What is said and done where the line in hand went away or shrank meanwhile."""
    end: End[M] = _nothing_held
    """A supervisor ends the job."""
    put_back_words: Callable[[WorkWith[M]], str] = put_it_back
    """What its worker does with what is in hand then."""
    choose_printer: Callable[[WorkWith[M], str], Said] = choose
    """A printer's barcode was scanned."""
    label_of: str = ""
    """The part of the prompt that names the carton whose label can be had again."""
    is_ended_by_hand: bool = False
    """It has no last line: its worker says that it is done."""


KINDS: dict[str, Kind[Any]] = {
    "receive": Kind(
        begin=begin_receive.begin,
        workflow=receive.WORKFLOW,
        memory=ReceiveMemory,
        line_gone=ordered_less.line_gone,
        put_back_words=leave_it_there,
    ),
    "putaway": Kind(begin=begin_putaway.begin, workflow=putaway.WORKFLOW, memory=PutawayMemory, end=end_putaway.end),
    "replenish": Kind(begin=begin_replenish.begin, workflow=replenish.WORKFLOW, memory=ReplenishMemory),
    "pick": Kind(
        begin=begin_pick.begin,
        workflow=pick.WORKFLOW,
        memory=PickMemory,
        line_gone=pick_line_gone.line_gone,
        end=end_pick.end,
    ),
    "pack": Kind(
        begin=begin_pack.begin,
        workflow=pack.WORKFLOW,
        memory=PackMemory,
        end=end_pack.end,
        put_back_words=put_carton_back,
        choose_printer=choose_printer,
        label_of="target",
    ),
    "ship": Kind(
        begin=begin_ship.begin, workflow=ship.WORKFLOW, memory=ShipMemory, end=end_ship.end, label_of="container"
    ),
    "inspect": Kind(
        begin=begin_inspect.begin,
        workflow=inspect.WORKFLOW,
        memory=InspectMemory,
        end=end_inspect.end,
        put_back_words=leave_it_there,
    ),
    "count": Kind(begin=begin_count.begin, workflow=count.WORKFLOW, memory=CountMemory, is_ended_by_hand=True),
    "move": Kind(begin=begin_move.begin, workflow=move.WORKFLOW, memory=MoveMemory, is_ended_by_hand=True),
}
