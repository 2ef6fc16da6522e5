"""The skeleton of all floor work: a workflow waits at one step; the step prompts, and judges what is scanned.

There is one loop (``loop.advance``) and one list of kinds (``kinds``). A workflow is a kind, a function that says which
step waits now, and its actions (short, skip, undo, ...): plain functions in its own file.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app import clock
from app.config import Settings
from app.floor.shared.memory import Done, Memory, Report
from app.ledger.post import Header, Move, Posted, post
from app.people.actor import Actor
from app.places.warehouses import Named, first_location
from app.tasks import lines
from app.tasks.lines import Line
from app.tasks.models import Task

Way = dict[str, Any]
M = TypeVar("M", bound=Memory)
M_co = TypeVar("M_co", bound=Memory, covariant=True)


@dataclass(frozen=True, slots=True)
class Said:
    """What the floor hears when a scan is accepted: a stable code and a short sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a scan is, here. ``type`` is one of the words of ``expects``; ``id`` the row that it names.

    For an item, ``quantity`` is the base units that one scan counts; ``lot``, ``expiry`` and ``serial`` are what the
    same label said besides, and ``produced`` the day on which the goods were made. For a container, ``stands`` is the
    place where it stands (0 for none). ``facts``: all that a logistic unit's label says, by the words of
    ``Barcode.elements``.
    """

    type: str
    id: int = 0
    code: str = ""
    quantity: int = 1
    item_id: int = 0
    lot: str = ""
    expiry: date | None = None
    produced: date | None = None
    serial: str = ""
    stands: int = 0
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Prompt:
    """One instruction, the one ``value`` that matters in huge type, and what is expected.

    ``ways`` lists what can be done now, the straight way first: a scan (the code itself) or an action with its
    arguments filled in.
    """

    expects: tuple[str, ...] = ()
    instruction: str
    value: str = ""
    ways: list[Way] = field(default_factory=list)
    location: str | None = None
    container: str | None = None
    sku: str | None = None
    name: str | None = None
    image_url: str | None = None
    lot: str | None = None
    expiry: str | None = None
    serial: str | None = None
    quantity: int | None = None
    counted: int | None = None
    target: str | None = None
    document: str | None = None
    detail: list[tuple[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The prompt as the API and the screen get it; what does not apply is left out."""
        names = self.__slots__
        found = {name: getattr(self, name) for name in names}
        return {name: value for name, value in found.items() if value is not None} | {"expects": list(self.expects)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What an action was given."""

    quantity: int | None = None
    reason: str = ""
    code: str = ""
    note: str = ""


@dataclass(slots=True, kw_only=True)
class WorkWith(Generic[M_co]):
    """One task while one scan is judged: everything that a workflow may read or touch.

    ``memory`` is the task's own, as it will be stored; whoever changes it derives a new one from it (``replace``), and
    so what several kinds share may work with a part of it. ``again`` is the code that the last scan asked to be
    repeated.
    """

    session: Session
    settings: Settings
    actor: Actor
    task: Task
    warehouse: str
    time_zone: str
    floor_id: int
    now: datetime
    key: str = ""
    raw: str = ""
    again: str = ""
    is_second_read: bool = False
    """The scanner has read the same label a moment ago, which nobody meant."""
    scanned_at: datetime | None = None
    memory: M_co
    movements: list[dict[str, Any]] = field(default_factory=list)
    lines_done: int = 0
    """Lines that this scan finished, less those that it opened again; ``advance`` writes them with the memory."""
    is_finished: bool = False
    _turn: list[Line] | None = None
    _is_next_known: bool = False
    _places: dict[tuple[str, ...], Named | None] = field(default_factory=dict)

    @property
    def line(self) -> Line | None:
        """The line being worked at: the one that the memory is about, else the one whose turn it is."""
        if self._turn is None:
            self._turn = lines.turn(self.session, self.task.id, self.memory.line)
            self._is_next_known = True
        return self._turn[0] if self._turn else None

    @property
    def the_line(self) -> Line:
        """The line whose turn it is, where a step has made sure that there is one."""
        assert self.line is not None, "a step that needs a line waited without one"
        return self.line

    @property
    def today(self) -> date:
        """The day at the warehouse."""
        return clock.today(self.time_zone)

    @property
    def counted(self) -> int:
        """Units confirmed on the waiting line and not posted yet."""
        return self.memory.counted

    def next_line(self) -> None:
        """Read the line again: the last one was finished, skipped or changed."""
        self._turn = None

    def header(self, reason: str, *, line_id: int | None = None, note: str = "") -> Header:
        """The header of this scan's next posting."""
        number = len(self.movements)
        return Header(
            key=f"{self.key}:{number}" if number else self.key,
            reason=reason,
            operator_id=self.actor.operator_id,
            device=self.actor.device,
            occurred_at=clock.believed(self.scanned_at, self.now),
            document_type=self.task.document_type,
            document=self.task.document,
            task_id=self.task.id,
            line_id=line_id,
            note=note,
        )

    def post(
        self, reason: str, moves: list[tuple[Move, str, str, str]], *, line_id: int | None = None, note: str = ""
    ) -> Posted:
        """Post movements in this task's name. Each move comes with its SKU and the names of its two places."""
        header = self.header(reason, line_id=line_id, note=note)
        posted = post(self.session, header, [move for move, *_names in moves], warehouse_id=self.task.warehouse_id)
        self.show(posted, [names for _move, *names in moves])
        return posted

    def show(self, posted: Posted, names: Iterable[Sequence[str]]) -> None:
        """Tell the answer what was posted: for each movement its SKU and the names of its two places."""
        for id_, move, (sku, source, target) in zip(posted.movement_ids, posted.moves, names, strict=True):
            self.movements.append(
                {"id": id_, "sku": sku, "quantity": move.quantity, "source": source, "target": target}
            )

    def finish_units(self, line: Line, quantity: int) -> bool:
        """``quantity`` more units of a line are posted; returns whether that was the last of them."""
        is_whole = lines.finish_units(self.session, line.id, quantity)
        if is_whole:
            self.count_lines(1)
        self.memory = replace(self.memory, line=None, counted=0)
        if is_whole and self._is_next_known and self._turn and self._turn[0] is line:
            self._turn, self._is_next_known = self._turn[1:], False
        else:  # a line that was taken out of turn and is not whole waits for its turn again
            self.next_line()
        return is_whole

    def count_lines(self, lines: int) -> None:
        """``lines`` more of this task are done (fewer, where it is negative)."""
        self.lines_done += lines
        set_committed_value(self.task, "done_lines", self.task.done_lines + lines)

    def finish(self) -> None:
        """The task's last question is answered: it is done."""
        self.is_finished = True
        set_committed_value(self.task, "status", "done")

    def first_place(self, kinds: tuple[str, ...]) -> Named | None:
        """As ``first_location`` in this warehouse, asked once a scan."""
        if kinds not in self._places:
            self._places[kinds] = first_location(self.session, self.task.warehouse_id, kinds)
        return self._places[kinds]

    def report(self, *, sku: str, place: str, units: int) -> None:
        """Units that should be at a place and are not: kept beside the scan that said so, for the desk's exceptions."""
        reports = self.memory.reports
        mine = (*reports.get(self.key, ()), Report(sku=sku, place=place, units=units))
        self.memory = replace(self.memory, reports={**reports, self.key: mine})

    def can_undo(self, done: Done) -> None:
        """Keep what is needed to take this back; the newest is undone first."""
        self.memory = replace(self.memory, undo=(*self.memory.undo[-19:], done))


Work = WorkWith[Memory]
"""A job of any kind."""


@dataclass(frozen=True, slots=True)
class Step(Generic[M]):
    """One question: what it expects, how it asks, how it judges an answer (raising ``Refused`` to say no)."""

    expects: tuple[str, ...]
    prompt: Callable[[WorkWith[M]], Prompt]
    accept: Callable[[WorkWith[M], Meaning], Said]
    takes_new: bool = False
    """A text that nothing bears yet may be the answer: a lot, an expiry or a serial on arriving goods."""


Action = Callable[[WorkWith[M], Arguments], Said]


def something_posted(work: Work) -> bool:
    """Whether this task has posted something that is not taken back."""
    return bool(work.memory.undo)


@dataclass(frozen=True, slots=True)
class Workflow(Generic[M]):
    """One kind of work. ``waiting`` returns the step that is unanswered, or None when the task is done."""

    kind: str
    waiting: Callable[[WorkWith[M]], Step[M] | None]
    actions: Mapping[str, Action[M]]
    finished: Callable[[WorkWith[M]], str]
    """What the finished task's prompt says: what comes next."""
    may_undo: Callable[[WorkWith[M]], bool] = something_posted
    """Whether the finished task's last posting may still be taken back, as far as the task itself knows."""


def scan_way(code: str, label: str) -> Way:
    """A way that is a scan: the code as a scanner would read it from the label."""
    return {"scan": code, "label": label}


def action_way(name: str, label: str, **arguments: Any) -> Way:
    """A way that is an action, its arguments filled in."""
    return {"action": name, "label": label, **arguments}
